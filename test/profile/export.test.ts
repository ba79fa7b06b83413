import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { get } from 'node:http';
import { after, before, beforeEach, describe, it, mock } from 'node:test';
import pg from 'pg';
import { citizen, system } from '#src/common/actor.js';
import { Keys } from '#src/common/crypto.js';
import { Database } from '#src/common/database.js';
import { ExportedParts, type Exported } from '#src/common/exported.js';
import { CopyWriter } from '#src/profile/export/copy.writer.js';
import { ExportMaker } from '#src/profile/export/export-maker.service.js';
import { ExportService } from '#src/profile/export/export.service.js';
import { ExportMakingRepository } from '#src/profile/export/export-making.repository.js';
import { SealedContents } from '#src/transport/contents.js';
import { ATTEMPTS, ASKED_A_DAY, CHUNK_BYTES } from '#src/profile/export/export.rules.js';
import type { TestApp } from '../support/app.ts';
import { citizenOf } from '../support/people.ts';
import { signedInAs, type SignedIn } from '../support/sign-in.ts';
import { visit } from '../support/visit.ts';
import { ask, copyHref, download, recordsOf, show, stillApp, unzipped, workerLooks } from './export-support.ts';

let portal: TestApp;
let maria: SignedIn;
let luca: SignedIn;
before(async () => (portal = await stillApp()));
after(() => portal.close());
beforeEach(async () => {
  await portal.db.query('DELETE FROM data_export');
  await portal.db.query('DELETE FROM notice');
  maria = await signedInAs(portal, await citizenOf(portal.db, 'maria', portal.clock.now()));
  luca = await signedInAs(portal, await citizenOf(portal.db, 'luca', portal.clock.now()));
});

const actions = async (who: SignedIn, since: number) =>
  portal.db.query<{ action: string; actor_kind: string; object_id: string; id: number }>(
    `SELECT id, action, actor_kind, object_id FROM audit_entry WHERE subject = $1 AND action LIKE 'export.%' AND action <> 'export.read' AND id > $2 ORDER BY id`,
    [who.citizen.id, since],
  );
const lastEntry = async () =>
  (await portal.db.query<{ id: number }>('SELECT coalesce(max(id), 0) AS id FROM audit_entry'))[0]!.id;
const rowsOf = (who: SignedIn) =>
  portal.db.query<{ id: string; state: string; attempt: number }>(
    'SELECT id, state, attempt FROM data_export WHERE citizen_id = $1 ORDER BY asked_at, id',
    [who.citizen.id],
  );
const chunks = async (who: SignedIn) =>
  (
    await portal.db.query<{ n: number }>('SELECT count(*) AS n FROM export_chunk WHERE citizen_id = $1', [
      who.citizen.id,
    ])
  )[0]!.n;

async function ready(who: SignedIn): Promise<string> {
  await ask(portal, who);
  await workerLooks(portal);
  return copyHref(portal, who);
}

function discard(who: SignedIn, href: string) {
  return visit(portal.url, `${href}/eliminazione`, { cookie: who.cookie, form: { _csrf: who.csrf() } });
}

/** Until somebody waits for a lock that another holds in this database. */
async function somebodyWaits(): Promise<void> {
  const waiting = `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`;
  while ((await portal.db.query(waiting)).length === 0) await visit(portal.url, '/salute/viva');
}

