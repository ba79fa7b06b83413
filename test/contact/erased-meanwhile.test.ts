// Somebody clicks while they are erased: their session is gone with them, and that is no fault of the portal.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';
import pg from 'pg';
import { createLog } from '#src/common/log.js';
import { RightsRepository } from '#src/contact/rights/rights.repository.js';
import { ROME, withSlots } from '../appointments/booking-support.ts';
import { testApp, type TestApp } from '../support/app.ts';
import { citizenOf } from '../support/people.ts';
import { signedInAs, staffSignedIn, type SignedIn, type Visitor } from '../support/sign-in.ts';
import { visit, type Answer } from '../support/visit.ts';
import { asked, FORMS, requests } from './rights-support.ts';

let portal: TestApp;
let maria: SignedIn;
let eraser: pg.Client;
const lines: string[] = [];
before(async () => {
  portal = await testApp({ log: createLog('error', { write: (line: string) => void lines.push(line) }) });
  await withSlots(portal);
  eraser = new pg.Client({ connectionString: portal.db.owner });
  await eraser.connect();
});
after(async () => {
  await eraser.end();
  await portal.close();
});
beforeEach(async () => {
  maria = await signedInAs(portal, await citizenOf(portal.db, 'maria', portal.clock.now()));
});
afterEach(() => void lines.splice(0));

describe('who clicks while they are erased', () => {
  it('and asks for a right is led to the sign-in page; nothing is written', async () => {
    const answer = await whileErased(() => sent(maria, '/dati/diritti/nuova/opposizione', FORMS.opposizione));
    assert.deepEqual([answer.status, answer.headers.location], [303, SIGN_IN]);
    assert.equal((await requests(portal)).length, 0);
    assert.deepEqual(lines, []);
    assert.equal((await visit(portal.url, '/accedi', { cookie: maria.cookie })).status, 200);
  });

  it('and takes a time is led to the sign-in page; the seat stays free', async () => {
    const [slot] = await portal.db.query<{ id: number }>(
      `SELECT id FROM slot WHERE office_id = $1 AND channel = 'desk' AND start_at > '2026-04-10' ORDER BY start_at LIMIT 1`,
      [ROME],
    );
    const fields = { orario: String(slot!.id), richiesta: randomUUID() };
    const path = `/appuntamenti/nuovo/orario?sede=${ROME}&modo=desk&argomento=naspi`;
    const answer = await whileErased(() => sent(maria, path, fields));
    assert.deepEqual([answer.status, answer.headers.location], [303, SIGN_IN]);
    assert.deepEqual(await portal.db.query('SELECT id FROM slot WHERE booked > 0'), []);
    assert.deepEqual(lines, []);
  });

  it('and has a message left for the next page is led from there to the sign-in page: no session is stored', async () => {
    const answer = await whileErased(() => sent(maria, '/dati/diritti/segni/limitazione/fine', {}));
    assert.equal(answer.status, 303);
    const next = await visit(portal.url, '/dati/diritti', { cookie: maria.cookie });
    assert.match(next.headers.location ?? '', /\/accedi\?ritorno=/);
    assert.deepEqual(await portal.db.query('SELECT 1 FROM session WHERE citizen_id = $1', [maria.citizen.id]), []);
    assert.deepEqual(lines, []);
  });

  it('and looks at their rights finds no page', async () => {
    const repository = portal.app.get(RightsRepository);
    const marks = repository.marks.bind(repository);
    repository.marks = async (subject) => {
      repository.marks = marks;
      await portal.db.query('DELETE FROM citizen WHERE id = $1', [subject]);
      return marks(subject);
    };
    assert.equal((await visit(portal.url, '/dati/diritti', { cookie: maria.cookie })).status, 404);
    assert.deepEqual(lines, []);
  });
});

describe('the staff', () => {
  it('is not led to the sign-in of citizens: what they do to somebody who is gone is told to the operators', async () => {
    const protocol = await asked(maria, 'opposizione');
    const elena = await staffSignedIn(portal, { name: 'Elena Conti', office: ROME, roles: ['operator'] });
    const take = () => sent(elena, `/operatore/richieste-dati/${protocol}/presa-in-carico`, { versione: '2' });
    await portal.db.query('DELETE FROM citizen WHERE id = $1', [maria.citizen.id]);
    assert.equal((await take()).status, 500);
    assert.equal(lines.length, 1);
  });
});

const SIGN_IN = 'http://localhost:3000/accedi?ritorno=%2Fbacheca#main';

function sent(who: Visitor, path: string, fields: Record<string, string>): Promise<Answer> {
  return visit(portal.url, path, { cookie: who.cookie, form: { _csrf: who.csrf(), invio: randomUUID(), ...fields } });
}

/** What a click is answered whose person is there when it begins, and is not when it writes. */
async function whileErased(click: () => Promise<Answer>): Promise<Answer> {
  await eraser.query('BEGIN');
  await eraser.query('DELETE FROM citizen WHERE id = $1', [maria.citizen.id]);
  const answer = click();
  await somebodyWaits();
  await eraser.query('COMMIT');
  return answer;
}

/** Until somebody waits for a lock that another holds in this database. */
async function somebodyWaits(): Promise<void> {
  const waiting = `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`;
  while ((await portal.db.query(waiting)).length === 0);
}
