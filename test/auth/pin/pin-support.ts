import { randomUUID } from 'node:crypto';
import { load } from 'cheerio';
import type supertest from 'supertest';
import { pinHash } from '#src/auth/strategies/pin/pin-hasher.js';
import { PIN_PERSON } from '#src/dev/people.js';
import { seedPinPerson } from '../../../scripts/lib/seed.ts';
import type { TestApp } from '../../support/app.ts';
import type { TestDatabase } from '../../support/database.ts';

export type Browser = ReturnType<typeof supertest.agent>;

export const JOHN = PIN_PERSON.fiscalCode;
export const PIN = PIN_PERSON.pin;
/** People whose PIN is right and who may not use it. */
export const RESIDENT = 'BNCGNN75C12F205J';
export const WITH_DOCUMENT = 'SPSLCU95T03F839O';
export const TOO_LATE = 'GRBNNA88L50A952D';
/** A code in good form that nobody here has. */
export const NOBODY = 'TRMGNN60A01Z401I';

/** John, and three people who have the same PIN and must not get in. */
export async function arrangePins(db: TestDatabase, now: Temporal.Instant): Promise<void> {
  await seedPinPerson(async (sql, parameters) => ({ rows: await db.query(sql, parameters) }), now);
  // The table refuses a PIN given out too late; the program must refuse it without its help.
  await db.query('ALTER TABLE pin_credential DROP CONSTRAINT pin_credential_issued_on_check');
  await addHolder(db, RESIDENT, { issuedOn: '2018-04-12', residentAbroad: false, italianDocument: false }, now);
  await addHolder(db, WITH_DOCUMENT, { issuedOn: '2018-04-12', residentAbroad: true, italianDocument: true }, now);
  await addHolder(db, TOO_LATE, { issuedOn: '2020-10-01', residentAbroad: true, italianDocument: false }, now);
}

export interface Holder {
  issuedOn: string;
  residentAbroad: boolean;
  italianDocument: boolean;
}

export async function addHolder(db: TestDatabase, code: string, holder: Holder, now: Temporal.Instant): Promise<void> {
  const id = randomUUID();
  await db.query(
    `INSERT INTO citizen (id, identity_key, fiscal_code, name, family_name, created_at, updated_at)
     VALUES ($1, $2, $3, 'Nome', 'Cognome', $4, $4)`,
    [id, `cf:${code}`, code, now],
  );
  await db.query(
    `INSERT INTO pin_credential (citizen_id, hash, issued_on, resident_abroad, italian_document, created_at, updated_at)
     VALUES ($1, $2, $3, $4, $5, $6, $6)`,
    [id, await pinHash(PIN), holder.issuedOn, holder.residentAbroad, holder.italianDocument, now],
  );
}

export interface Typed {
  codice?: string;
  pin?: string;
  /** The address the balancer says. */
  from?: string;
  returnTo?: string;
}

/** The token of the form, as the page has it; the browser keeps the cookie. */
export async function formToken(browser: Browser): Promise<string> {
  const page = await browser.get('/accedi/pin').expect(200);
  return load(page.text)('form[method="post"] input[name="_csrf"]').attr('value') ?? '';
}

/** Opens the page, fills the form in, sends it. */
export async function enter(browser: Browser, typed: Typed = {}): Promise<supertest.Response> {
  return send(browser, await formToken(browser), typed);
}

/** Sends a form that was opened before. */
export function send(
  browser: Browser,
  token: string,
  { codice = JOHN, pin = PIN, from = '192.0.2.1', returnTo = '' }: Typed = {},
): supertest.Test {
  const request = browser
    .post('/accedi/pin')
    .set('Origin', 'http://localhost:3000')
    .set('X-Forwarded-For', from)
    .type('form');
  return request.query(returnTo ? { ritorno: returnTo } : {}).send({ codice, pin, _csrf: token });
}

/** What a page says, without what is different each time by design. */
export function sameText({ text }: supertest.Response): string {
  return text
    .replace(/name="_csrf" value="[^"]*"/g, '')
    .replace(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, '')
    .replace(/(?<=id="codice" name="codice" value=")[^"]*/, '');
}

export async function outcomes(portal: TestApp): Promise<(string | null)[]> {
  const rows = await portal.db.query<{ outcome: string | null }>(
    'SELECT outcome FROM pin_attempt ORDER BY at, outcome',
  );
  return rows.map((row) => row.outcome);
}
