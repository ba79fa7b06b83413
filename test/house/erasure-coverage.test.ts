import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { system } from '#src/common/actor.js';
import { Database } from '#src/common/database.js';
import { ErasedParts } from '#src/common/erased.js';
import { Jobs } from '#src/common/jobs.js';
import { Texts } from '#src/common/texts.js';
import { ErasureService } from '#src/contact/rights/erasure.service.js';
import { testApp, type TestApp } from '../support/app.ts';
import { addConsents, addMessages, addPreferences } from '../support/consents.ts';
import { addContact } from '../support/contacts.ts';
import { addAccesses, addAppointment, addNotice, citizenOf, officesNear, type Citizen } from '../support/people.ts';
import { signedInAs, staffSignedIn } from '../support/sign-in.ts';
import { asked, pageOf, requestOf } from '../contact/rights-support.ts';

/**
 * Tables that name a person in a column but hold nothing that an erasure must take, each with the reason. What the law
 * lets stay is not listed here: its own module says so (keptKey).
 */
const NOT_ERASED: Readonly<Record<string, string>> = {
  staff_member: 'subject is the number of a member of the staff at the institute’s own sign-in',
};

/** What stays after an erasure, and the law that lets it: nothing else may. */
const KEPT = ['audit_entry', 'consent_event', 'right_request'];

let portal: TestApp;
let maria: Citizen;
let luca: Citizen;
/** Of the erasure that was carried out. */
let protocol: string;
before(async () => {
  portal = await testApp({ env: { ROLE: 'all' } });
  // Queues and repeated jobs stand still: a test says when the worker works.
  await portal.app.get(Jobs).beforeApplicationShutdown();
  const now = portal.clock.now();
  [maria, luca] = [await citizenOf(portal.db, 'maria', now), await citizenOf(portal.db, 'luca', now)];
});
after(() => portal.close());

