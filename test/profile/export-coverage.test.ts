import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { citizen } from '#src/common/actor.js';
import { Database } from '#src/common/database.js';
import { ExportedParts } from '#src/common/exported.js';
import { Texts } from '#src/common/texts.js';
import { EXCLUSIONS } from '#src/profile/export/export.exclusions.js';
import type { TestApp } from '../support/app.ts';
import { citizenOf } from '../support/people.ts';
import { stillApp } from './export-support.ts';

/**
 * Tables about people that no column gives away: they name the person only inside what is sealed, or by a pseudonym.
 * A new table of that kind is to be added here by whoever makes it.
 */
const WITHOUT_A_NAME = ['saml_exchange', 'saml_request', 'saml_logout', 'saml_seen', 'cns_ticket', 'pin_attempt'];

/** Tables with a column called subject, or the like, that is not a citizen. */
const NOT_OF_CITIZENS: Readonly<Record<string, string>> = {
  staff_member: 'subject is the number of a member of the staff at the institute’s own sign-in',
};

/**
 * Columns of exported tables that a copy does not hold under their own name, each with the reason or with the column
 * that says the same. A new column of an exported table fails until it is in a part or here.
 */
const COLUMNS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  session: {
    token_hash: 'a secret: GDPR art. 15(4), recital 63',
    csrf_key: 'a secret: GDPR art. 15(4), recital 63',
    data: 'what the program remembers of a session, with the name that the identity provider gave it: technical, gone with it',
    expires_at: 'fifteen minutes after touched_at, at most absolute_expires_at',
    absolute_expires_at: 'eight hours after created_at',
    ended_at: 'an ended session is a tombstone for half an hour; its end is in the part accessi',
    kind: 'always "citizen" for a person: staff sessions are not exported',
    staff_id: 'of the staff, never of a citizen',
  },
  pin_credential: { hash: 'a secret that PostgreSQL keeps back from the worker: GDPR art. 15(4), recital 63' },
  appointment: {
    request_id: 'technical: makes a double click one booking',
    slot_id: 'technical: start_at, office_id, channel and minutes say the same',
  },
  audit_entry: {
    actor: 'of the staff the office is told, not who it was (Court of Justice, C-579/21); for others who says it',
  },
  contact: { version: 'technical: tells two windows apart' },
  contact_change: {
    id: 'technical',
    address: 'a keyed pseudonym of value',
    replaces: 'technical: the version that was live',
    code_hash: 'a secret: given out, it would help to guess a code (GDPR art. 15(4))',
    bounced_at: 'bounced_at of the contact; of one that never went live, that no code could be delivered',
  },
  postal_address: { version: 'technical: tells two windows apart' },
  notice_setting: {
    version: 'technical: tells two windows apart',
    quiet: 'wanted, in the line of the quiet hours',
    changed_at: 'when it was changed is in the part accessi',
  },
  consent_event: {
    id: 'technical',
    purpose: 'title and body say it, word for word as they were read',
    number: 'version',
  },
  notice_preference: { type: 'what' },
  outgoing_message: {
    key: 'technical: makes a message once',
    sealed:
      'address and text on their way: forgotten once delivered; the text of a notice is in avvisi, a code is a secret',
    uncertain: 'technical: attempts whose outcome is not known; state says so',
    next_attempt_at: 'technical: when a worker looks again',
    stopped: 'technical: set while a worker has it in hand; state says how that ended',
  },
  delivery_attempt: {
    message_id: 'one of the attempts counted in messaggi',
    number: 'one of the attempts counted in messaggi',
    started_at: 'within created_at and ended_at of the message',
    outcome: 'summed up in state of the message',
    code: 'technical: what the other side’s machine answered',
  },
  delivery_report: {
    message_id: 'summed up in state of the message',
    verdict: 'summed up in state of the message',
    code: 'technical: what the other side’s machine answered',
    reported_at: 'ended_at of the message',
    tried_at: 'technical: when a worker last failed to act on the report',
    handled_at: 'technical: when the report was worked on',
    doubts: 'a keyed pseudonym of the address: that its messages came back without a reason',
  },
  right_request: {
    id: 'technical',
    submission_id: 'technical: makes a double click one request',
    taken_by: 'of the staff the office is told, not who it was (Court of Justice, C-579/21)',
    person_key: 'a keyed pseudonym of who was erased',
    version: 'technical: tells two operators apart',
  },
  right_event: {
    id: 'technical',
    request_id: 'in steps, under its request',
    at: 'in steps',
    what: 'in steps',
    actor_kind: 'in steps',
    actor: 'of the staff the office is told, not who it was (Court of Justice, C-579/21)',
    note: 'in steps',
    details: 'in steps',
  },
  data_export: {
    due_at: 'technical: when a worker looks again',
    attempt: 'technical: which worker is at it',
    parts_done: 'technical: progress',
    parts_total: 'technical: progress',
    chunks: 'technical: in how many pieces the file is kept',
  },
};

/** Whose a row is: the person knows. */
const OWNERS = ['citizen_id', 'subject'];

let portal: TestApp;
let parts: ExportedParts;
before(async () => {
  portal = await stillApp();
  parts = portal.app.get(ExportedParts);
});
after(() => portal.close());

