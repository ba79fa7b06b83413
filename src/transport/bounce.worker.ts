import { parentPort } from 'node:worker_threads';
import { failureIn } from './bounce-mail.js';

/** The thread in which returned mails are parsed, away from everybody's requests. What cannot be parsed is no report. */
parentPort?.on('message', (raw: Uint8Array) => {
  void failureIn(Buffer.from(raw))
    .catch(() => null)
    .then((failure) => parentPort?.postMessage(failure));
});
