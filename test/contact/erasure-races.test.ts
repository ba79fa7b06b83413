// The worker looks which erasures are due and comes to each one later: what a person does meanwhile must not be lost.
import assert from 'node:assert/strict';
import { AsyncLocalStorage } from 'node:async_hooks';
import { randomUUID } from 'node:crypto';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';
import pg from 'pg';
import { BookingService } from '#src/appointments/index.js';
import { Database } from '#src/common/database.js';
import { ErasedParts } from '#src/common/erased.js';
import { Jobs } from '#src/common/jobs.js';
import { createLog } from '#src/common/log.js';
import { ErasureService } from '#src/contact/rights/erasure.service.js';
import { RightsService } from '#src/contact/rights/rights.service.js';
import { ROME, person, withSlots } from '../appointments/booking-support.ts';
import { addContact } from '../support/contacts.ts';
import { testApp, type TestApp } from '../support/app.ts';

/** Work as another request would do it: in no unit of work that is under way here. */
const elsewhere = AsyncLocalStorage.snapshot();

let portal: TestApp;
let slots: number[];
let holder: pg.Client;
const lines: string[] = [];
before(async () => {
  const log = createLog('error', { write: (line: string) => void lines.push(line) });
  portal = await testApp({ env: { ROLE: 'all' }, log });
  // Queues and repeated jobs stand still: a test says when the worker works.
  await portal.app.get(Jobs).beforeApplicationShutdown();
  await withSlots(portal);
  const rows = await portal.db.query<{ id: number }>(
    `SELECT id FROM slot WHERE office_id = $1 AND channel = 'desk' AND start_at > '2026-04-10' ORDER BY start_at LIMIT 2`,
    [ROME],
  );
  slots = rows.map(({ id }) => id);
  holder = new pg.Client({ connectionString: portal.db.owner });
  await holder.connect();
});
after(async () => {
  await holder.end();
  await portal.close();
});
beforeEach(() => portal.db.query('DELETE FROM right_request'));
afterEach(nothingMore);

describe('an erasure leaves alone who asks for something meanwhile', () => {
  it('before it comes to them: nothing of theirs is touched', async () => {
    const [first, second] = [await erasable(2), await erasable(1)];
    during(first, 1, () => asks(second));
    assert.equal(await carryOut(), 1);
    assert.deepEqual([await isThere(first), await isThere(second)], [false, true]);
    assert.deepEqual(await ofNobody(), []);
  });

  it('while it is under way: it is as if it had not begun, and no fault to be told', async () => {
    const who = await erasable();
    during(who, 950, () => asks(who));
    assert.equal(await carryOut(), 0);
    assert.equal(await isThere(who), true);
    assert.deepEqual(await ofNobody(), []);
    assert.deepEqual(lines, []);
  });

  it('at its very end: it waits for what is being written of them', async () => {
    const who = await erasable();
    const now = portal.clock.now().toString();
    await holder.query('BEGIN');
    await holder.query(
      `INSERT INTO right_request (id, protocol, submission_id, citizen_id, kind, state, concerns, message, received_at, first_due_on, due_on)
       VALUES ($1, 'DIR-2026-7000000-0', $1, $2, 'objection', 'received', '{other}', 'x', $3, '2026-05-02', '2026-05-02')`,
      [randomUUID(), who, now],
    );
    await holder.query(
      `INSERT INTO notice (id, citizen_id, type, source, source_id, text_key, parameters, created_at)
       VALUES (gen_random_uuid(), $1, 'request', 'rights', 'x', 'rights.notice-received', '{}', $2)`,
      [who, now],
    );
    const erased = carryOut();
    await somebodyWaits();
    await holder.query('COMMIT');
    assert.equal(await erased, 0);
    assert.equal(await isThere(who), true);
    assert.deepEqual(await ofNobody(), []);
  });
});

describe('an erasure loses no seat', () => {
  it('that is kept for the person after their appointments were gone', async () => {
    const who = await erasable();
    during(who, 101, () => holds(who, slots[0]!, 'naspi'));
    assert.equal(await carryOut(), 0);
    assert.deepEqual([await isThere(who), await drift()], [true, []]);
    nothingMore();
    assert.equal(await carryOut(), 1, 'the next run takes that one too');
    assert.deepEqual([await isThere(who), await drift()], [false, []]);
  });

  it('that is kept for the person between the look at their appointments and the end of these', async () => {
    const who = await erasable(1, ['appointments']);
    await holds(who, slots[0]!, 'naspi');
    await holder.query('BEGIN');
    await holder.query('SELECT FROM slot WHERE id = $1 FOR UPDATE', [slots[0]]);
    const erased = carryOut();
    await somebodyWaits();
    await holds(who, slots[1]!, 'isee');
    await holder.query('COMMIT');
    assert.equal(await erased, 1);
    assert.deepEqual(await drift(), []);
    const left = await portal.db.query('SELECT topic_id FROM appointment WHERE citizen_id = $1', [who]);
    assert.deepEqual(left, [{ topic_id: 'isee' }]);
  });
});

