import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { mock } from 'node:test';
import { load } from 'cheerio';
import { CieProviders, EidasProviders, SpidProviders } from '#src/auth/index.js';
import { citizen, system } from '#src/common/actor.js';
import { Database } from '#src/common/database.js';
import { Jobs } from '#src/common/jobs.js';
import { addHolder, formToken, send } from '../auth/pin/pin-support.ts';
import { CLIENT, type Provider } from '../auth/staff/provider.ts';
import type { TestApp } from './app.ts';
import { PERSONAL_JOURNEYS } from './canary-personal.ts';
import { CANARY, type Secret } from './canary.ts';
import { addAppointment, addNotice, citizenOf, type Citizen } from './people.ts';
import * as build from './saml/builder.ts';
import { handBack, type Way } from './saml/journey.ts';
import { testKeys } from './saml/keys.ts';
import { signedInAs, staffSignedIn, type SignedIn } from './sign-in.ts';
import type { Answer, Visit } from './visit.ts';

/** What a journey has at hand. */
export interface Walk {
  portal: TestApp;
  canary: Citizen;
  /** The OpenID provider of the staff. */
  staff: Provider;
  office: string;
  /** From here on this must turn up nowhere. */
  secret(what: string, value: string, word?: boolean): void;
  /** A session of the canary's (or of their double's), whose cookie and tokens are secrets. */
  session(person?: Citizen): Promise<SignedIn>;
  /** One request; its status is counted. */
  ask(path: string, how?: Visit): Promise<Answer>;
  /** Notes an answer that was got in another way. */
  got(status: number): void;
}

/**
 * The journeys of the canary, one after the other. A new feature needs none of its own as long as its pages are in
 * test/routes.txt (one of these goes to each and sends each form); add one for what a form alone does not reach, as canary-personal.ts does.
 */
export const JOURNEYS: readonly { name: string; drive: (walk: Walk) => Promise<void> }[] = [
  { name: 'signs in with SPID, CIE and eIDAS, well and badly', drive: federations },
  { name: 'signs in with a PIN, well and badly', drive: pins },
  { name: 'has a member of the staff sign in, well and badly', drive: staffSignIn },
  { name: 'books with a note, confirms, takes the calendar file, cancels', drive: booking },
  { name: 'reads notices', drive: notices },
  { name: 'sends a form after the session ended', drive: endedSession },
  { name: 'goes to every page and sends every form, sense or nonsense', drive: everywhere },
  { name: 'meets errors of every kind', drive: errors },
  ...PERSONAL_JOURNEYS,
];

const IDP = 'https://canarino.example/metadata';
const ENDS = {
  spid: { acs: 'http://localhost:3000/spid/acs', audience: 'http://localhost:3000' },
  cie: { acs: 'http://localhost:3000/cie/acs', audience: 'http://localhost:3000/cie/metadata' },
  eidas: { acs: 'http://localhost:3000/eidas/acs', audience: 'http://localhost:3000' },
} as const;
const EUROPEAN = {
  spidCode: 'DE/IT/CANARINA-77',
  name: CANARY.name,
  familyName: CANARY.familyName,
  dateOfBirth: '1980-05-15',
};
const CARD = {
  name: CANARY.name,
  familyName: CANARY.familyName,
  dateOfBirth: '1980-05-15',
  fiscalNumber: `TINIT-${CANARY.fiscalCode}`,
};
const FACTS = {
  spid: { ...build.MARIA, ...CARD, email: CANARY.email, mobilePhone: CANARY.mobile, address: CANARY.street },
  cie: CARD,
  eidas: EUROPEAN,
};