describe('asking for a copy of all data', () => {
  it('is one form, then a page that says how far it is, then a link', async () => {
    const none = await show(portal, maria);
    assert.equal(none.$('main form[action="/dati/esporta"] button').length, 1);
    const asked = await ask(portal, maria);
    assert.equal(asked.status, 303);
    assert.equal(asked.headers.location, 'http://localhost:3000/dati/esporta#esito');
    const waiting = await show(portal, maria);
    assert.match(waiting.$('#esito').text(), /stiamo preparando/);
    assert.equal(waiting.$('#copia .tag').text(), 'In coda');
    assert.equal(waiting.$('#copia a.button').attr('href'), '/dati/esporta');
    assert.equal(waiting.$('main form[action="/dati/esporta"]').length, 0);
    await workerLooks(portal);
    const made = await show(portal, maria);
    assert.equal(made.$('#copia .tag').text(), 'Pronta');
    assert.match(made.$('#copia a.button').attr('href')!, /^\/dati\/esporta\/[0-9a-f-]{36}$/);
    assert.match(made.$('#copia').text(), /mercoledì 8 aprile 2026, ore 09:00/);
  });

  it('says how many parts are ready while it is made', async () => {
    await ask(portal, maria);
    await portal.db.query(`UPDATE data_export SET state = 'making', attempt = 1, parts_done = 2, parts_total = 9`);
    const { $ } = await show(portal, maria);
    assert.equal($('#copia .tag').text(), 'In preparazione');
    assert.match($('#copia').text(), /Pronte 2 parti su 9\./);
  });

  it('makes one at a time, of twenty asked for at once', async () => {
    const asked = await Promise.all(Array.from({ length: 20 }, () => ask(portal, maria)));
    assert.deepEqual([...new Set(asked.map(({ status }) => status))], [303]);
    assert.equal((await rowsOf(maria)).length, 1);
    const again = await ask(portal, maria);
    assert.equal(again.status, 303);
    assert.match((await show(portal, maria)).$('#esito').text(), /già preparando una copia/);
    await workerLooks(portal);
    await ask(portal, maria);
    assert.match((await show(portal, maria)).$('#esito').text(), /già una copia pronta/);
    assert.equal((await rowsOf(maria)).length, 1);
  });

  it('has a limit for each day, however often the person deletes and asks again', async () => {
    for (let time = 0; time < ASKED_A_DAY; time++) await discard(maria, await ready(maria));
    await ask(portal, maria);
    assert.match((await show(portal, maria)).$('#esito').text(), /troppe copie/);
    assert.equal((await rowsOf(maria)).length, ASKED_A_DAY);
    await ask(portal, luca);
    assert.equal((await rowsOf(luca)).length, 1, 'of that person alone');
    portal.clock.move({ hours: 25 });
    maria = await signedInAs(portal, maria.citizen);
    await ask(portal, maria);
    assert.equal((await rowsOf(maria)).length, ASKED_A_DAY + 1);
  });

  it('leaves a job that holds the id of the copy and nothing else', async () => {
    await ask(portal, maria);
    const [copy] = await rowsOf(maria);
    const jobs = await portal.db.query<{ data: object }>(
      `SELECT data FROM pgboss.job WHERE name = 'export.make' ORDER BY created_on DESC LIMIT 1`,
    );
    assert.deepEqual(jobs, [{ data: { id: copy!.id } }]);
  });

  it('is made by the job too, not only by the repeated look', async () => {
    const { ExportJob } = await import('#src/profile/export/export.job.js');
    await ask(portal, maria);
    const [copy] = await rowsOf(maria);
    await portal.app.get(Database).asWorker(() => portal.app.get(ExportJob).run({ id: copy!.id }));
    assert.equal((await rowsOf(maria))[0]!.state, 'ready');
  });
});

