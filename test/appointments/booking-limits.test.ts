import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { HOLDS_A_DAY } from '#src/appointments/booking.rules.js';
import { AppointmentsService, BookingService, ReaperService } from '#src/appointments/index.js';
import { Database } from '#src/common/database.js';
import { Jobs } from '#src/common/jobs.js';
import { testApp, type TestApp } from '../support/app.ts';
import { fieldsOf, person, ROME, sessionFor, withSlots } from './booking-support.ts';

/** What pages have at once: so many requests may each not know of the others. */
const CONNECTIONS = 10;

/** What one person could do to the seats and numbers of all others. */
let app: TestApp;
let booking: BookingService;
let mine: AppointmentsService;
let reaper: ReaperService;
let db: Database;

type Who = { subject: string; by: string };
const DETAILS = { stepFree: false, signLanguage: false, language: null, note: 'resta', email: 'a@b.it', phone: '' };

before(async () => {
  app = await testApp({ env: { ROLE: 'all' } });
  await app.app.get(Jobs).beforeApplicationShutdown();
  await withSlots(app);
  booking = app.app.get(BookingService);
  mine = app.app.get(AppointmentsService);
  reaper = app.app.get(ReaperService);
  db = app.app.get(Database);
});
after(() => app.close());

const reap = () => db.asWorker(() => reaper.reapExpired(app.clock.now()));
const url = (topic: string, day: string, channel = 'desk') =>
  `/appuntamenti/nuovo/orario?sede=${ROME}&modo=${channel}&argomento=${topic}&giorno=${day}`;

async function acting(): Promise<Who> {
  const { id } = await person(app);
  return { subject: id, by: id };
}

/** Slots in Rome on one day that general topics use, with seats enough. */
async function slotsOf(channel: string, day: string): Promise<number[]> {
  const rows = await app.db.query<{ id: number }>(
    `UPDATE slot SET public_seats = 100, limit_seats = 100 WHERE office_id = $1 AND channel = $2
       AND pool = (SELECT pool FROM topic WHERE id = 'naspi') AND (start_at AT TIME ZONE 'Europe/Rome')::date = $3
     RETURNING id`,
    [ROME, channel, day],
  );
  return rows.map(({ id }) => id).toSorted((a, b) => a - b);
}

const hold = (who: Who, slot: number, topic = 'naspi') => booking.hold(who, { slot, topic, requestId: randomUUID() });

async function held(who: Who, slot: number, topic = 'naspi'): Promise<string> {
  const result = await hold(who, slot, topic);
  assert.ok(result.ok);
  return result.id;
}

async function booked(who: Who, slot: number, topic = 'naspi'): Promise<string> {
  const id = await held(who, slot, topic);
  await booking.saveDetails(who, id, DETAILS);
  assert.deepEqual(await booking.confirm(who, id), { ok: true });
  return id;
}

async function row(id: string): Promise<Record<string, unknown>> {
  const [found] = await app.db.query(
    `SELECT state, slot_id AS slot, channel, note, contact_email AS email, number, holds, held_at AS "heldAt", hold_until AS "holdUntil"
     FROM appointment WHERE id = $1`,
    [id],
  );
  return found ?? {};
}

const seatsOf = async (slot: number) =>
  (await app.db.query<{ booked: number }>('SELECT booked FROM slot WHERE id = $1', [slot]))[0]?.booked;

async function holdAndGiveUp(who: Who, slot: number, topic = 'naspi'): Promise<boolean> {
  const result = await hold(who, slot, topic);
  if (!result.ok) return false;
  await mine.cancel(who, result.id);
  return true;
}

