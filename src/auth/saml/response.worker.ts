import { parentPort } from 'node:worker_threads';
import { reducedError } from '../../common/log-scrub.js';
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
    // What and where, never the message: it may repeat what somebody's answer says.
    const { type, stack } = reducedError(error);
    parentPort?.postMessage({ fault: `${String(type)}\n${String(stack)}` });
  }
});