describe('taking the copy', () => {
  it('is a file that nobody keeps, of the length that was said', async () => {
    const { status, headers, bytes } = await download(portal, maria, await ready(maria));
    assert.equal(status, 200);
    assert.equal(headers.get('content-type'), 'application/zip');
    const name = romeDay();
    assert.equal(headers.get('content-disposition'), `attachment; filename="copia-dei-tuoi-dati-${name}.zip"`);
    assert.equal(headers.get('content-length'), String(bytes.length));
    assert.equal(headers.get('cache-control'), 'no-store');
    assert.equal(headers.get('x-content-type-options'), 'nosniff');
    assert.ok((await unzipped(bytes)).has('LEGGIMI.html'));
  });

  it('answers HEAD alike, without the file and without a trace of a download', async () => {
    const href = await ready(maria);
    const since = await lastEntry();
    const head = await download(portal, maria, href, 'HEAD');
    assert.equal(head.status, 200);
    assert.equal(head.bytes.length, 0);
    assert.deepEqual(await actions(maria, since), []);
    const { headers } = await download(portal, maria, href);
    assert.equal(headers.get('content-length'), head.headers.get('content-length'));
  });

  it('can be done again after the line broke in the middle', async () => {
    await notices(maria, 3000);
    const href = await ready(maria);
    assert.ok((await chunks(maria)) > 2, 'several pieces, or there is no middle');
    const request = get(new URL(href, portal.url), { headers: { Cookie: maria.cookie } });
    const [response] = (await once(request, 'response')) as [NodeJS.ReadableStream & { destroy(): void }];
    await once(response, 'data');
    response.destroy();
    const { bytes } = await download(portal, maria, href);
    assert.equal(recordsOf(await unzipped(bytes), 'avvisi').length, 3000);
  });

  it('stops short rather than pass for whole when a piece is missing or altered', async () => {
    await notices(maria, 3000);
    for (const harm of [
      'DELETE FROM export_chunk WHERE number = 1',
      `UPDATE export_chunk SET sealed = set_byte(sealed, 40, get_byte(sealed, 40) # 1) WHERE number = 1`,
      `UPDATE export_chunk c SET sealed = o.sealed FROM export_chunk o WHERE o.export_id = c.export_id AND c.number = 1 AND o.number = 0`,
    ]) {
      const href = await ready(maria);
      await portal.db.query(harm);
      await assert.rejects(download(portal, maria, href), harm);
      await discard(maria, href);
    }
  });

  it('finds none, and leaves no trace of it, when the person deletes the copy at that moment', async () => {
    const href = await ready(maria);
    const since = await lastEntry();
    const holder = new pg.Client({ connectionString: portal.db.owner });
    await holder.connect();
    await holder.query(
      `BEGIN; UPDATE data_export SET state = 'deleted', ended_at = ready_at; DELETE FROM export_chunk`,
    );
    const answer = download(portal, maria, href);
    await somebodyWaits();
    await holder.query('COMMIT');
    await holder.end();
    assert.equal((await answer).status, 410);
    assert.deepEqual(await actions(maria, since), []);
  });

  it('has its first piece in hand once it is noted, whatever the person deletes then', async () => {
    const href = await ready(maria);
    assert.equal(await chunks(maria), 1);
    const exports = portal.app.get(ExportService);
    const open = exports.open.bind(exports);
    const opened = mock.method(exports, 'open', async (...asked: Parameters<typeof open>) => {
      const copy = await open(...asked);
      await discard(maria, href);
      return copy;
    });
    const { status, bytes } = await download(portal, maria, href).finally(() => opened.mock.restore());
    assert.equal(status, 200);
    assert.ok((await unzipped(bytes)).has('LEGGIMI.html'));
    assert.equal(await chunks(maria), 0);
  });

  it('leaves a trace of each step, before the first byte', async () => {
    const since = await lastEntry();
    const href = await ready(maria);
    await download(portal, maria, href);
    await download(portal, maria, href);
    assert.match((await show(portal, maria)).$('#copia').text(), /Scaricata l’ultima volta/);
    await discard(maria, href);
    const entries = await actions(maria, since);
    assert.deepEqual(
      entries.map(({ action, actor_kind }) => `${action} ${actor_kind}`),
      [
        'export.ask citizen',
        'export.ready system',
        'export.download citizen',
        'export.download citizen',
        'export.delete citizen',
      ],
    );
    assert.deepEqual([...new Set(entries.map(({ object_id }) => object_id))], [href.split('/').at(-1)]);
  });
});

