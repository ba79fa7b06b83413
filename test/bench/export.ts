// `npm test -- test/bench/export.ts`: what a copy of all data costs for somebody with very many notices: time from taking
// it up to ready, time to take it, and how much memory the program grows by. Printed, never asserted (docs/export.md).
import { it } from 'node:test';
import { exportCost } from './export-cost.ts';

const NOTICES = Number(process.env.NOTICES ?? 10_000);
const ENTRIES = Number(process.env.ENTRIES ?? 1_000);

it(`a copy with ${NOTICES} notices and ${ENTRIES} lines of the record`, { timeout: 110_000 }, async () => {
  const { made, taken, bytes, files, plainBytes, notices } = await exportCost(NOTICES, ENTRIES);
  console.log(`made in ${made.ms} ms; heap grew by at most ${made.heap} MB, the process by ${made.rss} MB`);
  console.log(`taken in ${taken.ms} ms: ${bytes} bytes, ${files} files of ${plainBytes} bytes`);
  console.log(`notices in it: ${notices}`);
});
