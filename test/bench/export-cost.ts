import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { ask, copyHref, download, recordsOf, stillApp, unzipped, workerLooks } from '../profile/export-support.ts';
import type { TestApp } from '../support/app.ts';
import { citizenOf } from '../support/people.ts';
import { signedInAs, type SignedIn } from '../support/sign-in.ts';

const MB = 1_048_576;

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** Milliseconds, and by how many MB heap and process grew at most. */
export interface Cost {
  ms: number;
  heap: number;
  rss: number;
}

export interface ExportCost {
  made: Cost;
  taken: Cost;
  bytes: number;
  files: number;
  plainBytes: number;
  /** How many notices are in the copy. */
  notices: number;
}

/** What a copy of all data costs for somebody with so many notices and lines of the access record. */
export async function exportCost(notices: number, entries: number): Promise<ExportCost> {
  const portal = await stillApp();
  try {
    const luca = await signedInAs(portal, await citizenOf(portal.db, 'luca', portal.clock.now()));
    await copied(portal, luca);
    const maria = await signedInAs(portal, await citizenOf(portal.db, 'maria', portal.clock.now()));
    await fill(portal, maria, notices, entries);
    await ask(portal, maria);
    const made = await measured(() => workerLooks(portal));
    const href = await copyHref(portal, maria);
    const taken = await measured(() => download(portal, maria, href));
    const { bytes } = taken.result;
    const files = await unzipped(bytes);
    return {
      made,
      taken,
      bytes: bytes.length,
      files: files.size,
      plainBytes: [...files.values()].reduce((sum, text) => sum + Buffer.byteLength(text), 0),
      notices: recordsOf(files, 'avvisi').length,
    };
  } finally {
    await portal.close();
  }
}

/** Once before measuring: statements prepared, code compiled. */
async function copied(portal: TestApp, who: SignedIn): Promise<void> {
  await ask(portal, who);
  await workerLooks(portal);
  await download(portal, who, await copyHref(portal, who));
}

async function measured<T>(work: () => Promise<T>): Promise<Cost & { result: T }> {
  collect();
  const before = process.memoryUsage();
  const most = { heap: before.heapUsed, rss: before.rss };
  const look = setInterval(() => {
    const { heapUsed, rss } = process.memoryUsage();
    most.heap = Math.max(most.heap, heapUsed);
    most.rss = Math.max(most.rss, rss);
  }, 5);
  const start = performance.now();
  const result = await work();
  const ms = Math.round(performance.now() - start);
  clearInterval(look);
  return {
    result,
    ms,
    heap: Math.round((most.heap - before.heapUsed) / MB),
    rss: Math.round((most.rss - before.rss) / MB),
  };
}

async function fill({ db, clock }: TestApp, { citizen }: SignedIn, notices: number, entries: number): Promise<void> {
  await db.query(
    `INSERT INTO notice (id, citizen_id, type, source, source_id, text_key, parameters, created_at, read_at)
     SELECT id, $1, 'appointment', 'bench', id::text, 'appointments.notice-booked',
       jsonb_build_object('startAt', '2026-04-09T08:00:00Z', 'office', 'Agenzia ' || n, 'number', 'RM-' || lpad((n % 10000)::text, 4, '0')),
       $2::timestamptz - make_interval(mins => n), $2::timestamptz
     FROM (SELECT gen_random_uuid() AS id, n FROM generate_series(1, $3) n) rows`,
    [citizen.id, clock.now(), notices],
  );
  await db.query(
    `INSERT INTO audit_entry (at, action, kind, subject, actor_kind, actor, purpose, details)
     SELECT $2::timestamptz - make_interval(mins => n), 'notices.read', 'read', $1::uuid, 'citizen', $1::text, 'service', '{}'
     FROM generate_series(1, $3) n`,
    [citizen.id, clock.now(), entries],
  );
}