describe('who may', () => {
  it('is the person alone: to anybody else the copy is not there', async () => {
    const href = await ready(maria);
    for (const path of [href, `/dati/esporta/${randomUUID()}`, '/dati/esporta/non-un-numero']) {
      assert.equal((await download(portal, luca, path)).status, 404, path);
      assert.equal((await download(portal, luca, path, 'HEAD')).status, 404, path);
    }
    await discard(luca, href);
    assert.equal((await download(portal, maria, href)).status, 200, 'another cannot delete it');
  });

  it('must be signed in: the address alone opens nothing', async () => {
    const href = await ready(maria);
    const answer = await visit(portal.url, href);
    assert.equal(answer.status, 303);
    assert.match(answer.headers.location!, /\/accedi\?ritorno=/);
  });

  it('must have come in with more than a password: level 1 is led to a stronger way in', async () => {
    const href = await ready(maria);
    const weak = await signedInAs(portal, maria.citizen, { method: 'pin', level: 1 });
    for (const path of ['/dati/esporta', href]) {
      const answer = await visit(portal.url, path, { cookie: weak.cookie });
      assert.equal(answer.status, 303, path);
      const to = new URL(answer.headers.location!);
      assert.equal(to.pathname, '/accedi/rafforza');
      assert.equal(to.searchParams.get('ritorno'), path);
    }
    const weakLuca = await signedInAs(portal, luca.citizen, { method: 'pin', level: 1 });
    assert.equal((await ask(portal, weakLuca)).status, 303);
    assert.deepEqual(await rowsOf(luca), []);
    assert.equal((await discard(weak, href)).status, 303);
    assert.equal((await rowsOf(maria))[0]!.state, 'ready');
  });

  it('must send a form of their own', async () => {
    const answer = await visit(portal.url, '/dati/esporta', { cookie: maria.cookie, form: { _csrf: 'finto' } });
    assert.equal(answer.status, 403);
    assert.deepEqual(await rowsOf(maria), []);
  });

  it('is not a delegate, says PostgreSQL: neither asks, nor sees, nor takes, nor deletes', async () => {
    await ready(maria);
    const db = portal.app.get(Database);
    const delegate = citizen(maria.citizen.id, luca.citizen.id);
    const insert = `INSERT INTO data_export (id, citizen_id, language, state, asked_at, due_at) VALUES ($1, $2, 'it', 'asked', $3, $3)`;
    const values = (who: SignedIn) => [randomUUID(), who.citizen.id, portal.clock.now()];
    await portal.db.query(`UPDATE data_export SET state = 'deleted', ended_at = ready_at`);
    await assert.rejects(
      db.actingAs(delegate, () => db.execute(insert, values(maria))),
      { code: '42501' },
    );
    await assert.rejects(
      db.actingAs(citizen(luca.citizen.id), () => db.execute(insert, values(maria))),
      { code: '42501' },
    );
    await db.actingAs(citizen(maria.citizen.id), () => db.execute(insert, values(maria)));
    for (const other of [delegate, citizen(luca.citizen.id)]) {
      assert.deepEqual(await db.actingAs(other, () => db.query('SELECT id FROM data_export')), []);
      assert.deepEqual(await db.actingAs(other, () => db.query('SELECT number FROM export_chunk')), []);
      assert.equal(await db.actingAs(other, () => db.execute('DELETE FROM export_chunk')), 0);
      assert.equal(await db.actingAs(other, () => db.execute(`UPDATE data_export SET state = 'deleted'`)), 0);
    }
    assert.ok((await chunks(maria)) > 0);
  });

  it('is not the worker either, once a piece is written: it cannot read it back', async () => {
    await ready(maria);
    const db = portal.app.get(Database);
    const read = db.asWorker(() => db.actingAs(system('export'), () => db.query('SELECT sealed FROM export_chunk')));
    await assert.rejects(read, { code: '42501' });
  });
});

describe('the end of a copy', () => {
  it('comes after seven days: the page and the address say so, swept or not', async () => {
    const href = await ready(maria);
    portal.clock.move({ hours: 7 * 24 - 1 });
    maria = await signedInAs(portal, maria.citizen);
    assert.equal((await download(portal, maria, href)).status, 200);
    portal.clock.move({ hours: 1 });
    maria = await signedInAs(portal, maria.citizen);
    for (const swept of [false, true]) {
      if (swept) await workerLooks(portal);
      const gone = await visit(portal.url, href, { cookie: maria.cookie });
      assert.equal(gone.status, 410);
      assert.equal(gone.$('h1').text(), 'Questa copia non c’è più');
      assert.equal((await download(portal, maria, href, 'HEAD')).status, 410);
      const page = await show(portal, maria);
      assert.match(page.$('main .note').text(), /è scaduta/);
      assert.equal(page.$('main form[action="/dati/esporta"]').length, 1);
      assert.equal((await chunks(maria)) > 0, !swept);
    }
  });

  it('does not wait for the sweep when another one is asked for', async () => {
    await ready(maria);
    portal.clock.move({ hours: 7 * 24 });
    maria = await signedInAs(portal, maria.citizen);
    const href = await ready(maria);
    assert.equal((await download(portal, maria, href)).status, 200);
    assert.deepEqual(
      (await rowsOf(maria)).map(({ state }) => state),
      ['expired', 'ready'],
    );
  });

  it('comes at once when the person deletes it, and another one may be asked for', async () => {
    const href = await ready(maria);
    const answer = await discard(maria, href);
    assert.equal(answer.headers.location, 'http://localhost:3000/dati/esporta#esito');
    assert.match((await show(portal, maria)).$('#esito').text(), /la copia è cancellata/);
    assert.equal(await chunks(maria), 0);
    assert.equal((await download(portal, maria, href)).status, 410);
    await discard(maria, href);
    assert.match((await show(portal, maria)).$('#esito').text(), /non c’era più/);
    assert.equal((await download(portal, maria, await ready(maria))).status, 200);
  });

  it('cannot be later than seven days, says PostgreSQL', async () => {
    await ready(maria);
    await assert.rejects(portal.db.query(`UPDATE data_export SET expires_at = ready_at + interval '8 days'`), {
      code: '23514',
    });
  });
});

