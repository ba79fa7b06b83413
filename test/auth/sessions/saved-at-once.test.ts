// A browser may send several forms at once (a second tap on a slow line): each saves the same session.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import pg from 'pg';
import { sha256 } from '#src/common/crypto.js';
import { testApp, type TestApp } from '../../support/app.ts';
import { citizenOf } from '../../support/people.ts';

const WRITERS = 10;
const SAVES = 150;

let portal: TestApp;
before(async () => (portal = await testApp()));
after(async () => portal.close());

function save(client: pg.Client, token: string, citizen: string, content: object): Promise<unknown> {
  const now = portal.clock.now();
  const end = now.add({ minutes: 15 }).toString();
  return client.query({
    name: 'save',
    text: 'SELECT session_write($1, $2, $3, $4, $5, $6, $7, $7)',
    values: [sha256(token), citizen, 'key', content, 'spid', now.toString(), end],
  });
}

describe('a session that many requests save at once', () => {
  it('is saved by all of them: none is refused, and it stays one row', async () => {
    const { id } = await citizenOf(portal.db, 'maria', portal.clock.now());
    const [token, publicId] = [randomUUID(), randomUUID()];
    const writers = Array.from({ length: WRITERS }, () => new pg.Client({ connectionString: portal.db.web }));
    await Promise.all(writers.map((writer) => writer.connect()));
    await save(writers[0]!, token, id, { publicId, last: 'first' });
    await Promise.all(
      writers.map(async (writer, number) => {
        for (let time = 0; time < SAVES; time++) await save(writer, token, id, { publicId, last: `${number}.${time}` });
      }),
    );
    await Promise.all(writers.map((writer) => writer.end()));
    const rows = await portal.db.query<{ data: { last: string } }>('SELECT data FROM session WHERE citizen_id = $1', [
      id,
    ]);
    assert.equal(rows.length, 1);
    assert.match(rows[0]!.data.last, new RegExp(`\\.${SAVES - 1}$`), 'what was saved last is there');
  });

  it('is not opened again, nor taken by another person, by a save that comes late', async () => {
    const maria = await citizenOf(portal.db, 'maria', portal.clock.now());
    const luca = await citizenOf(portal.db, 'luca', portal.clock.now());
    const writer = new pg.Client({ connectionString: portal.db.web });
    await writer.connect();
    const token = randomUUID();
    const row = () =>
      portal.db.query('SELECT citizen_id, data, ended_at FROM session WHERE token_hash = $1', [sha256(token)]);
    await save(writer, token, maria.id, { publicId: randomUUID(), of: 'maria' });
    const opened = await row();
    await save(writer, token, luca.id, { publicId: randomUUID(), of: 'luca' });
    assert.deepEqual(await row(), opened);
    await writer.query('SELECT session_end($1, $2)', [sha256(token), portal.clock.now().toString()]);
    const ended = await row();
    await save(writer, token, maria.id, { publicId: randomUUID(), of: 'maria' });
    assert.deepEqual(await row(), ended);
    await writer.end();
  });

  it('is not opened again by a save that comes when its row is gone, however late', async () => {
    const { id } = await citizenOf(portal.db, 'maria', portal.clock.now());
    const writer = new pg.Client({ connectionString: portal.db.web });
    const sweeper = new pg.Client({ connectionString: portal.db.worker });
    await Promise.all([writer, sweeper].map((one) => one.connect()));
    const token = randomUUID();
    const content = { publicId: randomUUID(), signedInAt: portal.clock.now().toString() };
    await save(writer, token, id, content);
    await writer.query('SELECT session_end($1, $2)', [sha256(token), portal.clock.now().toString()]);
    portal.clock.move({ minutes: 31 });
    const forgotten = portal.clock.now().subtract({ minutes: 30 }).toString();
    await sweeper.query('SELECT sessions_sweep($1)', [forgotten]);
    await save(writer, token, id, content);
    const rows = await portal.db.query('SELECT FROM session WHERE token_hash = $1', [sha256(token)]);
    assert.equal(rows.length, 0);
    await Promise.all([writer, sweeper].map((one) => one.end()));
  });
});
