import { createHmac, randomUUID } from 'node:crypto';
import * as cheerio from 'cheerio';
import type { Response } from 'supertest';
import { SessionStore } from '#src/auth/session.store.js';
import { seedSlots } from '#src/appointments/seeds.js';
import { Keys, randomToken } from '#src/common/crypto.js';
import type { TestApp } from '../support/app.ts';

export const ROME = 'AG-058091';

/** A citizen of Rome, signed in; `email` and `phone` as the identity provider would say them. */
export interface Person {
  id: string;
  get(path: string): Promise<Page>;
  /** Sends a form with the token of this session. */
  post(path: string, fields?: Record<string, string>): Promise<Page>;
}

export interface Page {
  status: number;
  location: string;
  text: string;
  headers: Record<string, string>;
  $: cheerio.CheerioAPI;
}

/** Slots of the demonstration network, as the first start makes them. */
export async function withSlots({ db, clock }: TestApp): Promise<void> {
  await seedSlots(
    async (sql, values) => ({ rows: await db.query(sql, values) }),
    clock.now(),
    () => {},
  );
}

export async function person(app: TestApp, contacts = { email: 'ada@esempio.it', phone: '' }): Promise<Person> {
  const id = randomUUID();
  const now = app.clock.now();
  await app.db.query(
    `INSERT INTO citizen (id, identity_key, name, family_name, said_email, said_mobile, residence_istat, created_at, updated_at)
     VALUES ($1, $2, 'Ada', 'Prova', $3, $4, '058091', $5, $5)`,
    [id, `cf:${id}`, contacts.email || null, contacts.phone || null, now],
  );
  return sessionFor(app, id);
}

/** A browser in which this citizen is signed in. */
export async function sessionFor(app: TestApp, id: string): Promise<Person> {
  const cookie = await session(app, id);
  const browser = app.browser();
  let token = '';
  const get = async (path: string) => {
    const page = seen(await browser.get(path).set('Cookie', cookie));
    token = page.$('input[name=_csrf]').first().attr('value') ?? token;
    return page;
  };
  const post = async (path: string, fields: Record<string, string> = {}) => {
    if (!token) await get('/appuntamenti/nuovo');
    return seen(
      await browser
        .post(path.replace(/#.*/, ''))
        .set('Cookie', cookie)
        .type('form')
        .send({ _csrf: token, ...fields }),
    );
  };
  return { id, get, post };
}

/** What a browser would send if its person pressed the button of this form: every field as it stands, some changed. */
export function fieldsOf(page: Page, selector: string, changes: Record<string, string> = {}): Record<string, string> {
  const pairs = page.$(selector).serializeArray();
  return { ...Object.fromEntries(pairs.map(({ name, value }) => [name, value])), ...changes };
}

/** A session as signing in leaves it, without the detour over an identity provider. */
async function session({ app, clock }: TestApp, citizenId: string): Promise<string> {
  const token = randomToken(32);
  const now = clock.now();
  const data = {
    citizenId,
    csrfKey: randomToken(32),
    displayName: 'Ada Prova',
    method: 'spid',
    level: 2,
    signedInAt: now.toString(),
  };
  const cookie = { originalMaxAge: null, path: '/', httpOnly: true };
  await new Promise<void>((done, fail) => {
    const full = { ...data, cookie, touchedAt: now.toString(), endsAt: now.add({ minutes: 15 }).toString() };
    app.get(SessionStore).set(token, full as never, (error) => (error ? fail(error as Error) : done()));
  });
  const secret = app.get(Keys).key('session-cookie').toString('base64url');
  const signature = createHmac('sha256', secret).update(token).digest('base64').replace(/=+$/u, '');
  return `myinps=${encodeURIComponent(`s:${token}.${signature}`)}`;
}

function seen(response: Response): Page {
  return {
    status: response.status,
    // Every redirect after a form leads to the main part of the next page, unless it says something nearer.
    location: (response.headers.location ?? '').replace(/^https?:\/\/[^/]+/u, '').replace(/#main$/u, ''),
    text: response.text,
    headers: response.headers as Record<string, string>,
    $: cheerio.load(response.text ?? ''),
  };
}