describe('an erasure locks in the order of the others', () => {
  it('a change before the contact, as whoever confirms its code', async () => {
    const who = await erasable();
    await addContact(portal.db, who, { kind: 'email', value: 'ada@esempio.it', at: portal.clock.now() });
    await contactIsFree(who, 'contact_change');
  });

  it('a message before the contact, as whoever learns that it came back', async () => {
    const who = await erasable();
    const now = portal.clock.now();
    await addContact(portal.db, who, { kind: 'email', value: 'ada@esempio.it', at: now });
    await portal.db.query(
      `INSERT INTO outgoing_message (id, citizen_id, channel, kind, key, sealed, next_attempt_at, created_at)
       VALUES (gen_random_uuid(), $1, 'email', 'notice', 'x', 'x', $2, $2)`,
      [who, now],
    );
    await contactIsFree(who, 'outgoing_message');
  });

  /** For whoever has locked this row of the person first, and the erasure waits for them. */
  async function contactIsFree(who: string, table: string): Promise<void> {
    await holder.query('BEGIN');
    await holder.query(`SELECT FROM ${table} WHERE citizen_id = $1 FOR UPDATE`, [who]);
    const erased = carryOut();
    await somebodyWaits();
    try {
      const { rowCount } = await holder.query('SELECT FROM contact WHERE citizen_id = $1 FOR UPDATE NOWAIT', [who]);
      assert.equal(rowCount, 1);
    } finally {
      await holder.query('ROLLBACK');
      assert.equal(await erased, 1);
    }
  }
});

let made = 0;

/** Somebody whose erasure was granted so many hours before the day from which it is due. */
async function erasable(hours = 1, areas: string[] | null = null): Promise<string> {
  const { id } = await person(portal);
  const granted = portal.clock.now().subtract({ hours: 24 + hours });
  await portal.db.query(
    `INSERT INTO right_request (id, protocol, submission_id, citizen_id, kind, state, concerns, message, received_at, first_due_on, due_on,
       closed_at, outcome_reason, areas)
     VALUES ($1, $2, $1, $3, 'erasure', $4, '{other}', '', $5, '2026-05-02', '2026-05-02', $5, 'Sì.', $6)`,
    [randomUUID(), `DIR-2026-${5_000_000 + ++made}-1`, id, areas ? 'partly' : 'accepted', granted, areas],
  );
  return id;
}

const meanwhile: object[] = [];

/** Something that happens while a person is erased, after the parts before this order. */
function during(who: string, order: number, what: () => Promise<unknown>): void {
  const erase = async (subject: string) => {
    if (subject === who) await elsewhere(what);
    return { deleted: 0, kept: 0 };
  };
  const part = { id: `meanwhile-${order}`, order, titleKey: 'x', tables: [], keptKey: null, alone: true, erase };
  meanwhile.push(part);
  portal.app.get(ErasedParts).register(part);
}

function nothingMore(): void {
  const all = portal.app.get(ErasedParts).all as object[];
  for (const part of meanwhile.splice(0)) all.splice(all.indexOf(part), 1);
}

function carryOut(): Promise<number> {
  return portal.app.get(Database).asWorker(() => portal.app.get(ErasureService).carryOutDue());
}

async function asks(who: string): Promise<void> {
  const asking = { kind: 'objection', concerns: ['other'], message: 'x', currentValue: '', rightValue: '' } as const;
  const asked = await portal.app
    .get(RightsService)
    .ask({ subject: who, by: who }, { ...asking, submissionId: randomUUID() });
  assert.equal(asked.ok, true);
}

async function holds(who: string, slot: number, topic: string): Promise<void> {
  const held = await portal.app
    .get(BookingService)
    .hold({ subject: who, by: who }, { slot, topic, requestId: randomUUID() });
  assert.equal(held.ok, true);
}

/** Until somebody waits for a lock that another holds in this database. */
async function somebodyWaits(): Promise<void> {
  const waiting = `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`;
  while ((await portal.db.query(waiting)).length === 0);
}

async function isThere(who: string): Promise<boolean> {
  return (await portal.db.query('SELECT FROM citizen WHERE id = $1', [who])).length === 1;
}

/** Open requests whose person is gone: nobody could be told the answer. */
function ofNobody(): Promise<object[]> {
  return portal.db.query(
    'SELECT protocol FROM right_request r WHERE closed_at IS NULL AND NOT EXISTS (SELECT FROM citizen c WHERE c.id = r.citizen_id)',
  );
}

function drift(): Promise<object[]> {
  return portal.db.query(
    `SELECT s.id, s.booked FROM slot s
     WHERE s.booked <> (SELECT count(*) FROM appointment a WHERE a.slot_id = s.id AND a.state NOT IN ('cancelled', 'expired'))`,
  );
}
