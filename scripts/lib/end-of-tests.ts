// Loaded before each test file: what a test left open (a server, after it failed in the middle) must not keep the run
// going. The runner's own --test-force-exit would cut off the results that are still on their way.
import { after } from 'node:test';

const GRACE_MS = 5_000;

if (process.env.NODE_TEST_CONTEXT) {
  after(() => {
    setTimeout(() => {
      process.stderr.write(`left open by ${process.argv[1]}: ${process.getActiveResourcesInfo().join(', ')}\n`);
      process.exit();
    }, GRACE_MS).unref();
  });
}
