import type { AddressInfo } from 'node:net';
import { SMTPServer, type SMTPServerDataStream } from 'smtp-server';
import type { Clock } from '../../common/clock.js';
import type { Caught } from './caught.js';

export interface Listening {
  port: number;
  close(): Promise<void>;
}

const LARGEST = 1_000_000;

/** A real mail server that keeps what it is given and passes nothing on. */
export async function startSmtpCatcher(
  caught: Caught,
  { port, host, clock }: { port: number; host: string; clock: Clock },
): Promise<Listening> {
  const server = new SMTPServer({
    // Plain on the loopback: no certificate would be believed anyway.
    disabledCommands: ['STARTTLS', 'AUTH'],
    banner: 'posta di prova',
    size: LARGEST,
    // The portal ends its own connections; whoever else holds one does not hold up the end of the process.
    closeTimeout: 500,
    logger: false,
    onData(stream, session, done) {
      const { mailFrom, rcptTo } = session.envelope;
      const envelope = { from: mailFrom ? mailFrom.address : '', to: rcptTo[0]?.address ?? '' };
      read(stream)
        .then((raw) => caught.addMail(raw, envelope, clock.now()))
        .then(
          () => done(),
          (error: Error) => done(error),
        );
    },
  });
  await new Promise<void>((done, fail) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      // Another process of ours catches there already.
      error.code === 'EADDRINUSE' && port !== 0 ? done() : fail(error),
    );
    server.listen(port, host, () => done());
  });
  server.on('error', () => {});
  const address = server.server.address() as AddressInfo | null;
  return { port: address?.port ?? port, close: () => new Promise((done) => server.close(() => done())) };
}

async function read(stream: SMTPServerDataStream): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of stream as AsyncIterable<Buffer>) parts.push(part);
  if (stream.sizeExceeded) throw Object.assign(new Error('too large'), { responseCode: 552 });
  return Buffer.concat(parts);
}