describe('erasure', () => {
  it('is covered by a part for every table with data of a person, or a reason is listed', async () => {
    assert.deepEqual(await uncovered(), []);
  });

  it('is found wanting as soon as there is a new table: the check is awake', async () => {
    for (const columns of [
      'id uuid, whose uuid REFERENCES citizen (id)',
      'id uuid, citizen_id uuid',
      'id uuid, subject uuid',
    ]) {
      await portal.db.query(`CREATE TABLE new_table (${columns})`);
      assert.deepEqual(await uncovered(), ['new_table']);
      await portal.db.query('DROP TABLE new_table');
    }
  });

  it('has texts for every part and for what it keeps', () => {
    const texts = portal.app.get(Texts);
    const parts = portal.app.get(ErasedParts).all;
    assert.ok(parts.length >= 8);
    for (const { titleKey, keptKey } of parts)
      for (const language of ['it', 'en', 'de'] as const)
        for (const key of [titleKey, ...(keptKey ? [keptKey] : [])]) assert.ok(texts.for(language).has(key), key);
    assert.equal(new Set(parts.map(({ id }) => id)).size, parts.length);
  });

  it('is refused by PostgreSQL when nobody granted it, whatever the worker believes', async () => {
    const db = portal.app.get(Database);
    const erase = (name: 'erasure' | 'worker', sql: string) =>
      db.asWorker(() => db.actingAs(system(name), () => db.query(sql, [maria.id])));
    await assert.rejects(erase('erasure', 'SELECT erase_citizen($1)'), { code: '42501' });
    await assert.rejects(erase('worker', 'SELECT erase_citizen($1)'), { code: '42501' });
    await assert.rejects(
      db.actingAs(system('erasure'), () => db.query('SELECT erase_citizen($1)', [maria.id])),
      { code: '42501' },
      'the web login may not even call it',
    );
    assert.equal(await count('citizen', maria.id), 1);
  });

  it('waits a day, so that the person can read the answer, and then leaves nothing but what is listed', async () => {
    const slot = await everything(maria);
    await everything(luca);
    const rows = await rowsOf(maria.id);
    const others = await rowsOf(luca.id);
    for (const table of await tables())
      if (!NOT_ERASED[table]) assert.ok((rows[table] ?? 0) > 0, `${table} has no row: the test would prove nothing`);

    protocol = await granted(maria, 'accepted');
    assert.equal(await carryOut(), 0, 'not yet');
    portal.clock.move({ hours: 24 });
    assert.equal(await carryOut(), 1);
    assert.equal(await carryOut(), 0, 'once');

    const left = await rowsOf(maria.id);
    assert.deepEqual(
      Object.keys(left)
        .filter((table) => left[table]! > 0)
        .toSorted(),
      KEPT,
    );
    assert.deepEqual(await rowsOf(luca.id), { ...others, right_request: others.right_request });
    const [{ booked }] = (await portal.db.query<{ booked: number }>('SELECT booked FROM slot WHERE id = $1', [
      slot,
    ])) as [{ booked: number }];
    assert.equal(booked, 1, 'the seat is given back; the one of another person stays taken');
    const request = await requestOf(portal, protocol);
    assert.deepEqual([request.message, request.state, request.person_key?.length], ['', 'accepted', 43]);
  });

  it('ends the sessions of the person', async () => {
    assert.equal(
      await portal.db.query('SELECT 1 FROM session WHERE citizen_id = $1', [maria.id]).then((rows) => rows.length),
      0,
    );
  });

  it('leaves no drift in the counters of seats', async () => {
    const drift = await portal.db.query(
      `SELECT s.id FROM slot s WHERE s.booked <> (SELECT count(*) FROM appointment a WHERE a.slot_id = s.id AND state NOT IN ('cancelled', 'expired'))`,
    );
    assert.deepEqual(drift, []);
  });

  it('shows the person who comes back what was deleted and what was kept under which law', async () => {
    const again = await citizenOf(portal.db, 'maria', portal.clock.now());
    assert.notEqual(again.id, maria.id);
    const me = await signedInAs(portal, again);
    const href = `/dati/diritti/richieste/${protocol}`;
    const $list = await pageOf(me, '/dati/diritti');
    assert.equal($list(`main a[href="${href}"]`).length, 1);
    const $ = await pageOf(me, href);
    const text = $('main').text();
    assert.match(text, /Appuntamenti\s*\d+ registrazion/);
    assert.match(text, /conservat/);
    assert.match(text, /17, paragrafo 3/);
    assert.equal($('.timeline li').length, 4);
    // Nobody else finds it by being new too.
    const other = await signedInAs(portal, luca);
    await other.browser.get(href).expect(404);
  });

  it('in part takes only what was chosen, and the person stays', async () => {
    const rows = await rowsOf(luca.id);
    const answered = await granted(luca, 'partly', ['notices', 'appointments']);
    portal.clock.move({ hours: 25 });
    assert.equal(await carryOut(), 1);
    const left = await rowsOf(luca.id);
    assert.deepEqual([left.appointment, left.notice, left.citizen, left.contact], [0, 0, 1, rows.contact]);
    const { message, person_key, erased_at } = await requestOf(portal, answered);
    assert.deepEqual([message, person_key, erased_at !== null], ['Via tutto.', null, true], 'they are here to read it');
    const texts = await portal.db.query<{ message: string }>(
      "SELECT message FROM right_request WHERE citizen_id = $1 AND kind <> 'erasure'",
      [luca.id],
    );
    assert.deepEqual(texts, [{ message: 'prima' }]);
  });

  it('waits while another request of the person has no answer', async () => {
    const anna = await citizenOf(portal.db, 'anna', portal.clock.now());
    await granted(anna, 'accepted');
    const me = await signedInAs(portal, anna);
    await asked(me, 'opposizione');
    portal.clock.move({ hours: 48 });
    assert.equal(await carryOut(), 0);
    await portal.db.query(
      "UPDATE right_request SET state = 'working', version = version + 1 WHERE kind = 'objection' AND citizen_id = $1",
      [anna.id],
    );
    await portal.db.query(
      `UPDATE right_request SET state = 'rejected', outcome_reason = 'x', closed_at = received_at, version = version + 1 WHERE kind = 'objection' AND citizen_id = $1`,
      [anna.id],
    );
    assert.equal(await carryOut(), 1);
  });

  it('that fails half-way is as if it had not begun, and is not in the way of the next one', async () => {
    const paolo = await citizenOf(portal.db, 'paolo', portal.clock.now());
    const anna = await citizenOf(portal.db, 'anna', portal.clock.now());
    await everything(paolo);
    await granted(paolo, 'accepted');
    portal.clock.move({ minutes: 1 });
    await granted(anna, 'accepted');
    portal.clock.move({ hours: 25 });
    const rows = await rowsOf(paolo.id);
    const broken = {
      id: 'broken',
      order: 999,
      titleKey: 'x',
      tables: [],
      keptKey: null,
      alone: true,
      erase: async (subject: string) => {
        if (subject === paolo.id) throw new Error('broken part');
        return { deleted: 0, kept: 0 };
      },
    };
    const parts = portal.app.get(ErasedParts);
    parts.register(broken);
    await assert.rejects(carryOut(), /not every erasure/);
    assert.equal(await count('citizen', anna.id), 0, 'who came after is erased');
    (parts.all as unknown[]).splice(parts.all.indexOf(broken), 1);
    assert.deepEqual(await rowsOf(paolo.id), rows);
    assert.equal(await carryOut(), 1);
  });
});

function carryOut(): Promise<number> {
  return portal.app.get(Database).asWorker(() => portal.app.get(ErasureService).carryOutDue());
}

/** Asks for the erasure of a person, and lets an operator grant it. */
async function granted(person: Citizen, outcome: 'accepted' | 'partly', parts: string[] = []): Promise<string> {
  const asking = await asked(await signedInAs(portal, person), 'cancellazione', { testo: 'Via tutto.' });
  const elena = await staffSignedIn(portal, { name: 'Elena Conti', office: 'AG-058091', roles: ['operator'] });
  const send = (end: string, fields: object) =>
    portal
      .browser()
      .post(`/operatore/richieste-dati/${asking}/${end}`)
      .set('Cookie', elena.cookie)
      .type('form')
      .send({ _csrf: elena.csrf(), ...fields })
      .expect(303);
  await send('presa-in-carico', { versione: '1' });
  await send('decisione', { versione: '2', esito: outcome, motivo: 'Va bene.', parti: parts });
  return asking;
}