describe('a worker', () => {
  it('that died in the middle is followed by one that makes the copy whole, from its beginning', async () => {
    await ask(portal, maria);
    const [{ id } = { id: '' }] = await rowsOf(maria);
    const dead = await claimed(id);
    assert.ok(await addPiece(dead, 0));
    assert.ok(await addPiece(dead, 1));
    await workerLooks(portal);
    assert.equal((await rowsOf(maria))[0]!.state, 'making', 'it may be alive still');
    portal.clock.move({ minutes: 5 });
    maria = await signedInAs(portal, maria.citizen);
    await workerLooks(portal);
    const { status, bytes } = await download(portal, maria, await copyHref(portal, maria));
    assert.equal(status, 200);
    assert.equal(recordsOf(await unzipped(bytes), 'identita')[0]!.family_name, 'Rossi');
    assert.equal(await addPiece(dead, 2), false, 'one that was only slow cannot write into the copy of another');
  });

  it('that takes up what another one is making leaves it alone', async () => {
    await ask(portal, maria);
    const [{ id } = { id: '' }] = await rowsOf(maria);
    assert.ok(await claimed(id));
    assert.equal(await claimed(id), null);
  });

  it('makes one copy at a time, whoever asks it to: the queue and the look of the minute', async () => {
    for (const who of [maria, luca]) await ask(portal, who);
    const [writer, maker] = [portal.app.get(CopyWriter), portal.app.get(ExportMaker)];
    const write = writer.write.bind(writer);
    const writing = { now: 0, most: 0 };
    const counted = mock.method(writer, 'write', async (...order: Parameters<typeof write>) => {
      writing.most = Math.max(writing.most, ++writing.now);
      await write(...order).finally(() => writing.now--);
    });
    const ids = [...(await rowsOf(maria)), ...(await rowsOf(luca))].map(({ id }) => id);
    const made = await portal.app
      .get(Database)
      .asWorker(() => Promise.all(ids.map((id) => maker.make(id))))
      .finally(() => counted.mock.restore());
    assert.deepEqual([made, counted.mock.callCount(), writing.most], [[true, true], 2, 1]);
  });

  it('that fails tries again a little later, and in the end says so; then the person may ask again', async () => {
    const parts = portal.app.get(ExportedParts);
    const broken: Exported = { ...EMPTY, id: 'guasta', records: () => failing() };
    parts.register(broken);
    await ask(portal, maria);
    for (let time = 1; time <= ATTEMPTS; time++) {
      await workerLooks(portal);
      assert.deepEqual(
        (await rowsOf(maria)).map(({ state, attempt }) => [state, attempt]),
        [[time < ATTEMPTS ? 'asked' : 'failed', time]],
      );
      assert.equal(await chunks(maria), 0);
      portal.clock.move({ minutes: time });
    }
    (parts.all as Exported[]).splice(parts.all.indexOf(broken), 1);
    maria = await signedInAs(portal, maria.citizen);
    assert.match((await show(portal, maria)).$('main .note-error').text(), /È un problema nostro/);
    assert.equal((await download(portal, maria, await ready(maria))).status, 200);
  });

  it('reads everything as of one moment, so that the files agree', async () => {
    const parts = portal.app.get(ExportedParts);
    await notices(maria, 2);
    // Between the notices' own files and those that hold all parts, another notice arrives.
    const meanwhile: Exported = { ...EMPTY, id: 'intanto', order: 55, records: () => arriving(maria) };
    parts.register(meanwhile);
    const { bytes } = await download(portal, maria, await ready(maria));
    (parts.all as Exported[]).splice(parts.all.indexOf(meanwhile), 1);
    const files = await unzipped(bytes);
    const whole = JSON.parse(files.get('dati.json')!) as { parts: Record<string, { records: object[] }> };
    assert.equal(recordsOf(files, 'avvisi').length, 2);
    assert.equal(whole.parts.avvisi!.records.length, 2);
    assert.ok((await portal.db.query('SELECT 1 FROM notice')).length > 2, 'it did arrive');
  });
});

