import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { ownServer, signedInOn, startProgram, until, type OwnServer, type Program } from '../support/process.ts';
import type { SignedIn } from '../support/sign-in.ts';
import { visit, type Answer } from '../support/visit.ts';

const CLIENTS = 24;
const CITIZENS_PER_CLIENT = 10;
const OFFICES = 8;
/** Confirmed pages to be seen before each blow. */
const ENOUGH = 120;
const TOPICS = [
  'pensioni',
  'naspi',
  'assegno-unico',
  'isee',
  'invalidita-civile',
  'contributi',
  'lavoro-domestico',
  'estratto-conto',
];

interface Booking {
  slot: number;
  topic: string;
  request: string;
}

/** People who book one appointment after the other, and try each step again when it fails. */
class Crowd {
  readonly confirmed = new Set<string>();
  /** Every status that was answered, with how often; 0 is an answer that never came. */
  readonly answers = new Map<number, number>();
  private going = true;
  private work: Promise<void>[] = [];

  private readonly url: () => string;
  private readonly slots: { id: number; office_id: string }[];

  constructor(url: () => string, slots: { id: number; office_id: string }[]) {
    this.url = url;
    this.slots = slots;
  }

  start(people: SignedIn[]): void {
    const groups = Array.from({ length: CLIENTS }, (_, index) => people.filter((_one, at) => at % CLIENTS === index));
    this.work = groups.map((group, index) => this.book(group, index));
  }

  async end(): Promise<void> {
    this.going = false;
    await Promise.all(this.work);
  }

  private async book(people: SignedIn[], client: number): Promise<void> {
    let turn = client;
    for (const topic of TOPICS) {
      for (const person of people) {
        if (!this.going) return;
        const slot = this.slots[(turn += 7) % this.slots.length]!;
        await this.bookOne(person, { slot: slot.id, topic, request: randomUUID() }, slot.office_id);
      }
    }
    throw new Error('nobody is left to book: the crowd is too small for this machine');
  }

  private async bookOne(person: SignedIn, { slot, topic, request }: Booking, office: string): Promise<void> {
    const held = await this.step(person, `/appuntamenti/nuovo/orario?sede=${office}&modo=desk&argomento=${topic}`, {
      orario: String(slot),
      richiesta: request,
    });
    const id = held && /\/appuntamenti\/([0-9a-f-]{36})\//.exec(held)?.[1];
    if (!id) return;
    const details = await this.step(person, `/appuntamenti/${id}/dettagli`, { email: 'prova@posta.example' });
    if (!details) return;
    const confirmed = await this.step(person, `/appuntamenti/${id}/conferma`, {});
    if (confirmed?.endsWith(`/appuntamenti/${id}#esito`)) this.confirmed.add(id);
    // Its cards run in savepoints: a database that goes away there is met in another place.
    this.count(await visit(this.url(), '/bacheca', { cookie: person.cookie }).catch(() => null));
  }

  /** @returns where the answer leads, or null when the crowd is told to go home */
  private async step(person: SignedIn, path: string, fields: Record<string, string>): Promise<string | null> {
    while (this.going) {
      const answer = await visit(this.url(), path, {
        cookie: person.cookie,
        form: { _csrf: person.csrf(), ...fields },
      }).catch(() => null as Answer | null);
      this.count(answer);
      if (answer?.status === 303) return answer.headers.location ?? null;
      await sleep(50);
    }
    return null;
  }

  private count(answer: Answer | null): void {
    const status = answer?.status ?? 0;
    this.answers.set(status, (this.answers.get(status) ?? 0) + 1);
  }
}

