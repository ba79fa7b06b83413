import { parentPort } from 'node:worker_threads';
import { judgeLogout, type LogoutExpectation, type LogoutMessage } from './logout.js';
import { judgeResponse, type Expectation } from './response.js';

export type Work =
  | { kind: 'response'; xml: string; expected: Expectation }
  | { kind: 'logout'; message: LogoutMessage; expected: LogoutExpectation };

/** The worker thread in which messages of strangers are parsed and verified, away from everybody else's requests. */
parentPort?.on('message', (work: Work) => {
  try {
    const verdict =
      work.kind === 'response' ? judgeResponse(work.xml, work.expected) : judgeLogout(work.message, work.expected);
    parentPort?.postMessage({ verdict });
  } catch (error) {
    parentPort?.postMessage({ fault: error instanceof Error ? (error.stack ?? error.message) : 'unknown' });
  }
});