async function federations(walk: Walk): Promise<void> {
  const { portal } = walk;
  const [keys, rogue] = await Promise.all([testKeys('provider'), testKeys('rogue')]);
  const metadata = providerMetadata(keys.certificate);
  for (const list of [SpidProviders, CieProviders, EidasProviders]) portal.app.get(list).add(metadata);
  walk.secret('spidCode', EUROPEAN.spidCode);
  for (const way of ['spid', 'cie', 'eidas'] as const) {
    const tried = async (make: (options: build.Options) => string, twice = false) => {
      const browser = portal.browser();
      const options = { ...(await asked(walk, browser, way)), keys };
      const SAMLResponse = build.packed(make(options));
      walk.secret('SAML response', SAMLResponse.slice(-120, -60));
      walk.got((await handBack(browser, { SAMLResponse }, way)).status);
      if (twice) walk.got((await handBack(browser, { SAMLResponse }, way)).status);
    };
    const edit: [string, string][] = [['_transient-name', CANARY.nameId]];
    await tried((options) => build.response({ ...options, edit }), true);
    await tried((options) => build.response({ ...options, edit, keys: rogue }));
    await tried((options) => build.response({ ...options, tamper: [[CANARY.name, `${CANARY.name} ${CANARY.note}`]] }));
    await tried((options) => build.response({ ...options, tamper: [['</saml:Assertion>', `${CANARY.note}<`]] }));
    await tried((options) => build.declined(options, CANARY.statusMessage));
    await tried(() => `<!DOCTYPE x [<!ENTITY e "${CANARY.note}">]>${CANARY.name}`);
    walk.got((await handBack(portal.browser(), { SAMLResponse: CANARY.note, RelayState: CANARY.street }, way)).status);
  }
}

/** Begins a sign-in. @returns what an answer needs */
async function asked(
  walk: Walk,
  browser: ReturnType<TestApp['browser']>,
  way: Way,
): Promise<Omit<build.Options, 'keys'>> {
  const page = await browser.get(`/${way}/accedi`).query({ idp: IDP, ritorno: `/dati?q=${CANARY.query}` });
  const $ = load(page.text);
  const request = Buffer.from($('input[name="SAMLRequest"]').attr('value') ?? '', 'base64').toString();
  walk.secret('RelayState', $('input[name="RelayState"]').attr('value') ?? 'no RelayState');
  const requestId = / ID="([^"]+)"/.exec(request)?.[1] ?? '';
  return {
    requestId,
    level: 2,
    issuer: IDP,
    now: walk.portal.clock.now().toString(),
    ...ENDS[way],
    attributes: FACTS[way],
    plainResponseIssuer: way === 'cie',
    responseId: `_r${requestId.slice(1)}`,
    assertionId: `_a${requestId.slice(1)}`,
  };
}

function providerMetadata(certificate: string): string {
  const body = certificate.replace(/-----[A-Z ]+-----|\s+/g, '');
  return (
    `<md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" xmlns:ds="http://www.w3.org/2000/09/xmldsig#" entityID="${IDP}"><md:IDPSSODescriptor>` +
    `<md:KeyDescriptor use="signing"><ds:KeyInfo><ds:X509Data><ds:X509Certificate>${body}</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor>` +
    `<md:SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST" Location="https://canarino.example/sso"/></md:IDPSSODescriptor></md:EntityDescriptor>`
  );
}

async function pins(walk: Walk): Promise<void> {
  const { db, clock } = walk.portal;
  const abroad = { issuedOn: '2018-04-12', residentAbroad: true, italianDocument: false };
  await addHolder(db, CANARY.pinFiscalCode, abroad, clock.now());
  for (const typed of [{ pin: CANARY.pin }, {}, { codice: CANARY.query }, { pin: CANARY.note }]) {
    const browser = walk.portal.browser();
    const token = await formToken(browser);
    walk.secret('token of the PIN form', token);
    walk.got((await send(browser, token, { codice: CANARY.pinFiscalCode, ...typed })).status);
  }
  for (let tries = 0; tries < 6; tries++) {
    const browser = walk.portal.browser();
    const token = await formToken(browser);
    walk.got((await send(browser, token, { codice: CANARY.pinFiscalCode, pin: CANARY.pin })).status);
  }
}