describe('kill -9 in the middle of bookings', () => {
  let server: OwnServer;
  let program: Program;
  let crowd: Crowd;
  const processes: Program[] = [];
  const run = async (port?: number): Promise<Program> => {
    program = await startProgram(server.urls, { ...(port ? { port } : {}), env: { ROLE: 'all', LOG_LEVEL: 'warn' } });
    processes.push(program);
    return program;
  };

  before(async () => {
    server = await ownServer();
    await seed(server);
    await run();
    const people: SignedIn[] = [];
    while (people.length < CLIENTS * CITIZENS_PER_CLIENT) people.push(await signedInOn(server, program.config));
    const slots = await server.query<{ id: number; office_id: string }>(
      'SELECT id, office_id FROM slot ORDER BY start_at, id',
    );
    crowd = new Crowd(() => program.url, slots);
    crowd.start(people);
  });

  after(async () => {
    await crowd?.end();
    await program?.stop();
    await server?.close();
  });

  const more = async (): Promise<void> => {
    const wanted = crowd.confirmed.size + ENOUGH;
    await until(() => crowd.confirmed.size >= wanted, `${ENOUGH} more confirmed pages`);
  };

  it('keeps every confirmed booking when the program is killed, and is back', async (t) => {
    await more();
    const [killed, seen] = [program, new Set(crowd.confirmed)];
    killed.signal('SIGKILL');
    assert.equal((await killed.ended).signal, 'SIGKILL');
    const next = await run(Number(new URL(killed.url).port));
    const back = next.readyAfterMs;
    await more();
    await assertKept(server, seen);
    assert.ok(seen.size >= ENOUGH);
    t.diagnostic(`${seen.size} confirmed before the kill, ready again after ${back} ms`);
  });

  it('keeps them when PostgreSQL is killed: the program answers 503 meanwhile, and recovers by itself', async (t) => {
    await more();
    const seen = new Set(crowd.confirmed);
    const unavailable = crowd.answers.get(503) ?? 0;
    process.kill(server.postmaster(), 'SIGKILL');
    const since = performance.now();
    await until(
      async () => (await visit(program.url, '/salute/pronta')).status === 503,
      'not ready while the database is away',
    );
    assert.equal((await visit(program.url, '/salute/viva')).status, 200);
    const started = await server.startAgain();
    await until(async () => (await visit(program.url, '/salute/pronta')).status === 200, 'ready again');
    const back = Math.round(performance.now() - since);
    await more();
    await assertKept(server, seen);
    assert.ok((crowd.answers.get(503) ?? 0) > unavailable, 'nobody met the outage: nothing was proved');
    t.diagnostic(
      `${seen.size} confirmed before the kill, database up after ${started} ms, program ready after ${back} ms`,
    );
  });

  it('ends with every confirmed page booked, told of once, and counters equal to live rows', async (t) => {
    await crowd.end();
    await assertKept(server, crowd.confirmed);
    await assertCounters(server);
    const [{ notices } = { notices: 0 }] = await server.query<{ notices: number }>(
      `SELECT count(*)::int AS notices FROM appointment a WHERE state = 'booked'
         AND (SELECT count(*) FROM notice n WHERE n.citizen_id = a.citizen_id AND n.link LIKE '%' || a.id || '%') <> 1`,
    );
    assert.equal(notices, 0, 'appointments without exactly one notice');
    const unexpected = [...crowd.answers.keys()].filter((status) => ![0, 200, 303, 503].includes(status));
    assert.deepEqual(unexpected, [], 'a crash may be met as no answer or as 503, nothing else');
    assert.equal(processes.length, 2, 'the program outlived the database');
    for (const { output } of processes) assert.doesNotMatch(output(), /"uncaught"|UnhandledPromiseRejection/);
    t.diagnostic(
      `${crowd.confirmed.size} confirmed pages; answers ${JSON.stringify(Object.fromEntries(crowd.answers))}`,
    );
  });
});

async function assertKept(server: OwnServer, confirmed: ReadonlySet<string>): Promise<void> {
  const rows = await server.query<{ id: string }>(
    "SELECT id FROM appointment WHERE id = ANY ($1) AND state = 'booked' AND number IS NOT NULL",
    [[...confirmed]],
  );
  const kept = new Set(rows.map((row) => row.id));
  assert.deepEqual(
    [...confirmed].filter((id) => !kept.has(id)),
    [],
    'confirmed on a page, and lost',
  );
}

async function assertCounters(server: OwnServer): Promise<void> {
  const drifts = await server.query(
    `SELECT s.id, s.booked, count(a.id) AS live FROM slot s
     LEFT JOIN appointment a ON a.slot_id = s.id AND a.state NOT IN ('cancelled', 'expired') GROUP BY s.id HAVING s.booked <> count(a.id)`,
  );
  assert.deepEqual(drifts, []);
  const [{ booked } = { booked: 0 }] = await server.query<{ booked: number }>(
    'SELECT sum(booked)::int AS booked FROM slot',
  );
  assert.ok(booked >= 3 * ENOUGH);
}

/** A small network: eight offices of one comune, each with times enough on the next days. */
async function seed(server: OwnServer): Promise<void> {
  await server.query(
    `INSERT INTO province (sigla, name, region, capital_istat) VALUES ('RM', 'Roma', 'Lazio', '058091')`,
  );
  await server.query(
    `INSERT INTO comune (istat, belfiore, name, other_names, province, lat, lon, population)
     VALUES ('058091', 'H501', 'Roma', '{}', 'RM', 41.9, 12.5, 2800000)`,
  );
  await server.query(
    `INSERT INTO office (id, type, name, address, comune_istat, lat, lon, counters, source, active)
     SELECT 'RM-' || n, 'agenzia', 'Agenzia ' || n, 'Via Prova 1', '058091', 41.9, 12.5, 4, 'sample', true
     FROM generate_series(1, $1::int) n`,
    [OFFICES],
  );
  await server.query(`INSERT INTO office_topic SELECT o.id, t.id FROM office o, topic t`);
  await server.query(`INSERT INTO office_channel (office_id, channel, seats) SELECT id, 'desk', 40 FROM office`);
  await server.query(
    `INSERT INTO slot (office_id, channel, pool, start_at, minutes, public_seats, limit_seats)
     SELECT o.id, 'desk', 'general', date_trunc('day', now()) + make_interval(days => day, hours => hour), 20, 40, 40
     FROM office o, generate_series(5, 9) day, generate_series(8, 12) hour`,
  );
}
