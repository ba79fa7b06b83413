import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { AddressInfo, Server } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { SMTPServer } from 'smtp-server';
import { SystemClock } from '#src/common/clock.js';
import { Keys } from '#src/common/crypto.js';
import { SealedContents } from '#src/transport/contents.js';
import { testDatabase, type TestDatabase } from '../support/database.ts';
import { startProgram, TEST_SECRET, until } from '../support/process.ts';

let db: TestDatabase;
let server: SMTPServer;
let port: number;
/** Of every text the server was given, in order. */
const seen: string[] = [];
let answering = false;
before(async () => {
  db = await testDatabase();
  server = new SMTPServer({
    disabledCommands: ['STARTTLS', 'AUTH'],
    logger: false,
    closeTimeout: 100,
    onData: (stream, _session, done) => {
      let text = '';
      stream.on('data', (part: Buffer) => (text += String(part)));
      stream.on('end', () => {
        seen.push(/^Message-ID: (.*?)\r?$/im.exec(text)?.[1] ?? '');
        if (answering) done();
      });
    },
  });
  server.on('error', () => {});
  await new Promise<void>((done) => void server.listen(0, '127.0.0.1', done));
  port = ((server.server as Server).address() as AddressInfo).port;
});
after(async () => {
  await new Promise<void>((done) => void server.close(() => done()));
  await db.drop();
});

async function waiting(): Promise<string> {
  const [citizen, id, now] = [randomUUID(), randomUUID(), new SystemClock().now()];
  await db.query(
    `INSERT INTO citizen (id, identity_key, name, family_name, created_at, updated_at) VALUES ($1, $2, 'N', 'C', $3, $3)`,
    [citizen, `cf:${citizen}`, now],
  );
  const sealed = new SealedContents(new Keys(TEST_SECRET)).seal(id, {
    to: 'canarina@segreto.example',
    title: 'Titolosegreto',
    text: 'Testosegretissimo',
  });
  await db.query(
    `INSERT INTO outgoing_message (id, citizen_id, channel, kind, key, sealed, next_attempt_at, created_at)
     VALUES ($1, $2, 'email', 'notice', 'k', $3, $4, $4)`,
    [id, citizen, sealed, now],
  );
  return id;
}

const state = async (id: string): Promise<string> =>
  (await db.query<{ state: string }>('SELECT state FROM outgoing_message WHERE id = $1', [id]))[0]!.state;

describe('real workers', () => {
  it('one is killed while the mail server holds the text: another hands it over again, as the same mail', async () => {
    const env = { ROLE: 'worker', DATABASE_WEB_URL: '', SMTP_URL: `smtp://127.0.0.1:${port}`, LOG_LEVEL: 'debug' };
    const first = await startProgram(db, { env });
    const id = await waiting();
    await until(() => seen.length === 1, 'the text was given to the server', 60_000);
    first.signal('SIGKILL');
    await first.ended;
    assert.equal(await state(id), 'in invio');
    const [attempt] = await db.query<{ outcome: string | null }>('SELECT outcome FROM delivery_attempt');
    assert.equal(attempt?.outcome, null);

    answering = true;
    // As long as it takes until a silent worker counts as dead.
    await db.query('UPDATE outgoing_message SET next_attempt_at = created_at WHERE id = $1', [id]);
    const second = await startProgram(db, { env });
    await until(async () => (await state(id)) === 'inviata', 'handed over again', 60_000);
    const figures = await (await fetch(`${second.management}/metrics`)).text();
    assert.equal((await second.stop()).code, 0);

    assert.deepEqual(seen, [`<${id}@ente.example>`, `<${id}@ente.example>`]);
    assert.match(figures, /myinps_message_attempts_total\{channel="email",outcome="inviata"\} 1/);
    for (const said of [first.output(), second.output(), figures]) assert.doesNotMatch(said, /canarina|[Ss]egret/);
  });
});
