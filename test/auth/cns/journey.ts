// A browser with a card: the portal's pages over http, the card's address over TLS with a client certificate.
import { request, type RequestOptions } from 'node:https';
import { mkdtempSync, writeFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { load } from 'cheerio';
import { pino } from 'pino';
import type supertest from 'supertest';
import { testApp, type TestApp, type TestOptions } from '../../support/app.ts';
import { chain, type Keys } from './cards.ts';

type Browser = ReturnType<typeof supertest.agent>;

export interface CnsPortal extends TestApp {
  /** What was logged since the last call. */
  lines(): Record<string, unknown>[];
  /** Reasons of refusals in the log since the last call. */
  reasons(): unknown[];
}

/** A folder that goes with this process. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'myinps-cns-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** The portal with a trust list of these authorities. */
export async function cnsPortal(trusted: Keys[], options: TestOptions = {}): Promise<CnsPortal> {
  const trustList = join(temporaryFolder(), 'authorities.pem');
  if (trusted.length > 0) writeFileSync(trustList, chain(...trusted));
  let lines: Record<string, unknown>[] = [];
  const log = pino(
    { level: 'info' },
    { write: (line: string) => void lines.push(JSON.parse(line) as Record<string, unknown>) },
  );
  const portal = await testApp({ ...options, log, env: { CNS_TRUST_LIST_FILE: trustList, ...options.env } });
  const taken = () => lines.splice(0, lines.length);
  return {
    ...portal,
    lines: taken,
    reasons: () =>
      taken()
        .filter(({ msg }) => msg === 'CNS sign-in refused')
        .map(({ reason }) => reason),
  };
}

export interface CardAnswer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  text: string;
}

/** Where the button of /cns/accedi leads. */
export async function entrance(browser: Browser, returnTo?: string): Promise<string> {
  const page = await browser.get('/cns/accedi').query(returnTo === undefined ? {} : { ritorno: returnTo });
  if (page.status !== 200) throw new Error(`/cns/accedi answered ${page.status}: ${page.text}`);
  return load(page.text)('main a.button').attr('href') ?? '';
}

/** Opens the card's address with a client certificate, or without one. */
export function present(address: string, card: Keys | null, extra: RequestOptions = {}): Promise<CardAnswer> {
  const identity = card ? { cert: card.certificate, key: card.key } : {};
  const options = { ...identity, rejectUnauthorized: false, agent: false, ...extra } as const;
  return new Promise((done, fail) => {
    const sent = request(address, options, (res) => {
      const parts: Buffer[] = [];
      res.on('data', (part: Buffer) => parts.push(part));
      res.on('error', fail);
      res.on('end', () =>
        done({ status: res.statusCode ?? 0, headers: res.headers, text: Buffer.concat(parts).toString('utf8') }),
      );
    });
    sent.on('error', fail);
    sent.end();
  });
}

/** Path and query of the way back that a good card was given. */
export function wayBack(answer: CardAnswer): string {
  const { pathname, search } = new URL(String(answer.headers.location));
  return pathname + search;
}

/** The whole way, as a person goes it. */
export async function signInWith(browser: Browser, card: Keys, returnTo?: string): Promise<supertest.Response> {
  const answer = await present(await entrance(browser, returnTo), card);
  if (answer.status !== 303) throw new Error(`the card was answered ${answer.status}`);
  return browser.get(wayBack(answer));
}