async function staffSignIn(walk: Walk): Promise<void> {
  const { portal, staff } = walk;
  walk.secret('secret of the client', CLIENT.secret);
  const claims = { name: CANARY.staffName, sub: CANARY.staffSubject, email: CANARY.email };
  for (const mischief of [
    { claims },
    { claims, signedBy: 'other' as const },
    { claims: { ...claims, roles: [CANARY.note] } },
    { answer: { status: 400, body: { error: 'invalid_grant', error_description: CANARY.note } } },
  ]) {
    staff.mischief = mischief;
    const browser = portal.browser();
    const page = load((await browser.get('/operatore/accedi?ritorno=/operatore')).text);
    const leave = await browser.get(page('main a.button').attr('href')!);
    const query = staff.authorize(leave.headers.location!);
    for (const name of ['code', 'state']) walk.secret(`${name} of the staff's sign-in`, query.get(name)!);
    walk.got((await browser.get(`/operatore/rientro?${query}`)).status);
    walk.got((await browser.get(`/operatore?q=${CANARY.query}`)).status);
  }
  walk.got((await portal.browser().get(`/operatore/rientro?code=${CANARY.query}&state=${CANARY.query}`)).status);
}

async function booking(walk: Walk): Promise<void> {
  const { portal, canary, office } = walk;
  const person = await walk.session();
  const heldAt = portal.clock.now();
  const startAt = '2026-04-08T07:00:00Z';
  const id = await addAppointment(portal.db, canary, {
    office,
    topic: 'isee',
    state: 'held',
    startAt,
    heldAt,
    holdFor: 60,
  });
  const form = async (path: string, fields: Record<string, string>) =>
    walk.ask(path, { cookie: person.cookie, form: { ...fields, _csrf: person.csrf() } });
  const details = { nota: CANARY.note, email: CANARY.email, telefono: CANARY.mobile, lingua: 'de' };
  await form(`/appuntamenti/${id}/dettagli`, { ...details, email: CANARY.street });
  await form(`/appuntamenti/${id}/dettagli`, details);
  for (const page of ['riepilogo', 'dettagli']) await walk.ask(`/appuntamenti/${id}/${page}`, person);
  await form(`/appuntamenti/${id}/conferma`, {});
  for (const page of ['', '/calendario.ics', '/annullamento', '/spostamento'])
    await walk.ask(`/appuntamenti/${id}${page}`, person);
  await form(`/appuntamenti/${id}/annullamento`, {});
  const [row] = await portal.db.query<{ state: string; note: string }>(
    'SELECT state, note FROM appointment WHERE id = $1',
    [id],
  );
  if (row?.state !== 'cancelled' || row.note !== CANARY.note) throw new Error(`the booking ended as ${row?.state}`);
}

async function notices(walk: Walk): Promise<void> {
  const { portal, canary } = walk;
  const createdAt = portal.clock.now();
  const id = await addNotice(portal.db, canary, { createdAt, parameters: { name: CANARY.name, place: CANARY.street } });
  const person = await walk.session();
  await walk.ask('/notifiche', person);
  await walk.ask(`/notifiche/${id}`, person);
  await walk.ask('/notifiche/lette', { cookie: person.cookie, form: { _csrf: person.csrf(), mostrate: id } });
}

async function endedSession(walk: Walk): Promise<void> {
  const person = await walk.session();
  await walk.portal.db.query('UPDATE session SET ended_at = $1 WHERE citizen_id = $2', [
    walk.portal.clock.now(),
    walk.canary.id,
  ]);
  const fields = { comune: CANARY.street, nota: CANARY.note, _csrf: person.csrf() };
  const parked = await walk.ask('/dati/residenza', { cookie: person.cookie, form: fields });
  const back = new URL(parked.headers.location ?? '', 'http://localhost').searchParams.get('ritorno') ?? '';
  if (!back.startsWith('/ripresa/')) throw new Error(`the form was not kept: ${parked.status} ${back}`);
  await walk.ask(back, await walk.session());
}

