import { parentPort } from 'node:worker_threads';
import { judgeResponse, type Expectation } from './response.js';

/** The worker thread in which messages of strangers are parsed and verified, away from everybody else's requests. */
parentPort?.on('message', ({ xml, expected }: { xml: string; expected: Expectation }) => {
  try {
    parentPort?.postMessage({ verdict: judgeResponse(xml, expected) });
  } catch (error) {
    parentPort?.postMessage({ fault: error instanceof Error ? (error.stack ?? error.message) : 'unknown' });
  }
});