describe('numbers', () => {
  it('of cancelled appointments can be given again, so that nobody uses them up', async () => {
    const [slot] = await slotsOf('desk', '2026-04-14');
    const first = await booked(await acting(), slot!);
    const { number } = await row(first);
    await app.db.query(
      `INSERT INTO appointment (id, request_id, citizen_id, slot_id, office_id, topic_id, channel, start_at, minutes, state, held_at,
         hold_until, number, details_at, created_at, confirmed_at, updated_at, cancelled_at)
       SELECT gen_random_uuid(), gen_random_uuid(), citizen_id, slot_id, office_id, topic_id, channel, start_at, minutes, 'cancelled', held_at,
         hold_until, 'RM-' || lpad(n::text, 4, '0'), held_at, held_at, held_at, held_at, held_at
       FROM appointment, generate_series(0, 9999) n WHERE id = $1`,
      [first],
    );
    const who = await acting();
    const second = await booked(who, slot!, 'isee');
    const third = await booked(await acting(), slot!, 'isee');
    await assert.rejects(
      app.db.query('UPDATE appointment SET number = $2 WHERE id = $1', [second, number]),
      /appointment_number/u,
      'but two live ones never have the same',
    );
    const kept = (await row(second)).number;
    await mine.cancel(who, second);
    assert.equal((await row(second)).number, kept, 'a cancelled one keeps it for the record');
    await app.db.query('UPDATE appointment SET number = $2 WHERE id = $1', [third, kept]);
  });
});

describe('a seat that is given up', () => {
  it('leaves nothing of what was typed, and is forgotten as one that nobody finished', async () => {
    const [slot] = await slotsOf('desk', '2026-04-15');
    const eva = await person(app);
    const who = { subject: eva.id, by: eva.id };
    const id = await held(who, slot!);
    await booking.saveDetails(who, id, DETAILS);
    const gone = await eva.post(`/appuntamenti/${id}/annullamento`);
    assert.deepEqual([gone.status, gone.location], [303, '/appuntamenti']);
    assert.match((await eva.get('/appuntamenti')).$('#esito').text(), /Hai lasciato il posto/u);
    const { state, note, email } = await row(id);
    assert.deepEqual({ state, note, email }, { state: 'expired', note: '', email: '' });
    assert.equal(await seatsOf(slot!), 0);
    assert.ok((await mine.cancel(who, id)).ok, 'twice is as good as once');
    assert.equal(await seatsOf(slot!), 0);
    assert.deepEqual(await booking.confirm(who, id), { ok: false, reason: 'details-missing' });
    assert.equal((await row(id)).state, 'expired', 'an old page takes no seat again');
    const start = app.clock.now();
    app.clock.move({ hours: 26 });
    await db.asWorker(() => reaper.nightly(app.clock.now()));
    assert.deepEqual(await row(id), {});
    app.clock.set(start.toString());
  });
});

