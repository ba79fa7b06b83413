// `npm test -- test/bench/export.ts`: what a copy of all data costs for somebody with very many notices: time from taking
// it up to ready, time to take it, and how much memory the program grows by. Printed, never asserted (docs/export.md).
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { it } from 'node:test';
import { ask, copyHref, download, recordsOf, stillApp, unzipped, workerLooks } from '../profile/export-support.ts';
import type { TestApp } from '../support/app.ts';
import { citizenOf } from '../support/people.ts';
import { signedInAs, type SignedIn } from '../support/sign-in.ts';

const NOTICES = Number(process.env.NOTICES ?? 10_000);
const ENTRIES = Number(process.env.ENTRIES ?? 1_000);
const MB = 1_048_576;

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

it(`a copy with ${NOTICES} notices and ${ENTRIES} lines of the record`, { timeout: 110_000 }, async () => {
  const portal = await stillApp();
  try {
    const luca = await signedInAs(portal, await citizenOf(portal.db, 'luca', portal.clock.now()));
    await copied(portal, luca);
    const maria = await signedInAs(portal, await citizenOf(portal.db, 'maria', portal.clock.now()));
    await fill(portal, maria);
    await ask(portal, maria);
    const { ms, heap, rss } = await measured(() => workerLooks(portal));
    const href = await copyHref(portal, maria);
    const taken = await measured(() => download(portal, maria, href));
    const files = await unzipped(taken.result.bytes);
    const plain = [...files.values()].reduce((sum, text) => sum + Buffer.byteLength(text), 0);
    console.log(`made in ${ms} ms; heap grew by at most ${heap} MB, the process by ${rss} MB`);
    console.log(`taken in ${taken.ms} ms: ${taken.result.bytes.length} bytes, ${files.size} files of ${plain} bytes`);
    console.log(`notices in it: ${recordsOf(files, 'avvisi').length}`);
  } finally {
    await portal.close();
  }
});

/** Once before measuring: statements prepared, code compiled. */
async function copied(portal: TestApp, who: SignedIn): Promise<void> {
  await ask(portal, who);
  await workerLooks(portal);
  await download(portal, who, await copyHref(portal, who));
}

async function measured<T>(work: () => Promise<T>): Promise<{ result: T; ms: number; heap: number; rss: number }> {
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

async function fill({ db, clock }: TestApp, { citizen }: SignedIn): Promise<void> {
  await db.query(
    `INSERT INTO notice (id, citizen_id, type, source, source_id, text_key, parameters, created_at, read_at)
     SELECT id, $1, 'appointment', 'bench', id::text, 'appointments.notice-booked',
       jsonb_build_object('startAt', '2026-04-09T08:00:00Z', 'office', 'Agenzia ' || n, 'number', 'RM-' || lpad((n % 10000)::text, 4, '0')),
       $2::timestamptz - make_interval(mins => n), $2::timestamptz
     FROM (SELECT gen_random_uuid() AS id, n FROM generate_series(1, $3) n) rows`,
    [citizen.id, clock.now(), NOTICES],
  );
  await db.query(
    `INSERT INTO audit_entry (at, action, kind, subject, actor_kind, actor, purpose, details)
     SELECT $2::timestamptz - make_interval(mins => n), 'notices.read', 'read', $1::uuid, 'citizen', $1::text, 'service', '{}'
     FROM generate_series(1, $3) n`,
    [citizen.id, clock.now(), ENTRIES],
  );
}
