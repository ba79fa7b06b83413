// The floor: what answering costs at least on this machine, with node:http and pg alone. It sends the statements that
// the program sends, in the same order and round trips, and answers with the same page, compressed each time anew.
import { createHash, randomInt, randomUUID } from 'node:crypto';
import http, { type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import pg from 'pg';
import { compressed } from '#src/common/pages.js';
import { poolOptions } from '#src/data-source.js';
import { concrete, type Recorded, type Script } from './statements.ts';

interface Setup {
  url: string;
  pagePool: number;
  sessionPool: number;
  scripts: Script[];
}

type Values = Record<string, string | Buffer>;

process.once('message', (setup: Setup) => void serve(setup));

function serve({ url, pagePool, sessionPool, scripts }: Setup): void {
  const pools = { page: poolOf(url, pagePool), session: poolOf(url, sessionPool) };
  const byName = new Map(scripts.map((script) => [script.name, script]));
  const server = http.createServer((req, res) => {
    answer(req, res, pools, byName).catch((error: unknown) => {
      process.stderr.write(`floor: ${String(error)}\n`);
      res.writeHead(500).end();
    });
  });
  server.keepAliveTimeout = 65_000;
  server.listen(0, '127.0.0.1', () => process.send?.({ port: (server.address() as AddressInfo).port }));
}

function poolOf(url: string, size: number): pg.Pool {
  return new pg.Pool({ connectionString: url, ...poolOptions(size), max: size, connectionTimeoutMillis: 10_000 });
}

type Pools = Record<Recorded['pool'], pg.Pool>;

async function answer(
  req: IncomingMessage,
  res: ServerResponse,
  pools: Pools,
  scripts: Map<string, Script>,
): Promise<void> {
  const url = new URL(req.url ?? '/', 'http://floor');
  const form = req.method === 'POST' ? new URLSearchParams(await bodyOf(req)) : null;
  const { name, appointment } = route(req.method ?? 'GET', url.pathname);
  const script = scripts.get(name);
  if (!script) return void res.writeHead(404).end();
  const token = /myinps=s%3A([\w-]+)\./.exec(req.headers.cookie ?? '')?.[1] ?? '';
  const values: Values = {
    hash: createHash('sha256').update(token).digest(),
    office: url.searchParams.get('sede') ?? '',
    comune: url.searchParams.get('comune') ?? '',
    topic: url.searchParams.get('argomento') ?? '',
    slot: form?.get('orario') ?? '',
    request: form?.get('richiesta') ?? '',
    appointment: appointment ?? randomUUID(),
  };
  const taken = await attempts(script, values, pools);
  if (script.html === '') return redirect(res, name, values, taken);
  const bytes = await compressed(prebuilt(script), 'br');
  res
    .writeHead(200, {
      'Content-Type': 'text/html; charset=utf-8',
      'Content-Encoding': 'br',
      'Content-Length': bytes.length,
    })
    .end(bytes);
}

function route(method: string, path: string): { name: string; appointment?: string } {
  const [, appointment, step] = /^\/appuntamenti\/([0-9a-f-]{36})\/(\w+)$/.exec(path) ?? [];
  return step && appointment ? { name: `${method} ${step}`, appointment } : { name: `${method} ${path}` };
}

function redirect(res: ServerResponse, name: string, { appointment }: Values, taken: boolean): void {
  const next = name.endsWith('dettagli') ? 'riepilogo' : name.endsWith('conferma') ? '' : 'dettagli';
  res.writeHead(taken ? 303 : 422, { Location: `/appuntamenti/${String(appointment)}/${next}` }).end();
}

/** A number that somebody has that day is drawn again, as the program does. */
async function attempts(script: Script, values: Values, pools: Pools): Promise<boolean> {
  for (;;) {
    try {
      return await run(
        script.statements,
        { ...values, number: `RM-${String(randomInt(10_000)).padStart(4, '0')}` },
        pools,
      );
    } catch (error) {
      if ((error as { constraint?: string }).constraint !== 'appointment_number') throw error;
    }
  }
}

/** @returns whether every statement that writes found its row */
async function run(statements: readonly Recorded[], values: Values, pools: Pools): Promise<boolean> {
  let client: pg.PoolClient | null = null;
  let wrote = true;
  let underWay: Promise<pg.QueryResult>[] = [];
  try {
    for (const [index, statement] of statements.entries()) {
      if (statement.pool === 'page') client ??= await pools.page.connect();
      const target = statement.pool === 'page' ? client! : pools.session;
      const sent = target.query(concrete(statement, { ...values, fresh: randomUUID() }));
      underWay.push(sent);
      if (statements[index + 1]?.together) continue;
      const results = await Promise.all(underWay);
      underWay = [];
      if (statement.pool === 'session') values.citizen = ownerOf(results);
      if (results.some(({ command, rowCount }) => ['INSERT', 'UPDATE'].includes(command) && rowCount === 0))
        wrote = false;
      if (client && statement.text.endsWith('COMMIT')) {
        client.release();
        client = null;
      }
    }
  } catch (error) {
    await Promise.allSettled(underWay);
    await client?.query('ROLLBACK');
    throw error;
  } finally {
    client?.release();
  }
  return wrote;
}

/** Whose session it is: the first column of what session_read answers. */
function ownerOf([result]: pg.QueryResult[]): string {
  return (result?.rows as { citizen_id?: string }[] | undefined)?.[0]?.citizen_id ?? '';
}

async function bodyOf(req: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of req) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

const pages = new WeakMap<Script, Buffer>();

/** The bytes of a page, made once: the floor only compresses them. */
function prebuilt(script: Script): Buffer {
  let bytes = pages.get(script);
  if (!bytes) {
    bytes = Buffer.from(script.html);
    pages.set(script, bytes);
  }
  return bytes;
}