describe('seats kept for one person in a day', () => {
  it('have a limit, which a page says', async () => {
    const [slot] = await slotsOf('desk', '2026-04-16');
    const eva = await person(app);
    const who = { subject: eva.id, by: eva.id };
    for (let times = 0; times < HOLDS_A_DAY; times++) assert.ok(await holdAndGiveUp(who, slot!), String(times));
    assert.deepEqual(await hold(who, slot!), { ok: false, reason: 'too-many-holds', unfinished: null });
    const page = await eva.get(url('naspi', '2026-04-16'));
    const fields = fieldsOf(page, 'main form[method=post]', { orario: String(slot) });
    const refused = await eva.post(url('naspi', '2026-04-16'), fields);
    assert.equal(refused.status, 422);
    assert.match(refused.$('#errori').text(), /hai scelto troppi orari/u);
    const [last] = await app.db.query<{ id: string }>('SELECT id FROM appointment WHERE citizen_id = $1 LIMIT 1', [
      eva.id,
    ]);
    const more = await eva.post(`/appuntamenti/${last?.id}/proroga`);
    assert.equal(more.location, '/appuntamenti', 'a lost seat is not taken again either');
    assert.match((await eva.get('/appuntamenti')).$('#esito').text(), /hai scelto troppi orari/u);
    assert.equal(await seatsOf(slot!), 0);
    assert.ok(await holdAndGiveUp(await acting(), slot!), 'others are not concerned');
    const start = app.clock.now();
    app.clock.move({ hours: 24 });
    assert.ok(await holdAndGiveUp(who, slot!), 'a day later');
    app.clock.set(start.toString());
  });

  it('count also where one row is held again and again', async () => {
    const [slot] = await slotsOf('desk', '2026-04-17');
    const who = await acting();
    const id = await held(who, slot!);
    for (let times = 1; times < HOLDS_A_DAY; times++) {
      await mine.cancel(who, id);
      assert.ok((await booking.holdAgain(who, id, 'same')).ok, String(times));
    }
    await mine.cancel(who, id);
    assert.deepEqual(await booking.holdAgain(who, id, 'same'), {
      ok: false,
      reason: 'too-many-holds',
      unfinished: null,
    });
    assert.equal((await row(id)).holds, HOLDS_A_DAY);
    assert.equal((await hold(who, slot!)).ok, false);
  });

  it('and booked and cancelled ones', async () => {
    const [slot] = await slotsOf('desk', '2026-04-20');
    const who = await acting();
    for (let times = 0; times < HOLDS_A_DAY; times++) {
      const result = await mine.cancel(who, await booked(who, slot!));
      assert.ok(result.ok);
    }
    assert.equal((await hold(who, slot!)).ok, false);
  });

  it('cannot be passed by much with requests at once', async () => {
    const [slot] = await slotsOf('desk', '2026-04-21');
    const topics = ['naspi', 'isee', 'pensioni', 'contributi'];
    const who = await acting();
    await Promise.all(
      Array.from({ length: 20 }, async (_, client) => {
        for (let times = 0; times < 6; times++) await holdAndGiveUp(who, slot!, topics[client % 4]);
      }),
    );
    while (await holdAndGiveUp(who, slot!));
    const [made] = await app.db.query<{ holds: number }>(
      'SELECT sum(holds)::int AS holds FROM appointment WHERE citizen_id = $1',
      [who.subject],
    );
    assert.ok(made!.holds >= HOLDS_A_DAY && made!.holds <= HOLDS_A_DAY + CONNECTIONS, String(made!.holds));
    assert.equal(await seatsOf(slot!), 0);
  });

  it('are counted by an index', async () => {
    const plan = await app.db.query<Record<string, string>>(
      `EXPLAIN SELECT sum(holds) FROM appointment WHERE citizen_id = $1 AND held_at > $2`,
      [randomUUID(), app.clock.now()],
    );
    assert.match(JSON.stringify(plan), /appointment_recent/u);
  });
});

describe('the channel', () => {
  it('of a booked appointment stays the same in a move', async () => {
    const [desk] = await slotsOf('desk', '2026-04-22');
    const [phone] = await slotsOf('phone', '2026-04-22');
    assert.ok(desk && phone);
    const eva = await person(app);
    const who = { subject: eva.id, by: eva.id };
    const id = await booked(who, desk);
    assert.deepEqual(await mine.move(who, id, phone), { ok: false, reason: 'slot-taken' });
    const forged = await eva.post(`/appuntamenti/${id}/spostamento`, { orario: String(phone) });
    assert.equal(forged.status, 422);
    const { slot, channel } = await row(id);
    assert.deepEqual({ slot, channel }, { slot: desk, channel: 'desk' });
    assert.equal(await seatsOf(phone), 0);
  });

  it('of a resumed hold may change, and what it needs is asked', async () => {
    const [desk] = await slotsOf('desk', '2026-04-23');
    const [phone] = await slotsOf('phone', '2026-04-23');
    assert.ok(desk && phone);
    const eva = await person(app);
    const who = { subject: eva.id, by: eva.id };
    const id = await held(who, desk);
    await booking.saveDetails(who, id, DETAILS);
    const path = `${url('naspi', '2026-04-23')}&ripresa=${id}`;
    assert.equal((await eva.post(path, { orario: String(phone) })).location, `/appuntamenti/${id}/dettagli`);
    assert.deepEqual(await booking.confirm(who, id), { ok: false, reason: 'details-missing' });
    assert.equal((await eva.get(`/appuntamenti/${id}/riepilogo`)).location, `/appuntamenti/${id}/dettagli`);
    const page = await eva.get(`/appuntamenti/${id}/dettagli`);
    assert.match(page.$('#errori').text(), /Scrivi il numero a cui chiamarti/u);
    assert.equal(page.$('#nota').val(), 'resta');
    const form = fieldsOf(page, 'main form[novalidate]', { telefono: '333 1234567' });
    assert.equal((await eva.post(`/appuntamenti/${id}/dettagli`, form)).location, `/appuntamenti/${id}/riepilogo`);
    assert.deepEqual(await booking.confirm(who, id), { ok: true });
  });
});