/** Every route of test/routes.txt: pages by GET with each of their forms, and the rest with words in the place of ids. */
async function everywhere(walk: Walk): Promise<void> {
  const routes = readFileSync('test/routes.txt', 'utf8')
    .split('\n')
    .map((line) => line.split(/\s+/))
    .filter(([access]) => access === 'citizen' || access === 'anyone' || access === 'staff');
  const member = {
    name: CANARY.staffName,
    office: 'AG-058091',
    roles: ['operator', 'editor', 'analyst', 'administrator'],
  };
  for (const [access, method, route = ''] of routes) {
    const path = route.replace(/:\w+/g, route.includes(':') ? randomUUID() : '');
    const odd = route.replace(/:\w+/g, encodeURIComponent(CANARY.note));
    const visitor = access === 'staff' ? await staffSignedIn(walk.portal, member) : await walk.session();
    if (method === 'POST') {
      await walk.ask(path, { cookie: visitor.cookie, form: { ...NONSENSE, _csrf: visitor.csrf() } });
      continue;
    }
    for (const one of new Set([path, odd])) {
      const page = await walk.ask(`${one}?q=${CANARY.query}&cerca=${encodeURIComponent(CANARY.street)}`, visitor);
      if (page.status >= 500) throw new Error(`${one} answered ${page.status}`);
      if (page.status === 200 && access !== 'anyone') await sendForms(walk, page, access ?? '', member);
    }
  }
}

const NONSENSE = {
  nota: CANARY.note,
  email: CANARY.email,
  telefono: CANARY.mobile,
  indirizzo: CANARY.street,
  testo: CANARY.note,
  valore: CANARY.email,
  codice: CANARY.query,
};

type Member = Parameters<typeof staffSignedIn>[1];

