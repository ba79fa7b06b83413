// A button pressed twice, or in two tabs: the second gets the answer of the first, and nothing typed is lost unsaid.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import pg from 'pg';
import { AppointmentsService, BookingService } from '#src/appointments/index.js';
import { testApp, type TestApp } from '../support/app.ts';
import { person, ROME, sessionFor, withSlots } from './booking-support.ts';

const DETAILS = { stepFree: false, signLanguage: false, language: null, note: '', email: 'a@b.it', phone: '' };

type Who = { subject: string; by: string };

let app: TestApp;
let booking: BookingService;
let mine: AppointmentsService;
/** Of the desk in Rome, each with so many seats that nobody here is in another's way. */
let slots: number[];

before(async () => {
  app = await testApp();
  await withSlots(app);
  booking = app.app.get(BookingService);
  mine = app.app.get(AppointmentsService);
  const rows = await app.db.query<{ id: number }>(
    `UPDATE slot SET public_seats = 50, limit_seats = 50 WHERE office_id = $1 AND channel = 'desk'
       AND (start_at AT TIME ZONE 'Europe/Rome')::date = '2026-04-14' RETURNING id`,
    [ROME],
  );
  slots = rows.map(({ id }) => id).toSorted((a, b) => a - b);
});
after(() => app.close());

async function acting(): Promise<Who> {
  const { id } = await person(app);
  return { subject: id, by: id };
}

async function held(who: Who, requestId: string = randomUUID()): Promise<string> {
  const result = await booking.hold(who, { slot: slots[0]!, topic: 'naspi', requestId });
  assert.ok(result.ok);
  return result.id;
}

async function booked(who: Who, requestId?: string): Promise<string> {
  const id = await held(who, requestId);
  await booking.saveDetails(who, id, DETAILS);
  assert.deepEqual(await booking.confirm(who, id), { ok: true });
  return id;
}

const twice = <T>(press: () => Promise<T>): Promise<T[]> => Promise.all([press(), press()]);

/** How often the access record tells this of an appointment. */
async function notesOf(id: string, event: string): Promise<number> {
  const rows = await app.db.query('SELECT FROM audit_entry WHERE action = $1 AND object_id = $2', [
    `appointment.${event}`,
    id,
  ]);
  return rows.length;
}

/** Until a request waits for a lock that another connection holds. */
async function somebodyWaits(): Promise<void> {
  const waiting = `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`;
  while ((await app.db.query(waiting)).length === 0) await app.browser().get('/salute/viva');
}

describe('the details of a booking', () => {
  it('typed in one tab while another books are not said to be saved', async () => {
    const eva = await person(app);
    const who = { subject: eva.id, by: eva.id };
    const id = await held(who);
    await booking.saveDetails(who, id, DETAILS);
    const holder = new pg.Client({ connectionString: app.db.owner });
    await holder.connect();
    await holder.query(
      `BEGIN; UPDATE appointment SET state = 'booked', number = 'RM-0001', confirmed_at = held_at WHERE id = '${id}'`,
    );
    // The form is read while the other tab's booking is under way, and saved after it.
    const typed = eva.post(`/appuntamenti/${id}/dettagli`, { nota: 'porto il cane', email: 'a@b.it' });
    await somebodyWaits();
    await holder.query('COMMIT');
    await holder.end();
    assert.equal((await typed).location, `/appuntamenti/${id}?esito=non-salvato#esito`);
    assert.match((await eva.get((await typed).location)).text, /Quello che hai scritto adesso non è salvato/u);
    const late = await eva.post(`/appuntamenti/${id}/dettagli`, { nota: 'ancora', email: 'a@b.it' });
    assert.equal(late.location, `/appuntamenti/${id}?esito=non-salvato#esito`);
    // The button of the tab that booked, once more: nothing of it is lost.
    const same = await eva.post(`/appuntamenti/${id}/dettagli`, { email: 'a@b.it' });
    assert.equal(same.location, `/appuntamenti/${id}/riepilogo`);
    assert.equal(await notesOf(id, 'details'), 1);
  });

  it('sent twice at once are written once', async () => {
    const who = await acting();
    const id = await held(who);
    const clicks = await Promise.all(Array.from({ length: 4 }, () => booking.saveDetails(who, id, DETAILS)));
    assert.ok(clicks.every(({ ok }) => ok));
    assert.equal(await notesOf(id, 'details'), 1);
  });
});

describe('moving', () => {
  it('twice to the same time is moving once, and is said to be done twice', async () => {
    const who = await acting();
    const id = await booked(who);
    const done = { ok: true, id };
    assert.deepEqual(await twice(() => mine.move(who, id, slots[5]!)), [done, done]);
    const late = await (
      await sessionFor(app, who.subject)
    ).post(`/appuntamenti/${id}/spostamento`, {
      orario: String(slots[5]),
    });
    assert.equal(late.location, `/appuntamenti/${id}?esito=spostato#esito`);
    assert.equal(await notesOf(id, 'moved'), 1);
    const notices = await app.db.query(`SELECT FROM notice WHERE citizen_id = $1 AND source_id LIKE '%:moved:%'`, [
      who.subject,
    ]);
    assert.equal(notices.length, 1);
  });
});

describe('a form of times sent again after its booking was cancelled', () => {
  it('twice at once keeps one seat, which both answers lead to', async () => {
    for (let round = 0; round < 5; round++) {
      const who = await acting();
      const request = { slot: slots[round]!, topic: 'naspi', requestId: randomUUID() };
      await mine.cancel(who, await booked(who, request.requestId));
      const [one, other] = await twice(() => booking.hold(who, request));
      assert.ok(one?.ok && other?.ok);
      assert.equal(one.id, other.id);
      assert.equal(await notesOf(one.id, 'held'), 1);
    }
  });

  it('and again later leads to the seat that it kept, the last one of its time too', async () => {
    const who = await acting();
    const request = { slot: slots.at(-1)!, topic: 'naspi', requestId: randomUUID() };
    await app.db.query('UPDATE slot SET public_seats = booked + 1 WHERE id = $1', [request.slot]);
    await mine.cancel(who, await booked(who, request.requestId));
    const first = await booking.hold(who, request);
    assert.ok(first.ok);
    assert.deepEqual(await booking.hold(who, request), first);
  });
});