describe('the hour of a hold', () => {
  it('is not renewed by choosing other times', async () => {
    const slots = await slotsOf('desk', '2026-04-24');
    const start = app.clock.now();
    const who = await acting();
    const id = await held(who, slots[0]!);
    for (let turn = 1; turn <= 7; turn++) {
      app.clock.move({ minutes: 8 });
      assert.ok((await booking.holdAgain(who, id, slots[turn % 3]!)).ok);
    }
    const { heldAt, holdUntil, holds } = await row(id);
    assert.deepEqual(
      [String(heldAt), String(holdUntil), holds],
      [start.toString(), start.add({ minutes: 60 }).toString(), 1],
    );
    app.clock.set(start.toString());
  });

  it('is over with the seat given back, a message, and all that was typed', async () => {
    const [slot, other] = await slotsOf('desk', '2026-04-27');
    const start = app.clock.now();
    const eva = await person(app);
    const who = { subject: eva.id, by: eva.id };
    const id = await held(who, slot!);
    await booking.saveDetails(who, id, DETAILS);
    for (let minutes = 0; minutes < 54; minutes += 9) {
      app.clock.move({ minutes: 9 });
      await booking.extend(who, id);
    }
    app.clock.move({ minutes: 6 });
    // The reaper has not come: the row is still held.
    const owner = await sessionFor(app, eva.id);
    const over = await owner.post(url('naspi', '2026-04-27'), { orario: String(other) });
    assert.equal(over.status, 422);
    assert.match(over.$('#errori').text(), /L’ora per finire è passata/u);
    assert.match(over.text, /Quello che hai scritto è salvato/u);
    assert.deepEqual([await seatsOf(slot!), await seatsOf(other!), (await row(id)).state], [0, 0, 'expired']);
    const again = await owner.post(over.$('main form[method=post]').attr('action')!, { orario: String(other) });
    assert.equal(again.location, `/appuntamenti/${id}/riepilogo`, 'the same, with what was typed');
    const { note, holds, heldAt } = await row(id);
    assert.deepEqual([note, holds, String(heldAt)], ['resta', 2, app.clock.now().toString()]);
    app.clock.set(start.toString());
  });

  it('reaped while another time is chosen from the summary, loses nothing that was typed', async () => {
    const [slot, other] = await slotsOf('desk', '2026-04-28');
    const start = app.clock.now();
    const eva = await person(app);
    const who = { subject: eva.id, by: eva.id };
    const id = await held(who, slot!);
    await booking.saveDetails(who, id, DETAILS);
    const summary = await eva.get(`/appuntamenti/${id}/riepilogo`);
    const change = summary.$('main dl a[href*="/orario"]').attr('href')!;
    const page = await eva.get(change);
    assert.doesNotMatch(page.text, /Quello che hai scritto è salvato/u, 'nothing is lost yet');
    app.clock.move({ minutes: 11 });
    await reap();
    const chosen = await eva.post(page.$('main form[method=post]').attr('action')!, { orario: String(other) });
    assert.equal(chosen.location, `/appuntamenti/${id}/riepilogo`);
    assert.equal((await row(id)).note, 'resta');
    app.clock.set(start.toString());
  });
});