/** Each form of a page twice: filled in with what its fields are called after, then with words that mean nothing. */
async function sendForms(walk: Walk, { $, path }: Answer, access: string, member: Member): Promise<void> {
  for (const form of $('main form[method="post"]').toArray()) {
    for (const sensible of [true, false]) {
      const visitor = access === 'staff' ? await staffSignedIn(walk.portal, member) : await walk.session();
      const fields: Record<string, string> = {};
      for (const input of $(form).find('input, textarea, select').toArray()) {
        const name = $(input).attr('name') ?? '';
        if (name !== '')
          fields[name] = sensible ? fit($(input).attr('type') ?? '', name, String($(input).val() ?? '')) : CANARY.note;
      }
      const action = ($(form).attr('action') ?? path).replace(/#.*/, '');
      const sent = await walk.ask(action, { cookie: visitor.cookie, form: { ...fields, _csrf: visitor.csrf() } });
      if (sent.status >= 500) throw new Error(`${action} answered ${sent.status}`);
    }
  }
}

function fit(type: string, name: string, value: string): string {
  if (['hidden', 'radio', 'checkbox'].includes(type)) return value;
  if (type === 'email' || /email|pec/.test(name)) return CANARY.email;
  if (type === 'tel' || /telefono|cellulare/.test(name)) return CANARY.mobile;
  if (/comune/.test(name)) return 'Roma';
  if (/indirizzo|via/.test(name)) return CANARY.street;
  return value === '' ? CANARY.note : value;
}

async function errors(walk: Walk): Promise<void> {
  const person = await walk.session();
  const { cookie } = person;
  const token = person.csrf();
  const at = '/dati/residenza';
  await walk.ask(
    `/${encodeURIComponent(CANARY.street)}/${CANARY.fiscalCode}?email=${encodeURIComponent(CANARY.email)}`,
  );
  await walk.ask(`/appuntamenti/${encodeURIComponent(CANARY.note)}`, person);
  await walk.ask(`${at}?%E0%A4%A`, person);
  await walk.ask(at, { cookie, form: { comune: CANARY.street, _csrf: token } });
  await walk.ask(at, { cookie, form: { comune: `${CANARY.note}\u0000`, _csrf: token } });
  await walk.ask(at, { cookie, form: { comune: CANARY.note.repeat(4000), _csrf: token } });
  await walk.ask(at, { cookie, form: { comune: CANARY.note, _csrf: CANARY.query } });
  await walk.ask(at, { cookie, body: { type: 'application/json', text: JSON.stringify({ nota: CANARY.note }) } });
  await walk.ask(at, {
    cookie,
    body: { type: 'application/x-www-form-urlencoded', text: `comune=a&comune=${CANARY.query}&_csrf=${token}` },
  });
  await walk.ask(`/operatore?q=${CANARY.query}`, person);
  const sent = async (init: RequestInit) =>
    walk.got((await fetch(walk.portal.url + at, { redirect: 'manual', ...init })).status);
  await sent({
    method: 'POST',
    headers: { cookie, origin: 'https://evil.example' },
    body: new URLSearchParams({ nota: CANARY.note }),
  });
  await sent({ method: 'PUT', headers: { cookie, 'x-nota': CANARY.query }, body: CANARY.note });
  await sent({ headers: { cookie: `${cookie}x; altro=${CANARY.query}`, authorization: `Bearer ${CANARY.query}` } });
  await faults(walk, person);
}

/** What the program itself does wrong, with data in the words of the error. */
async function faults({ portal, canary, ask }: Walk, person: SignedIn): Promise<void> {
  // A job that ran meanwhile would meet the false errors too.
  await portal.app.get(Jobs).beforeApplicationShutdown();
  const db = portal.app.get(Database);
  const acting = db.actingAs.bind(db);
  const values = `${CANARY.thrown} ${CANARY.name} ${CANARY.familyName} ${CANARY.street} ${CANARY.fiscalCode} ${CANARY.email}`;
  const wrong: (() => unknown)[] = [
    () => {
      throw new Error(values);
    },
    () => {
      throw new TypeError(values, { cause: new Error(values) });
    },
    () => {
      throw Object.assign(new Error(values), { name: values, code: values, detail: values, parameters: [values] });
    },
    () => JSON.parse(values),
    () => new URL(values),
    () => Promise.reject(new AggregateError([new Error(values)], values)),
    () => {
      throw { message: values, status: 500 };
    },
    () => {
      throw values;
    },
    () =>
      acting(system('sign-in'), () =>
        db.execute(
          `INSERT INTO citizen (id, identity_key, fiscal_code, name, family_name, created_at, updated_at)
       VALUES ($1, $2, $3, $4, $5, $6, $6)`,
          [
            randomUUID(),
            `cf:${canary.fiscalCode}`,
            canary.fiscalCode,
            CANARY.name,
            CANARY.familyName,
            portal.clock.now(),
          ],
        ),
      ),
    () => acting(citizen(canary.id), () => db.query('SELECT $1::uuid', [CANARY.street])),
    () => acting(citizen(canary.id), () => db.query(`SELECT '${CANARY.street}'::int`)),
    () => acting(citizen(canary.id), () => db.query('SELECT 1/0 WHERE $1 = $1', [CANARY.note])),
  ];
  // Of somebody else too: what others get to see then is searched for the words of the error.
  const other = await signedInAs(portal, await citizenOf(portal.db, 'luca', portal.clock.now()));
  const visits = wrong.flatMap((fault) => [
    { fault, visitor: person },
    { fault, visitor: other },
  ]);
  for (const { fault, visitor } of visits) {
    const broken = mock.method(db, 'actingAs', () => fault());
    const answer = await ask('/bacheca', visitor);
    broken.mock.restore();
    if (answer.status < 500) throw new Error(`no error came of it: ${answer.status} ${String(fault)}`);
    if (answer.html.includes(CANARY.thrown)) throw new Error('an error page repeats the words of an error');
  }
}

export function fixedSecrets(): Secret[] {
  return Object.entries(CANARY).map(([what, value]) => ({ what, value }));
}