describe('a copy that is ready', () => {
  it('is told by e-mail to an address that a code has confirmed, once, without a link to it', async () => {
    const [value, at] = ['maria.conferma@posta.example', portal.clock.now()];
    await portal.db.query(
      `INSERT INTO contact_change (id, citizen_id, kind, value, address, code_hash, tries, asked_at, expires_at, confirmed_at)
       VALUES ($1, $2, 'email', $3, repeat('a', 43), repeat('b', 43), 1, $4, $4::timestamptz + interval '30 minutes', $4)`,
      [randomUUID(), maria.citizen.id, value, at],
    );
    await portal.db.query(
      `INSERT INTO contact (citizen_id, kind, value, version, verified_at, created_at, updated_at) VALUES ($1, 'email', $2, $3, $4, $4, $4)`,
      [maria.citizen.id, value, randomUUID(), at],
    );
    const href = await ready(maria);
    await ready(luca);
    const messages = await portal.db.query<{
      id: string;
      citizen_id: string;
      kind: string;
      channel: string;
      sealed: Buffer;
    }>('SELECT id, citizen_id, kind, channel, sealed FROM outgoing_message');
    assert.deepEqual(
      messages.map(({ citizen_id, kind, channel }) => [citizen_id, kind, channel]),
      [[maria.citizen.id, 'security', 'email']],
      'Luca has confirmed no address',
    );
    const { to, title, text } = portal.app.get(SealedContents).open(messages[0]!.id, messages[0]!.sealed)!;
    assert.equal(to, value);
    assert.equal(title, 'La copia dei tuoi dati è pronta');
    assert.match(text!, /Si può scaricare fino a: /);
    assert.doesNotMatch(text!, /https?:|\/dati/);
    assert.ok(!text!.includes(href.split('/').at(-1)!));
  });
});

describe('at rest', () => {
  it('holds nothing that could be read: not the data, not even the names of the files', async () => {
    await ready(maria);
    const rows = await portal.db.query<{ export_id: string; number: number; sealed: Buffer }>(
      'SELECT export_id, number, sealed FROM export_chunk ORDER BY number',
    );
    const stored = Buffer.concat(rows.map(({ sealed }) => sealed)).toString('latin1');
    const keys = new Keys(portal.config.secret);
    const plain = rows.map(({ sealed, export_id, number }) => keys.open('export', sealed, `${export_id}:${number}`)!);
    const opened = Buffer.concat(plain).toString('latin1');
    for (const sign of ['PK\u0003\u0004', 'LEGGIMI.html', 'identita.csv']) {
      assert.ok(opened.includes(sign), sign);
      assert.ok(!stored.includes(sign), sign);
    }
    assert.ok(plain.slice(0, -1).every(({ length }) => length === CHUNK_BYTES));
  });
});

const EMPTY = { order: 1, titleKey: 'export.part-copies', tables: [], columns: [] };

async function* failing(): AsyncGenerator<never[]> {
  yield [];
  throw new Error('this part cannot be read');
}

async function* arriving(who: SignedIn): AsyncGenerator<never[]> {
  await notices(who, 1);
  yield [];
}

async function notices(who: SignedIn, count: number): Promise<void> {
  await portal.db.query(
    `INSERT INTO notice (id, citizen_id, type, source, source_id, text_key, created_at)
     SELECT id, $1, 'institutional', 'test', id::text, 'notifications.welcome', $2
     FROM (SELECT gen_random_uuid() AS id FROM generate_series(1, $3)) ids`,
    [who.citizen.id, portal.clock.now(), count],
  );
}

/** As a worker takes a copy up. */
function claimed(id: string) {
  const now = portal.clock.now();
  return asMaker((copies) => copies.claim(id, 3, now, now.add({ minutes: 5 })));
}

function addPiece(claim: Awaited<ReturnType<typeof claimed>>, number: number): Promise<boolean> {
  const chunk = { number, sealed: Buffer.alloc(100), done: 0 };
  return asMaker((copies) => copies.addChunk(claim!, chunk, portal.clock.now().add({ minutes: 5 })));
}

function asMaker<T>(work: (copies: ExportMakingRepository) => Promise<T>): Promise<T> {
  const db = portal.app.get(Database);
  return db.asWorker(() => db.actingAs(system('export'), () => work(portal.app.get(ExportMakingRepository))));
}

function romeDay(): string {
  return portal.clock.now().toZonedDateTimeISO('Europe/Rome').toPlainDate().toString();
}
