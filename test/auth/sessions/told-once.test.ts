// A person reads their access record: what happened once stands there once, however often a button was pressed.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, beforeEach, describe, it } from 'node:test';
import pg from 'pg';
import { SessionsService } from '#src/auth/sessions.service.js';
import { StepUpService } from '#src/auth/step-up.service.js';
import { sha256 } from '#src/common/crypto.js';
import { testApp, type TestApp } from '../../support/app.ts';
import { forgetEntries } from '../../support/audit.ts';
import { citizenOf, type Citizen } from '../../support/people.ts';
import { signedInAs, staffSignedIn, type Visitor } from '../../support/sign-in.ts';
import { visit, type Answer } from '../../support/visit.ts';

const TAPS = 3;

let portal: TestApp;
let maria: Citizen;
before(async () => {
  portal = await testApp();
  maria = await citizenOf(portal.db, 'maria', portal.clock.now());
});
after(async () => portal.close());
beforeEach(async () => {
  await portal.db.query('DELETE FROM session');
  await forgetEntries(portal.db);
});

const told = async () =>
  (
    await portal.db.query<{ action: string }>(
      `SELECT action FROM audit_entry WHERE action ~ '^(session\\.|profile\\.language)' ORDER BY id`,
    )
  ).map(({ action }) => action);

const post = (path: string, { cookie, csrf }: Visitor, fields: Record<string, string> = {}) =>
  visit(portal.url, path, { cookie, form: { _csrf: csrf(), ...fields } });

/** Requests that have all been let in before any of them has changed the row. */
async function atOnce(table: 'session' | 'citizen', request: () => Promise<Answer>): Promise<Answer[]> {
  const holder = new pg.Client({ connectionString: portal.db.owner });
  await holder.connect();
  await holder.query(`BEGIN; SELECT FROM ${table} FOR NO KEY UPDATE`);
  const answers = Promise.all(Array.from({ length: TAPS }, request));
  const waiting = `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`;
  while ((await portal.db.query(waiting)).length < TAPS) await visit(portal.url, '/salute/viva');
  await holder.query('COMMIT');
  await holder.end();
  return answers;
}

describe('the access record tells once', () => {
  it('that a person left, and each tap gets the page that leaving leads to', async () => {
    const session = await signedInAs(portal, maria);
    const answers = await atOnce('session', () => post('/esci', session));
    assert.deepEqual(
      answers.map(({ status }) => status),
      Array.from({ length: TAPS }, () => 303),
    );
    const late = await post('/esci', session);
    assert.equal(late.headers.location, `${portal.config.baseUrl.origin}/#main`, 'a tap after the first was answered');
    assert.match(late.headers['set-cookie'] ?? '', /myinps=;.*Expires=Thu, 01 Jan 1970/);
    assert.deepEqual(await told(), ['session.end']);
  });

  it('that a member of the staff left', async () => {
    const member = { name: 'Elena Conti', office: 'AG-058091', roles: ['operator'] };
    const session = await staffSignedIn(portal, member);
    await atOnce('session', () => post('/operatore/esci', session));
    const late = await post('/operatore/esci', session);
    assert.equal(late.headers.location, `${portal.config.baseUrl.origin}/#main`);
    assert.deepEqual(await told(), ['session.staff-end']);
  });

  it('that a step-up led to a session', async () => {
    const weak = {
      session: { publicId: randomUUID(), method: 'pin', level: 1 },
      acting: { subject: maria.id, by: maria.id },
    };
    const path = portal.app.get(StepUpService, { strict: false }).arrival(weak as never, '/dati');
    const { cookie } = await signedInAs(portal, maria, { level: 2 });
    await atOnce('session', () => visit(portal.url, path, { cookie }));
    await visit(portal.url, path, { cookie });
    assert.deepEqual(await told(), ['session.step-up']);
  });

  it('that a session gave way to another', async () => {
    await signedInAs(portal, maria);
    const [row] = await portal.db.query<{ id: string }>('SELECT public_id AS id FROM session');
    const request = { session: { publicId: row!.id } } as never;
    const service = portal.app.get(SessionsService, { strict: false });
    await Promise.all(Array.from({ length: TAPS }, () => service.replace(request)));
    assert.deepEqual(await told(), ['session.end']);
  });

  it('that a language was chosen', async () => {
    const { cookie } = await signedInAs(portal, maria);
    const chosen = `${cookie}; lingua=de`;
    await atOnce('citizen', () => visit(portal.url, '/dati', { cookie: chosen }));
    assert.deepEqual(await told(), ['profile.language']);
  });

  it('that a session expired, though somebody signs in again where it was', async () => {
    const { cookie } = await signedInAs(portal, maria);
    portal.clock.move({ minutes: 16 });
    const token = /s%3A([\w-]+)\./.exec(cookie)![1]!;
    await portal.db.query('SELECT session_end($1, $2)', [sha256(token), portal.clock.now()]);
    portal.clock.move({ minutes: 31 });
    await portal.db.query('SELECT sessions_sweep($1)', [portal.clock.now().subtract({ minutes: 30 })]);
    assert.deepEqual(await told(), ['session.expire']);
  });
});
