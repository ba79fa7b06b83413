import { buffer } from 'node:stream/consumers';
import { parse } from 'csv-parse/sync';
import * as yauzl from 'yauzl';
import { Database } from '#src/common/database.js';
import { Jobs } from '#src/common/jobs.js';
import { ExportLook } from '#src/profile/export/export.job.js';
import { testApp, type TestApp, type TestOptions } from '../support/app.ts';
import type { SignedIn } from '../support/sign-in.ts';
import { visit, type Answer } from '../support/visit.ts';

/** The whole program with the worker's login, whose queues stand still: a test says when the worker looks. */
export async function stillApp(options: TestOptions = {}): Promise<TestApp> {
  const portal = await testApp({ ...options, env: { ROLE: 'all', ...options.env } });
  await portal.app.get(Jobs).beforeApplicationShutdown();
  return portal;
}

/** What the worker does once a minute: ends what is over, makes what is due. */
export function workerLooks({ app }: TestApp): Promise<void> {
  return app.get(Database).asWorker(() => app.get(ExportLook).run());
}

export function show(portal: TestApp, { cookie }: { cookie: string }): Promise<Answer> {
  return visit(portal.url, '/dati/esporta', { cookie });
}

export function ask(portal: TestApp, { cookie, csrf }: SignedIn, language = 'it'): Promise<Answer> {
  return visit(portal.url, '/dati/esporta', { cookie, language, form: { _csrf: csrf() } });
}

/** The address of the copy that the page offers. */
export async function copyHref(portal: TestApp, who: SignedIn): Promise<string> {
  const { $ } = await show(portal, who);
  return $('#copia a.button').attr('href') ?? '';
}

export interface Download {
  status: number;
  headers: Headers;
  bytes: Buffer;
}

export async function download(
  { url }: TestApp,
  { cookie }: { cookie: string },
  path: string,
  method = 'GET',
): Promise<Download> {
  const answer = await fetch(new URL(path, url), { method, headers: { Cookie: cookie }, redirect: 'manual' });
  return { status: answer.status, headers: answer.headers, bytes: Buffer.from(await answer.arrayBuffer()) };
}

/** Asks for a copy, has it made, takes it. */
export async function copyOf(portal: TestApp, who: SignedIn, language = 'it'): Promise<Map<string, string>> {
  await ask(portal, who, language);
  await workerLooks(portal);
  return unzipped((await download(portal, who, await copyHref(portal, who))).bytes);
}

/** The files of a ZIP by name, every checksum checked. */
export async function unzipped(bytes: Buffer): Promise<Map<string, string>> {
  const zip = await yauzl.fromBufferPromise(bytes, { lazyEntries: true, strictFileNames: true });
  const files = new Map<string, string>();
  for await (const entry of zip.eachEntry())
    files.set(entry.fileName, (await buffer(await zip.openReadStreamPromise(entry))).toString('utf8'));
  return files;
}

export type Row = Record<string, unknown>;

/** The records of a part, as its own JSON file has them. */
export function recordsOf(files: Map<string, string>, part: string): Row[] {
  return (JSON.parse(files.get(`${part}.json`) ?? 'null') as { records: Row[] }).records;
}

/** The lines of a part's table, the headings first. */
export function tableOf(files: Map<string, string>, part: string): string[][] {
  return parse(files.get(`${part}.csv`)!, { bom: true, record_delimiter: '\r\n' });
}