describe('a copy of all data', () => {
  it('covers every table that holds data of citizens, or says why not', async () => {
    const tables = await tablesOfCitizens();
    assert.ok(tables.length >= 10);
    assert.deepEqual(uncovered(tables), []);
  });

  it('is found wanting as soon as there is a new table: the check is awake', async () => {
    for (const [table, columns] of [
      ['new_by_reference', 'id uuid, whose uuid REFERENCES citizen (id)'],
      ['new_by_name', 'id uuid, citizen_id uuid'],
      ['new_by_subject', 'id uuid, subject uuid'],
    ] as const) {
      const bare = uncovered(await tablesOfCitizens());
      await portal.db.query(`CREATE TABLE ${table} (${columns})`);
      assert.deepEqual(uncovered(await tablesOfCitizens()), [...bare, table].toSorted());
      await portal.db.query(`DROP TABLE ${table}`);
    }
  });

  it('holds every column of those tables, or says why not', async () => {
    assert.deepEqual(await missingColumns(), []);
  });

  it('is found wanting as soon as there is a new column', async () => {
    const missing = await missingColumns();
    await portal.db.query('ALTER TABLE appointment ADD COLUMN favourite_colour text');
    const now = await missingColumns();
    assert.deepEqual(
      now.filter((one) => !missing.includes(one)),
      ['appointment.favourite_colour'],
    );
    await portal.db.query('ALTER TABLE appointment DROP COLUMN favourite_colour');
  });

  it('leaves out nothing that is not there any more', async () => {
    const there = new Set((await columnsOf(exportedTables())).map(({ table, column }) => `${table}.${column}`));
    const listed = Object.entries(COLUMNS).flatMap(([table, columns]) =>
      Object.keys(columns).map((column) => `${table}.${column}`),
    );
    assert.deepEqual(
      listed.filter((one) => !there.has(one)),
      [],
    );
    const tables = new Set(await tablesOfCitizens());
    assert.deepEqual(
      EXCLUSIONS.flatMap((one) => one.tables).filter((table) => !tables.has(table)),
      [],
    );
    assert.deepEqual(
      Object.keys(NOT_OF_CITIZENS).filter((table) => !tables.has(table)),
      [],
    );
  });

  it('names tables and texts that exist, and files that differ', async () => {
    const texts = portal.app.get(Texts);
    const all = new Set(
      (await portal.db.query<{ name: string }>(`SELECT relname AS name FROM pg_class WHERE relkind IN ('r', 'p')`)).map(
        ({ name }) => name,
      ),
    );
    for (const { id, titleKey, columns, tables } of parts.all) {
      assert.match(id, /^[a-z][a-z-]*$/);
      for (const table of tables) assert.ok(all.has(table), `${id}: ${table}`);
      for (const key of [titleKey, ...columns.map((column) => column.titleKey)])
        assert.ok(texts.for('de').has(key), key);
      assert.equal(new Set(columns.map(({ name }) => name)).size, columns.length, id);
    }
    assert.equal(new Set(parts.all.map(({ id }) => id)).size, parts.all.length);
  });

  it('can be read by the worker in the name of the person, every part of it', async () => {
    const { id } = await citizenOf(portal.db, 'maria', portal.clock.now());
    const db = portal.app.get(Database);
    const t = portal.app.get(Texts).for('it');
    for (const part of parts.all) {
      await db.asWorker(() =>
        db.actingAs(citizen(id), async () => {
          for await (const page of part.records({ subject: id, by: id }, t))
            for (const record of page)
              assert.deepEqual(
                Object.keys(record),
                part.columns.map(({ name }) => name),
                part.id,
              );
        }),
      );
    }
  });
});

function exportedTables(): string[] {
  return [...new Set(parts.all.flatMap((part) => part.tables))];
}

function uncovered(tables: readonly string[]): string[] {
  const known = new Set([
    ...exportedTables(),
    ...EXCLUSIONS.flatMap((one) => one.tables),
    ...Object.keys(NOT_OF_CITIZENS),
  ]);
  return tables.filter((table) => !known.has(table));
}

/** With a column that refers to a citizen, or that is called as such columns are; or of those without a name. */
async function tablesOfCitizens(): Promise<string[]> {
  const rows = await portal.db.query<{ name: string }>(
    `SELECT c.relname AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p') AND NOT c.relispartition AND (
       c.relname = 'citizen' OR c.relname = ANY ($1)
       OR EXISTS (SELECT FROM pg_constraint k WHERE k.conrelid = c.oid AND k.contype = 'f' AND k.confrelid = 'citizen'::regclass)
       OR EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
         AND a.attname ~ '(^|_)(citizen|subject|person|fiscal_code)(_|$)'))
     ORDER BY 1`,
    [WITHOUT_A_NAME],
  );
  return rows.map(({ name }) => name);
}

async function missingColumns(): Promise<string[]> {
  const columns = await columnsOf(exportedTables());
  assert.ok(columns.length > 50);
  return columns.filter(({ table, column }) => !held(table, column)).map(({ table, column }) => `${table}.${column}`);
}

function held(table: string, column: string): boolean {
  if (OWNERS.includes(column) || COLUMNS[table]?.[column]) return true;
  return parts.all.some((part) => part.tables.includes(table) && part.columns.some(({ name }) => name === column));
}

async function columnsOf(tables: readonly string[]): Promise<{ table: string; column: string }[]> {
  return portal.db.query(
    `SELECT c.relname AS table, a.attname AS column FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
     WHERE c.relname = ANY ($1) AND c.relnamespace = 'public'::regnamespace AND a.attnum > 0 AND NOT a.attisdropped ORDER BY 1, a.attnum`,
    [tables],
  );
}