/** Something of a person in every table that can hold it. @returns a slot that they share with another person */
async function everything(person: Citizen): Promise<number> {
  const { db, clock } = portal;
  const now = clock.now();
  const office = (await officesNear(db, '058091'))[0]!;
  const startAt = '2026-05-20T08:00:00Z';
  await addAppointment(db, person, {
    office,
    topic: 'pensioni',
    startAt,
    heldAt: now,
    number: numbers(),
  });
  await addAppointment(db, person, {
    office,
    topic: 'contributi',
    state: 'cancelled',
    startAt: '2026-05-21T08:00:00Z',
    heldAt: now,
  });
  await addAppointment(db, person, {
    office,
    topic: 'contributi',
    state: 'served',
    startAt: '2026-03-03T08:00:00Z',
    heldAt: now.subtract({ hours: 800 }),
    number: numbers(),
  });
  const notice = await addNotice(db, person, { createdAt: now });
  await addMessages(db, person, notice, now);
  await addAccesses(db, person, now, 3);
  await addConsents(db, person, now);
  await addPreferences(db, person, now);
  await addContact(db, person.id, { kind: 'email', value: `${person.key}@example.it`, at: now });
  await signedInAs(portal, person);
  const id = randomUUID();
  await db.query(
    `INSERT INTO postal_address (citizen_id, country, street, number, extra, postal_code, comune_istat, locality, region, version, created_at, updated_at)
     VALUES ($1, 'IT', 'Via Roma', '1', '', '00100', '058091', '', '', gen_random_uuid(), $2, $2)`,
    [person.id, now],
  );
  await db.query(
    `INSERT INTO data_export (id, citizen_id, language, state, asked_at, due_at) VALUES ($1, $2, 'it', 'asked', $3, $3)`,
    [id, person.id, now],
  );
  await db.query(
    `INSERT INTO export_chunk (export_id, number, citizen_id, sealed) VALUES ($1, 0, $2, repeat('x', 40)::bytea)`,
    [id, person.id],
  );
  await db.query(
    `INSERT INTO parked_form (id, citizen_id, sealed, parked_at, expires_at) VALUES ($1, $2, 'x', $3, $3)`,
    [id, person.id, now],
  );
  await db.query(
    `INSERT INTO pin_credential (citizen_id, hash, issued_on, resident_abroad, italian_document, created_at, updated_at)
     VALUES ($1, '$argon2id$v=19$m=19456,t=2,p=1$' || repeat('A', 22) || '$' || repeat('A', 43), '2019-01-01', true, false, $2, $2)`,
    [person.id, now],
  );
  await db.query(
    `INSERT INTO right_request (id, submission_id, protocol, citizen_id, kind, state, concerns, message, received_at, first_due_on, due_on, closed_at)
     VALUES ($1, $1, 'DIR-2026-' || lpad((8000000 + random() * 99999)::int::text, 7, '0') || '-0', $2, 'objection', 'withdrawn', '{other}', 'prima', $3, '2026-05-08', '2026-05-08', $3)`,
    [id, person.id, now],
  );
  const [slot] = await db.query<{ id: number }>('SELECT id FROM slot WHERE start_at = $1', [startAt]);
  return slot!.id;
}

let made = 0;
const numbers = () => `RM-${1000 + ++made}`;

const OWNER = /^(citizen_id|subject|whose|id)$/;

/** How many rows of a person each table holds. */
async function rowsOf(person: string): Promise<Record<string, number>> {
  const found: Record<string, number> = {};
  for (const table of await tables()) if (!NOT_ERASED[table]) found[table] = await count(table, person);
  return found;
}

async function count(table: string, person: string): Promise<number> {
  const columns = await portal.db.query<{ name: string }>(
    `SELECT attname AS name FROM pg_attribute WHERE attrelid = $1::regclass AND attnum > 0 AND attname IN ('citizen_id', 'subject')`,
    [table],
  );
  const column = table === 'citizen' ? 'id' : columns.find(({ name }) => OWNER.test(name))!.name;
  const [row] = await portal.db.query<{ n: number }>(`SELECT count(*) AS n FROM ${table} WHERE ${column} = $1`, [
    person,
  ]);
  return row!.n;
}

async function tables(): Promise<string[]> {
  const rows = await portal.db.query<{ name: string }>(
    `SELECT c.relname AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p') AND NOT c.relispartition AND (
       c.relname = 'citizen'
       OR EXISTS (SELECT FROM pg_constraint k WHERE k.conrelid = c.oid AND k.contype = 'f' AND k.confrelid = 'citizen'::regclass)
       OR EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attname IN ('citizen_id', 'subject')))
     ORDER BY 1`,
  );
  return rows.map(({ name }) => name);
}

async function uncovered(): Promise<string[]> {
  const covered = new Set(portal.app.get(ErasedParts).all.flatMap((part) => part.tables));
  return (await tables()).filter((table) => !covered.has(table) && !NOT_ERASED[table]);
}
