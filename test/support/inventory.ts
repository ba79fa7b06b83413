import { Keys } from '#src/common/crypto.js';
import { pinPersons } from '#src/auth/strategies/pin/pin.service.js';
import { PIN_PERSON } from '#src/dev/people.js';
import { seedPinPerson } from '../../scripts/lib/seed.ts';
import type { TestApp } from './app.ts';
import { arrangeCopies, type Copies, type CopyOwner } from './copies.ts';
import { arrangeContacts, CONTACTS } from './inventory-contacts.ts';
import { arrangeRights, RIGHTS, RIGHTS_DESK } from './inventory-rights.ts';
import { addConsents, addMessages, addPreferences } from './consents.ts';
import {
  addAccesses,
  addAppointment,
  addNotice,
  addSlots,
  citizenOf,
  european,
  officesNear,
  unknownResidence,
  type Citizen,
} from './people.ts';
import { testKeys } from './saml/keys.ts';
import { formProvider, pinFormOpen, signedInAs, silentProvider, staffSignedIn, type Visitor } from './sign-in.ts';
import type { Visit } from './visit.ts';

/**
 * Luca has nothing and nobody knows where he lives; Maria has everything, once by SPID and once by a PIN; Greta has no
 * fiscal code; Elena works at an office, Sara administers; at-pin has the form of the PIN open, john-beside-luca too, where Luca came in
 * meanwhile; leaving is in, and goes by this very page.
 */
export type Who =
  | 'nobody'
  | 'luca'
  | 'maria'
  | 'maria-by-pin'
  | 'greta'
  | 'elena'
  | 'sara'
  | 'at-pin'
  | 'john-beside-luca'
  | 'leaving'
  | CopyOwner;

export interface InventoryPage {
  /** What is seen, and in which state. */
  name: string;
  /** As test/support/routes.ts names it, so that a new page without an entry fails. */
  route: string;
  who: Who;
  status: number;
  /** The h1, in Italian. */
  title: string;
  /** What must be on the page, and how often. */
  rows: readonly (readonly [selector: string, count: number])[];
  /** The address, as this world's records make it. */
  path: (world: World) => string;
  /** Fields of a form that is sent there; the token is added unless it says one. */
  form?: Record<string, string>;
  /** Another POST than a form of ours. */
  body?: { type: string; text: string };
  /** Tables that the pages may not read meanwhile: the source of the page is down. */
  down?: readonly string[];
  /** 'without-providers': none is there; 'other-providers': they take forms, and that of the staff is down; 'silent-at-commit'. */
  portal?: 'without-providers' | 'other-providers' | 'crowded' | 'silent-at-commit';
}

/** The records that the pages show. */
export interface World {
  portal: TestApp;
  people: Record<Exclude<Who, 'nobody' | 'leaving'>, Pick<Visitor, 'cookie' | 'csrf'>>;
  luca: Citizen;
  office: string;
  /** Appointments of Maria's, by what is special in them. */
  appointments: Record<
    'next' | 'phone' | 'held' | 'ready' | 'late' | 'lapsed' | 'served' | 'cancelled' | 'missed',
    string
  >;
  notice: string;
  /** Copies of all data, by the stage they are at. */
  copies: Copies['ids'];
  /** A line of Maria's ledger of consents. */
  consent: string;
  /** A provider's own request to end a session: the query of its redirect, good once. */
  logout: (provider: typeof formProvider) => string;
}

/** A code that is locked: too many tries from everywhere. */
const LOCKED = 'SPSLCU95T03F839O';
const NOTICES = 45;
const UNREAD = 30;
const PAST = 14;
const ACCESSES = 45;

/** Arranges everything in the database of this portal. */
export async function arrangeWorld(portal: TestApp): Promise<World> {
  const { db, clock } = portal;
  const now = clock.now();
  const [maria, luca] = [await citizenOf(db, 'maria', now), await citizenOf(db, 'luca', now)];
  await unknownResidence(db, luca);
  const offices = await officesNear(db, maria.residenceIstat);
  await addSlots(db, offices, '2026-04-01', 30);
  const office = offices[0]!;
  const appointments = await arrangeAppointments(portal, maria, office);
  const notice = await arrangeNotices(portal, maria, appointments.next);
  await addAccesses(db, maria, now, ACCESSES);
  await lockPin(portal);
  await seedPinPerson(async (sql, parameters) => ({ rows: await db.query(sql, parameters) }), now);
  const consent = await addConsents(db, maria, now);
  await addPreferences(db, maria, now);
  await addMessages(db, maria, notice, now);
  const keys = await testKeys('provider');
  const copies = await arrangeCopies(portal, maria);
  const sessions = await arrangeSessions(portal, maria, luca);
  await arrangeContacts(portal, maria, copies.people['copy-failed'].citizen);
  await arrangeRights(portal, maria);
  return {
    portal,
    people: { ...sessions, ...copies.people },
    copies: copies.ids,
    luca,
    office,
    appointments,
    notice,
    consent,
    logout: (provider) => provider.logout(keys, now),
  };
}

/** Maria is in on four devices, one of them by the PIN alone. */
async function arrangeSessions(
  portal: TestApp,
  maria: Citizen,
  luca: Citizen,
): Promise<Omit<World['people'], CopyOwner>> {
  const ago = (minutes: number) => portal.clock.now().subtract({ minutes });
  await signedInAs(portal, maria, { method: 'cie', level: 3, device: 'Samsung Internet/Android', openedAt: ago(95) });
  await signedInAs(portal, maria, { device: '/', openedAt: ago(210) });
  const byPin = { method: 'pin', level: 1, device: 'Safari/iOS', openedAt: ago(7) };
  const [inMeanwhile, form] = [await signedInAs(portal, luca), await pinFormOpen(portal)];
  return {
    luca: inMeanwhile,
    maria: await signedInAs(portal, maria),
    'maria-by-pin': await signedInAs(portal, maria, byPin),
    greta: await signedInAs(portal, await european(portal.db, portal.clock.now()), { method: 'eidas' }),
    elena: await staffSignedIn(portal, { name: 'Elena Conti', office: 'AG-058091', roles: ['operator', 'analyst'] }),
    sara: await staffSignedIn(portal, { name: 'Sara Marino', office: null, roles: ['administrator'] }),
    'at-pin': await pinFormOpen(portal),
    'john-beside-luca': { cookie: `${inMeanwhile.cookie};${form.cookie}`, csrf: form.csrf },
  };
}

async function lockPin({ db, clock, config }: TestApp): Promise<void> {
  await db.query(
    `INSERT INTO pin_attempt (id, person, address, at, outcome)
     SELECT gen_random_uuid(), $1, repeat('x', 43), $2, 'wrong-pin' FROM generate_series(1, 50)`,
    [pinPersons(new Keys(config.secret), LOCKED)[0], clock.now()],
  );
}

async function arrangeAppointments(
  { db, clock }: TestApp,
  maria: Citizen,
  office: string,
): Promise<World['appointments']> {
  const now = clock.now();
  const long = now.subtract({ hours: 400 });
  const add = (options: Partial<Parameters<typeof addAppointment>[2]> & { topic: string; startAt: string }) =>
    addAppointment(db, maria, { office, heldAt: long, ...options });
  const note = 'Vengo con mia madre, che cammina con il bastone: <serve> un posto a sedere & poco tempo in piedi.';
  const made = {
    late: await add({ topic: 'contributi', startAt: '2026-04-01T12:40:00Z', number: 'RM-0007' }),
    next: await add({ topic: 'pensioni', startAt: '2026-04-09T08:00:00Z', number: 'RM-0042', note }),
    phone: await add({ topic: 'naspi', startAt: '2026-04-14T09:20:00Z', channel: 'phone', number: 'RM-0043' }),
    held: await add({ topic: 'isee', startAt: '2026-04-10T07:40:00Z', state: 'held', heldAt: now }),
    ready: await add({
      topic: 'assegno-unico',
      startAt: '2026-04-10T08:20:00Z',
      state: 'held',
      heldAt: now,
      detailsGiven: true,
    }),
    lapsed: await add({
      topic: 'estratto-conto',
      startAt: '2026-04-10T09:20:00Z',
      state: 'expired',
      heldAt: now.subtract({ minutes: 30 }),
    }),
    served: await add({ topic: 'pensioni', startAt: '2026-03-20T08:00:00Z', state: 'served', number: 'RM-0100' }),
    cancelled: await add({ topic: 'isee', startAt: '2026-03-23T08:00:00Z', state: 'cancelled', number: 'RM-0101' }),
    missed: await add({ topic: 'naspi', startAt: '2026-03-24T08:00:00Z', state: 'no-show', number: 'RM-0102' }),
  };
  for (let day = 0; day < PAST - 3; day++) {
    const startAt = Temporal.Instant.from('2026-01-12T08:00:00Z')
      .add({ hours: day * 24 })
      .toString();
    await add({ topic: 'contributi', startAt, state: 'ended', number: `RM-02${String(day).padStart(2, '0')}` });
  }
  return made;
}

async function arrangeNotices({ db, clock }: TestApp, maria: Citizen, appointment: string): Promise<string> {
  const now = clock.now();
  const ids: string[] = [];
  for (let index = 0; index < NOTICES; index++) {
    const createdAt = now.subtract({ hours: 5 + (NOTICES - index) * 7 });
    const readAt = index < NOTICES - UNREAD ? createdAt : null;
    const parameters = { startAt: '2026-04-09T08:00:00Z', office: 'Agenzia «Roma & dintorni»', number: 'RM-0042' };
    const event = {
      textKey: `appointments.notice-${['booked', 'moved', 'cancelled'][index % 3]}`,
      type: 'appointment',
      parameters,
      link: `/appuntamenti/${appointment}`,
    } as const;
    ids.push(await addNotice(db, maria, { createdAt, readAt, ...(index % 4 === 0 ? {} : event) }));
  }
  // The oldest: read already, so that looking at it changes nothing on other pages.
  return ids[0]!;
}

/** Who goes to a page. Somebody who leaves can do so once: each visit has a session of its own. */
export async function personOf({ who }: InventoryPage, { portal, people, luca }: World): Promise<Person> {
  if (who === 'leaving') return signedInAs(portal, luca, { issuer: formProvider.entityId });
  return who === 'nobody' ? null : people[who];
}

type Person = Pick<Visitor, 'cookie' | 'csrf'> | null;

/** The visit to a page of the inventory: its address, who goes there, what is sent. */
export function visitOf(page: InventoryPage, world: World, person: Person): { path: string; visit: Visit } {
  const visit: Visit = {};
  if (person) visit.cookie = person.cookie;
  if (page.form) visit.form = { _csrf: person?.csrf() ?? '', ...page.form };
  if (page.body) visit.body = page.body;
  return { path: page.path(world), visit };
}

/** GET routes that answer no page of their own, and why. */
export const NOT_PAGES: Readonly<Record<string, string>> = {
  'GET /appuntamenti/:id/calendario.ics': 'a calendar file',
  'GET /operatore/trattamenti/registro.csv': 'a spreadsheet',
  'GET /spid/accedi': 'leads to the identity provider (its page for an unknown provider is walked)',
  'GET /spid/acs': 'leads to /accedi',
  'GET /spid/metadata': 'XML for identity providers',
  'GET /cie/accedi': 'leads to the identity provider',
  'GET /cie/acs': 'leads to /accedi',
  'GET /cie/logout': 'leads to /',
  'GET /cie/metadata': 'XML for identity providers',
  'GET /eidas/accedi': 'leads to the identity provider',
  'GET /eidas/acs': 'leads to /accedi',
  'GET /eidas/metadata': 'XML for identity providers',
  'GET /rafforzata': 'leads on after a step-up',
  'GET /salute/viva': 'for machines',
  'GET /salute/pronta': 'for machines',
};

const at = (path: string) => () => path;
const of =
  (which: keyof World['appointments'], rest = '') =>
  (world: World) =>
    `/appuntamenti/${world.appointments[which]}${rest}`;
const step =
  (path: string, choices = '') =>
  (world: World) =>
    `/appuntamenti/nuovo${path}?sede=${world.office}${choices}`;

const MENU = ['.menu li', 4] as const;
const FIVE_STEPS = ['.steps li', 5] as const;
const noSuch = '00000000-0000-4000-8000-000000000000';
const DESK = '&modo=desk&argomento=invalidita-civile';

/** A table: one page a line. */
// prettier-ignore
const PUBLIC: readonly InventoryPage[] = [
  { name: 'home', route: 'GET /', who: 'nobody', status: 200, title: 'Prenota nella sede più vicina', path: at('/'), rows: [['.tiles > li', 6], ['.hero form', 1], ['.sign-in-link', 1]] },
  { name: 'home, signed in', route: 'GET /', who: 'maria', status: 200, title: 'Prenota nella sede più vicina', path: at('/'), rows: [['.tiles > li', 6], ['form[action="/esci"]', 1]] },
  { name: 'guide', route: 'GET /guida', who: 'nobody', status: 200, title: 'Guida', path: at('/guida'), rows: [['main h2', 6]] },
  { name: 'privacy', route: 'GET /privacy', who: 'nobody', status: 200, title: 'Privacy: come trattiamo i tuoi dati', path: at('/privacy'), rows: [['main tbody tr', 19], ['#responsabile', 1]] },
  { name: 'privacy, versions', route: 'GET /privacy/versioni', who: 'nobody', status: 200, title: 'Versioni dell’informativa', path: at('/privacy/versioni'), rows: [['main li', 2], ['main .tag-ok', 1]] },
  { name: 'privacy, former version', route: 'GET /privacy/versioni/:versione', who: 'nobody', status: 200, title: 'Privacy: come trattiamo i tuoi dati (versione 1)', path: at('/privacy/versioni/1'), rows: [['main tbody tr', 9], ['main .note-warning', 1]] },
  { name: 'privacy, no such version', route: 'GET /privacy/versioni/:versione', who: 'nobody', status: 404, title: 'Questa pagina non c’è', path: at('/privacy/versioni/99'), rows: [['main li', 3]] },
  { name: 'legal notes', route: 'GET /note-legali', who: 'nobody', status: 200, title: 'Note legali', path: at('/note-legali'), rows: [['#licenze', 1]] },
  { name: 'accessibility statement', route: 'GET /accessibilita', who: 'nobody', status: 200, title: 'Dichiarazione di accessibilità', path: at('/accessibilita'), rows: [['#segnala', 1], ['main dl', 2]] },
  { name: 'site map', route: 'GET /mappa', who: 'nobody', status: 200, title: 'Mappa del sito', path: at('/mappa'), rows: [['main section', 4], ['main li', 23]] },
  { name: 'offices, search', route: 'GET /sedi', who: 'nobody', status: 200, title: 'Sedi', path: at('/sedi'), rows: [['main article', 0], ['main form', 1]] },
  { name: 'offices, near Rome', route: 'GET /sedi', who: 'nobody', status: 200, title: 'Sedi', path: at('/sedi?comune=Roma'), rows: [['main article', 5]] },
  { name: 'offices, which of two', route: 'GET /sedi', who: 'nobody', status: 200, title: 'Sedi', path: at('/sedi?comune=Samone'), rows: [['main article', 0], ['main section li', 5]] },
  { name: 'offices, nothing written', route: 'GET /sedi', who: 'nobody', status: 422, title: 'Sedi', path: at('/sedi?comune='), rows: [['#errori li', 1], ['#comune-errore', 1]] },
  { name: 'offices, unknown comune', route: 'GET /sedi', who: 'nobody', status: 422, title: 'Sedi', path: at('/sedi?comune=Qwxzkyj'), rows: [['#errori li', 1], ['#comune[value=Qwxzkyj]', 1]] },
  { name: 'offices, source down', route: 'GET /sedi', who: 'nobody', down: ['comune_office'], status: 500, title: 'C’è un problema dalla nostra parte', path: at('/sedi?comune=Roma'), rows: [['main a.button', 1]] },
  { name: 'one office', route: 'GET /sedi/:id', who: 'nobody', status: 200, title: 'Direzione provinciale di Roma', path: (world) => `/sedi/${world.office}`, rows: [['main tbody tr', 7], ['#prenota ~ ul > li', 3]] },
  { name: 'one office, unknown', route: 'GET /sedi/:id', who: 'nobody', status: 404, title: 'Questa pagina non c’è', path: at('/sedi/NESSUNA'), rows: [['main li', 3]] },
  { name: 'one office, source down', route: 'GET /sedi/:id', who: 'nobody', down: ['slot'], status: 500, title: 'C’è un problema dalla nostra parte', path: (world) => `/sedi/${world.office}`, rows: [['main a.button', 1]] },
  { name: 'no such page', route: 'error', who: 'nobody', status: 404, title: 'Questa pagina non c’è', path: at('/non-esiste'), rows: [['main li', 3]] },
  { name: 'no such page, signed in', route: 'error', who: 'maria', status: 404, title: 'Questa pagina non c’è', path: at('/non-esiste'), rows: [['main li', 3], ['form[action="/esci"]', 1]] },
  { name: 'not a form', route: 'error', who: 'nobody', status: 415, title: 'La richiesta non è valida', path: at('/esci'), body: { type: 'application/json', text: '{"a":1}' }, rows: [['main li', 2]] },
  { name: 'forged form', route: 'error', who: 'maria', status: 403, title: 'Qui non puoi entrare', path: at('/esci'), form: { _csrf: 'finto' }, rows: [['main li', 3]] },
  { name: 'too many at once', route: 'error', who: 'nobody', portal: 'crowded', status: 503, title: 'In questo momento siamo al completo', path: at('/bacheca'), rows: [['main li', 1]] },
  { name: 'nobody knows whether it was saved', route: 'error', who: 'maria', portal: 'silent-at-commit', status: 503, title: 'Non sappiamo se è andata a buon fine', path: at('/dati/residenza'), form: { comune: 'Forlì', prima: '-' }, rows: [['main li', 2], ['main a[href="/appuntamenti"]', 1]] },
];

/** A table: one page a line. */
// prettier-ignore
const SIGN_IN: readonly InventoryPage[] = [
  { name: 'sign in', route: 'GET /accedi', who: 'nobody', status: 200, title: 'Accedi alla tua area personale', path: at('/accedi'), rows: [['main form[action="/spid/accedi"]', 1], ['main section.card', 5]] },
  { name: 'sign in, several providers', route: 'GET /accedi', who: 'nobody', portal: 'other-providers', status: 200, title: 'Accedi alla tua area personale', path: at('/accedi'), rows: [['main form[action="/spid/accedi"]', 3]] },
  { name: 'sign in, after the session ended', route: 'GET /accedi', who: 'nobody', status: 200, title: 'Accedi alla tua area personale', path: at('/accedi?scaduta=1&ritorno=/appuntamenti'), rows: [['.note-warning[role=status]', 1]] },
  { name: 'sign in, no provider there', route: 'GET /accedi', who: 'nobody', portal: 'without-providers', status: 200, title: 'Accedi alla tua area personale', path: at('/accedi'), rows: [['main form', 1], ['main form[action="/accedi/pin"]', 1], ['main .note-warning', 3]] },
  { name: 'sign in, unknown provider', route: 'GET /spid/accedi', who: 'nobody', status: 404, title: 'Gestore non riconosciuto', path: at('/spid/accedi?idp=https://nessuno.example'), rows: [['main a.button', 2]] },
  { name: 'sign in, provider by form', route: 'GET /spid/accedi', who: 'nobody', portal: 'other-providers', status: 200, title: 'Vai al sito del tuo gestore', path: at(`/spid/accedi?idp=${formProvider.entityId}`), rows: [['main form[action^="https://moduli.example"]', 1]] },
  { name: 'sign in, answer refused', route: 'POST /spid/acs', who: 'nobody', status: 403, title: 'Non ti abbiamo potuto riconoscere', path: at('/spid/acs'), form: { SAMLResponse: 'x', RelayState: 'y' }, rows: [['main a.button', 2]] },
  { name: 'sign in, for a profession', route: 'GET /spid/professionale', who: 'nobody', status: 200, title: 'SPID per uso professionale', path: at('/spid/professionale'), rows: [['main form', 1]] },
  { name: 'sign in, for a company', route: 'GET /spid/impresa', who: 'nobody', status: 200, title: 'SPID per la tua impresa', path: at('/spid/impresa'), rows: [['main form', 1]] },
  { name: 'sign in, for a company, no provider there', route: 'GET /spid/impresa', who: 'nobody', portal: 'without-providers', status: 200, title: 'SPID per la tua impresa', path: at('/spid/impresa'), rows: [['main .note-warning', 1]] },
  { name: 'CIE, answer refused', route: 'POST /cie/acs', who: 'nobody', status: 403, title: 'Non ti abbiamo potuto riconoscere', path: at('/cie/acs'), form: { SAMLResponse: 'x', RelayState: 'y' }, rows: [['main a.button', 2]] },
  { name: 'CNS', route: 'GET /cns/accedi', who: 'nobody', status: 200, title: 'Entra con la carta nazionale dei servizi', path: at('/cns/accedi'), rows: [['main a.button', 1], ['main ol > li', 4]] },
  { name: 'CNS, not there', route: 'GET /cns/accedi', who: 'nobody', portal: 'without-providers', status: 503, title: 'Ora non si può entrare con la carta', path: at('/cns/accedi'), rows: [['main a.button', 2]] },
  { name: 'CNS, no such address', route: 'GET /cns/entra', who: 'nobody', status: 404, title: 'Questa pagina non c’è', path: at('/cns/entra'), rows: [['main li', 3]] },
  { name: 'CNS, start again', route: 'GET /cns/rientro', who: 'nobody', status: 403, title: 'Bisogna ricominciare', path: at('/cns/rientro?biglietto=x'), rows: [['main a.button', 2]] },
  { name: 'eIDAS', route: 'GET /eidas', who: 'nobody', status: 200, title: 'Entra con l’identità di un altro paese europeo', path: at('/eidas'), rows: [['main form[action="/eidas/accedi"]', 1]] },
  { name: 'eIDAS, node not there', route: 'GET /eidas', who: 'nobody', portal: 'without-providers', status: 200, title: 'Entra con l’identità di un altro paese europeo', path: at('/eidas'), rows: [['main form', 0], ['main .note-warning', 1]] },
  { name: 'eIDAS, what you can do', route: 'GET /eidas/che-cosa-puoi-fare', who: 'nobody', status: 200, title: 'Che cosa puoi fare senza codice fiscale', path: at('/eidas/che-cosa-puoi-fare'), rows: [['main ul > li', 6]] },
  { name: 'eIDAS, answer refused', route: 'POST /eidas/acs', who: 'nobody', status: 403, title: 'Non ti abbiamo potuto riconoscere', path: at('/eidas/acs'), form: { SAMLResponse: 'x', RelayState: 'y' }, rows: [['main a.button', 2]] },
  { name: 'PIN', route: 'GET /accedi/pin', who: 'nobody', status: 200, title: 'Entra con il PIN dall’estero', path: at('/accedi/pin'), rows: [['#codice', 1], ['#pin[type=password]', 1]] },
  { name: 'PIN, nothing written', route: 'POST /accedi/pin', who: 'at-pin', status: 422, title: 'Entra con il PIN dall’estero', path: at('/accedi/pin'), form: { codice: '', pin: '' }, rows: [['#errori li', 2], ['.error-text', 2]] },
  { name: 'PIN, refused', route: 'POST /accedi/pin', who: 'at-pin', status: 422, title: 'Entra con il PIN dall’estero', path: at('/accedi/pin'), form: { codice: 'MLLJHN58D17Z401W', pin: 'WRONG000WRONG000' }, rows: [['#errori li', 1], ['#pin[value=""]', 1]] },
  { name: 'PIN, too many tries', route: 'POST /accedi/pin', who: 'at-pin', status: 429, title: 'Troppi tentativi: aspetta prima di riprovare', path: at('/accedi/pin'), form: { codice: LOCKED, pin: 'WRONG000WRONG000' }, rows: [['main a.button', 2]] },
  { name: 'PIN, old form', route: 'POST /accedi/pin', who: 'nobody', status: 403, title: 'Ricomincia dal modulo del PIN', path: at('/accedi/pin'), form: { codice: LOCKED, pin: 'WRONG000WRONG000' }, rows: [['main a.button', 2]] },
  { name: 'PIN, somebody else is in', route: 'POST /accedi/pin', who: 'john-beside-luca', status: 403, title: 'In questo browser c’è già un’altra persona', path: at('/accedi/pin'), form: { codice: PIN_PERSON.fiscalCode, pin: PIN_PERSON.pin }, rows: [['main a.button', 1]] },
  { name: 'step up, level 2', route: 'GET /accedi/rafforza', who: 'maria-by-pin', status: 200, title: 'Serve un accesso più sicuro', path: at('/accedi/rafforza?livello=2&ritorno=/dati/residenza'), rows: [['main section.card', 4], ['main form[action="/accedi/pin"]', 0]] },
  { name: 'step up, another way', route: 'GET /accedi/rafforza', who: 'greta', status: 200, title: 'Serve un accesso più sicuro', path: at('/accedi/rafforza?modi=cie&ritorno=/dati'), rows: [['main section.card', 1]] },
  { name: 'step up, no provider there', route: 'GET /accedi/rafforza', who: 'maria-by-pin', portal: 'without-providers', status: 200, title: 'Serve un accesso più sicuro', path: at('/accedi/rafforza?livello=2&ritorno=/dati/residenza'), rows: [['main form', 0], ['#main > .note-warning', 1]] },
  { name: 'left, provider by form', route: 'POST /esci', who: 'leaving', portal: 'other-providers', status: 200, title: 'Sei uscito', path: at('/esci'), form: {}, rows: [['main form[action^="https://moduli.example"]', 1], ['form[action="/esci"]', 0]] },
  { name: 'logout, asked by a provider', route: 'GET /spid/logout', who: 'nobody', portal: 'other-providers', status: 200, title: 'Sei uscito', path: (world) => `/spid/logout?${world.logout(silentProvider)}`, rows: [['main a.button', 1]] },
  { name: 'logout, answered by form', route: 'GET /spid/logout', who: 'nobody', portal: 'other-providers', status: 200, title: 'Vai al sito del tuo gestore', path: (world) => `/spid/logout?${world.logout(formProvider)}`, rows: [['main form[action^="https://moduli.example"]', 1]] },
  { name: 'logout, refused', route: 'GET /spid/logout', who: 'nobody', status: 403, title: 'Non abbiamo chiuso nessuna sessione', path: at('/spid/logout?SAMLRequest=x'), rows: [['main a.button', 2]] },
];

/** A table: one page a line. */
// prettier-ignore
const STAFF: readonly InventoryPage[] = [
  { name: 'staff, sign in', route: 'GET /operatore/accedi', who: 'nobody', status: 200, title: 'Accesso del personale', path: at('/operatore/accedi'), rows: [['main a.button', 1]] },
  { name: 'staff, no way in', route: 'GET /operatore/accedi', who: 'nobody', portal: 'without-providers', status: 200, title: 'Accesso del personale', path: at('/operatore/accedi'), rows: [['main a.button', 0], ['main .note-warning', 1]] },
  { name: 'staff, issuer down', route: 'GET /operatore/accedi/avvio', who: 'nobody', portal: 'other-providers', status: 503, title: 'L’accesso del personale ora non risponde', path: at('/operatore/accedi/avvio'), rows: [['main a.button', 2]] },
  { name: 'staff, answer refused', route: 'GET /operatore/rientro', who: 'nobody', status: 403, title: 'Accesso non riuscito', path: at('/operatore/rientro?state=x'), rows: [['main a.button', 2]] },
  { name: 'staff, home', route: 'GET /operatore', who: 'elena', status: 200, title: 'Area del personale', path: at('/operatore'), rows: [['main dl > div', 3], ['form[action="/operatore/esci"]', 1]] },
  { name: 'staff, register of processing', route: 'GET /operatore/trattamenti', who: 'elena', status: 200, title: 'Registro dei trattamenti', path: at('/operatore/trattamenti'), rows: [['main section', 19], ['main section dl > div', 133]] },
  { name: 'staff, no such page', route: 'error', who: 'elena', status: 404, title: 'Questa pagina non c’è', path: at('/operatore/nulla'), rows: [['form[action="/operatore/esci"]', 1]] },
];

/** A table: one page a line. */
// prettier-ignore
const PERSONAL: readonly InventoryPage[] = [
  { name: 'Bacheca, empty', route: 'GET /bacheca', who: 'luca', status: 200, title: 'Buongiorno, Luca', path: at('/bacheca'), rows: [['main section.card', 3], ['main .card-quiet', 3], ['main .card li', 0], MENU] },
  { name: 'Bacheca, full', route: 'GET /bacheca', who: 'maria', status: 200, title: 'Buongiorno, Maria', path: at('/bacheca'), rows: [['main section.card', 3], ['main .card-quiet', 0], ['main .unread', 3], ['.menu .count', 1], MENU] },
  { name: 'Bacheca, notices down', route: 'GET /bacheca', who: 'maria', down: ['notice'], status: 200, title: 'Buongiorno, Maria', path: at('/bacheca'), rows: [['main section.card', 3], ['main .unread', 0], ['main section a[href="/bacheca"]', 1], ['#appuntamento ~ ul li', 1]] },
  { name: 'Bacheca, every source down', route: 'GET /bacheca', who: 'maria', down: ['notice', 'appointment', 'citizen'], status: 200, title: 'Buongiorno, Maria', path: at('/bacheca'), rows: [['main section.card', 3], ['main section a[href="/bacheca"]', 3]] },
  { name: 'profile, little known', route: 'GET /dati', who: 'luca', status: 200, title: 'I tuoi dati', path: at('/dati'), rows: [['main dl > div', 8], MENU] },
  { name: 'profile, all known', route: 'GET /dati', who: 'maria', status: 200, title: 'I tuoi dati', path: at('/dati'), rows: [['main dl > div', 8], MENU] },
  { name: 'profile, source down', route: 'GET /dati', who: 'maria', down: ['citizen'], status: 500, title: 'C’è un problema dalla nostra parte', path: at('/dati'), rows: [['main a.button', 1]] },
  { name: 'profile, no fiscal code', route: 'GET /dati', who: 'greta', status: 200, title: 'I tuoi dati', path: at('/dati'), rows: [['main dl > div', 8], MENU] },
  { name: 'Bacheca, no fiscal code', route: 'GET /bacheca', who: 'greta', status: 200, title: 'Buongiorno, Greta', path: at('/bacheca'), rows: [['main section.card', 3], MENU] },
  { name: 'copy of all data, none yet', route: 'GET /dati/esporta', who: 'luca', status: 200, title: 'Scarica i tuoi dati', path: at('/dati/esporta'), rows: [['main form[action="/dati/esporta"]', 1], ['#copia', 0], ['main dl > div', 5], MENU] },
  { name: 'copy of all data, in the queue', route: 'GET /dati/esporta', who: 'copy-asked', status: 200, title: 'Scarica i tuoi dati', path: at('/dati/esporta'), rows: [['#copia a.button', 1], ['#copia .tag-warning', 1], ['main form', 0]] },
  { name: 'copy of all data, being made', route: 'GET /dati/esporta', who: 'copy-making', status: 200, title: 'Scarica i tuoi dati', path: at('/dati/esporta'), rows: [['#copia a.button', 1], ['#copia p', 5], ['main form', 0]] },
  { name: 'copy of all data, ready', route: 'GET /dati/esporta', who: 'copy-ready', status: 200, title: 'Scarica i tuoi dati', path: at('/dati/esporta'), rows: [['#copia a.button', 1], ['#copia .tag-ok', 1], ['#copia dl > div', 3], ['#copia form', 1]] },
  { name: 'copy of all data, failed', route: 'GET /dati/esporta', who: 'copy-failed', status: 200, title: 'Scarica i tuoi dati', path: at('/dati/esporta'), rows: [['main .note-error', 1], ['main form[action="/dati/esporta"]', 1]] },
  { name: 'copy of all data, expired', route: 'GET /dati/esporta', who: 'copy-expired', status: 200, title: 'Scarica i tuoi dati', path: at('/dati/esporta'), rows: [['main .note', 1], ['main form[action="/dati/esporta"]', 1]] },
  { name: 'copy of all data, deleted', route: 'GET /dati/esporta', who: 'copy-deleted', status: 200, title: 'Scarica i tuoi dati', path: at('/dati/esporta'), rows: [['main .note', 1], ['main form[action="/dati/esporta"]', 1]] },
  { name: 'copy of all data, source down', route: 'GET /dati/esporta', who: 'maria', down: ['data_export'], status: 500, title: 'C’è un problema dalla nostra parte', path: at('/dati/esporta'), rows: [['main a.button', 1]] },
  { name: 'copy of all data, its days are over', route: 'GET /dati/esporta/:id', who: 'copy-expired', status: 410, title: 'Questa copia non c’è più', path: (world) => `/dati/esporta/${world.copies.expired}`, rows: [['main a.button', 1]] },
  { name: 'copy of all data, of another', route: 'GET /dati/esporta/:id', who: 'maria', status: 404, title: 'Questa pagina non c’è', path: (world) => `/dati/esporta/${world.copies.ready}`, rows: [['main li', 3]] },
  { name: 'sessions', route: 'GET /dati/sessioni', who: 'maria', status: 200, title: 'Le tue sessioni aperte', path: at('/dati/sessioni'), rows: [['main li.card', 4], ['main .tag-ok', 1], MENU] },
  { name: 'sessions, seen by a weak one', route: 'GET /dati/sessioni', who: 'maria-by-pin', status: 200, title: 'Le tue sessioni aperte', path: at('/dati/sessioni'), rows: [['main li.card', 4], ['main form[action="/dati/sessioni/fine"]', 0]] },
  { name: 'sessions, one alone', route: 'GET /dati/sessioni', who: 'luca', status: 200, title: 'Le tue sessioni aperte', path: at('/dati/sessioni'), rows: [['main li.card', 1], ['main form[action="/dati/sessioni/uscita"]', 1]] },
  { name: 'accesses', route: 'GET /dati/accessi', who: 'maria', status: 200, title: 'Chi ha visto i miei dati', path: at('/dati/accessi'), rows: [['main tbody tr', 20], ['.pagination li', 1], MENU] },
  { name: 'accesses, in the middle', route: 'GET /dati/accessi', who: 'maria', status: 200, title: 'Chi ha visto i miei dati', path: at('/dati/accessi?prima=2026-03-28T00:00:00Z_1'), rows: [['main tbody tr', 20], ['.pagination li', 2]] },
  { name: 'accesses, none', route: 'GET /dati/accessi', who: 'greta', status: 200, title: 'Chi ha visto i miei dati', path: at('/dati/accessi?chi=operatore'), rows: [['.card-empty', 1], ['main table', 0], ['details[open]', 1]] },
  { name: 'accesses, filtered', route: 'GET /dati/accessi', who: 'maria', status: 200, title: 'Chi ha visto i miei dati', path: at('/dati/accessi?chi=tu&cosa=ingressi&dalGiorno=1&dalMese=3&dalAnno=2026'), rows: [['main tbody tr', 20], ['details[open] option[selected]', 2], ['.pagination li', 1]] },
  { name: 'accesses, after the last', route: 'GET /dati/accessi', who: 'maria', status: 200, title: 'Chi ha visto i miei dati', path: at('/dati/accessi?prima=2020-01-01T00:00:00Z_1'), rows: [['.card-empty', 1], ['main table', 0], ['.pagination', 0]] },
  { name: 'accesses, no such day', route: 'GET /dati/accessi', who: 'maria', status: 422, title: 'Chi ha visto i miei dati', path: at('/dati/accessi?chi=delegato&dalGiorno=31&dalMese=2&dalAnno=2026'), rows: [['#errori li', 1], ['#dalGiorno-errore', 1], ['#dalGiorno[value="31"]', 1], ['main table', 0]] },
  { name: 'accesses, source down', route: 'GET /dati/accessi', who: 'maria', down: ['audit_entry'], status: 500, title: 'C’è un problema dalla nostra parte', path: at('/dati/accessi'), rows: [['main a.button', 1]] },
  { name: 'residence', route: 'GET /dati/residenza', who: 'maria', status: 200, title: 'In quale comune abiti?', path: at('/dati/residenza'), rows: [['#comune[value=Roma]', 1], MENU] },
  { name: 'residence, none yet', route: 'GET /dati/residenza', who: 'luca', status: 200, title: 'In quale comune abiti?', path: at('/dati/residenza'), rows: [['#comune[value=""]', 1]] },
  { name: 'residence, nothing written', route: 'POST /dati/residenza', who: 'luca', status: 422, title: 'In quale comune abiti?', path: at('/dati/residenza'), form: { comune: '' }, rows: [['#errori li', 1], ['#comune-errore', 1]] },
  { name: 'residence, which of several', route: 'POST /dati/residenza', who: 'luca', status: 422, title: 'In quale comune abiti?', path: at('/dati/residenza'), form: { comune: 'Samone' }, rows: [['#errori li', 1], ['#forse + ul > li', 5]] },
  { name: 'residence, unknown', route: 'POST /dati/residenza', who: 'luca', status: 422, title: 'In quale comune abiti?', path: at('/dati/residenza'), form: { comune: '<b>Qwxzkyj "&' }, rows: [['#errori li', 1], ['#forse', 0]] },
  { name: 'consents, none yet', route: 'GET /dati/consensi', who: 'luca', status: 200, title: 'Consensi', path: at('/dati/consensi'), rows: [['#scelte section', 2], ['#scelte form', 2], ['main .card-empty', 1], MENU] },
  { name: 'consents', route: 'GET /dati/consensi', who: 'maria', status: 200, title: 'Consensi', path: at('/dati/consensi'), rows: [['#scelte section', 2], ['#scelte form', 3], ['main tbody tr', 4], ['#news .tag-warning', 1], MENU] },
  { name: 'consents, older lines', route: 'GET /dati/consensi', who: 'maria', status: 200, title: 'Consensi', path: at('/dati/consensi?prima=2026-03-20T06:00:00Z_00000000-0000-0000-0000-000000000000'), rows: [['#scelte', 0], ['main tbody tr', 3]] },
  { name: 'consents, text replaced', route: 'POST /dati/consensi', who: 'luca', status: 422, title: 'Consensi', path: at('/dati/consensi'), form: { scopo: 'news', scelta: 'do', versione: '1', dopo: '0' }, rows: [['#errori[role=alert]', 1], ['#scelte section', 2]] },
  { name: 'consents, source down', route: 'GET /dati/consensi', who: 'maria', down: ['consent_event'], status: 500, title: 'C’è un problema dalla nostra parte', path: at('/dati/consensi'), rows: [['main a.button', 1]] },
  { name: 'one consent', route: 'GET /dati/consensi/:id', who: 'maria', status: 200, title: 'Consenso dato', path: (world) => `/dati/consensi/${world.consent}`, rows: [['main dl > div', 4], ['main .card[lang=de]', 1], MENU] },
  { name: 'one consent, somebody else’s', route: 'GET /dati/consensi/:id', who: 'luca', status: 404, title: 'Questa pagina non c’è', path: (world) => `/dati/consensi/${world.consent}`, rows: [['main li', 3]] },
  { name: 'preferences, usual ones', route: 'GET /dati/preferenze', who: 'luca', status: 200, title: 'Preferenze sugli avvisi', path: at('/dati/preferenze'), rows: [['main tbody tr', 12], ['main input[type=checkbox]', 23], ['main dl .tag-warning', 2], MENU] },
  { name: 'preferences', route: 'GET /dati/preferenze', who: 'maria', status: 200, title: 'Preferenze sugli avvisi', path: at('/dati/preferenze'), rows: [['main tbody tr', 12], ['#appointment-sms[checked]', 1], ['#payment-email[checked]', 0], MENU] },
  { name: 'preferences, all wrong', route: 'POST /dati/preferenze', who: 'luca', status: 422, title: 'Preferenze sugli avvisi', path: at('/dati/preferenze'), form: { 'payment-sms': 'si', dalle: 'sera', alle: '25', lingua: 'fr', versione: '0' }, rows: [['#errori li', 3], ['.error-text', 3], ['#dalle[value=sera]', 1], ['#payment-sms[checked]', 1]] },
  { name: 'preferences, saved in another window', route: 'POST /dati/preferenze', who: 'maria', status: 422, title: 'Preferenze sugli avvisi', path: at('/dati/preferenze'), form: { 'payment-email': 'si', silenzio: 'si', dalle: '21:00', alle: '08:00', lingua: 'it', versione: '1' }, rows: [['#errori li', 1], ['#payment-email[checked]', 1], ['input[name=versione][value="2"]', 1]] },
  { name: 'preferences, source down', route: 'GET /dati/preferenze', who: 'maria', down: ['notice_preference'], status: 500, title: 'C’è un problema dalla nostra parte', path: at('/dati/preferenze'), rows: [['main a.button', 1]] },
  { name: 'notices, none', route: 'GET /notifiche', who: 'luca', status: 200, title: 'Centro notifiche', path: at('/notifiche'), rows: [['.card-empty', 1], ['main .plain-list li', 0], MENU] },
  { name: 'notices', route: 'GET /notifiche', who: 'maria', status: 200, title: 'Centro notifiche', path: at('/notifiche'), rows: [['main .plain-list li', 20], ['main .unread', 20], ['.pagination li', 1], ['.menu .count', 1], MENU] },
  { name: 'notices, unread ones', route: 'GET /notifiche', who: 'maria', status: 200, title: 'Centro notifiche', path: at('/notifiche?stato=non-lette'), rows: [['main .plain-list li', 20], ['main .unread', 20], ['.tabs [aria-current=page]', 1]] },
  { name: 'notices, last page', route: 'GET /notifiche', who: 'maria', status: 200, title: 'Centro notifiche', path: at('/notifiche?prima=2026-03-20T06:00:00Z_00000000-0000-0000-0000-000000000000'), rows: [['main .plain-list li', 5], ['main .unread', 0]] },
  { name: 'notices, source down', route: 'GET /notifiche', who: 'maria', down: ['notice'], status: 500, title: 'C’è un problema dalla nostra parte', path: at('/notifiche'), rows: [['main a.button', 1]] },
  { name: 'one notice', route: 'GET /notifiche/:id', who: 'maria', status: 200, title: 'Benvenuta nella tua area personale', path: (world) => `/notifiche/${world.notice}`, rows: [['main .timeline', 3], ['main .failed', 1]] },
  { name: 'one notice, somebody else’s', route: 'GET /notifiche/:id', who: 'luca', status: 404, title: 'Questa pagina non c’è', path: (world) => `/notifiche/${world.notice}`, rows: [['main li', 3]] },
];

/** A table: one page a line. */
// prettier-ignore
const APPOINTMENTS: readonly InventoryPage[] = [
  { name: 'appointments, none', route: 'GET /appuntamenti', who: 'luca', status: 200, title: 'Appuntamenti', path: at('/appuntamenti'), rows: [['main .card-empty', 1], ['main .plain-list li', 0], MENU] },
  { name: 'appointments', route: 'GET /appuntamenti', who: 'maria', status: 200, title: 'Appuntamenti', path: at('/appuntamenti'), rows: [['#prossimi + ul > li', 5], ['#passati + ul > li', 10], ['.pagination li', 3], MENU] },
  { name: 'appointments, last page', route: 'GET /appuntamenti', who: 'maria', status: 200, title: 'Appuntamenti', path: at('/appuntamenti?pagina=2'), rows: [['#passati + ul > li', 4], ['.pagination [aria-current=page]', 1]] },
  { name: 'appointments, source down', route: 'GET /appuntamenti', who: 'maria', down: ['appointment'], status: 500, title: 'C’è un problema dalla nostra parte', path: at('/appuntamenti'), rows: [['main a.button', 1]] },
  { name: 'appointment, booked', route: 'GET /appuntamenti/:id', who: 'maria', status: 200, title: 'Appuntamento prenotato', path: of('next'), rows: [['#esito[role=status]', 1], ['main dl > div', 6], MENU] },
  { name: 'appointment, moved', route: 'GET /appuntamenti/:id', who: 'maria', status: 200, title: 'Appuntamento spostato', path: of('next', '?esito=spostato'), rows: [['#esito[role=status]', 1]] },
  { name: 'appointment, details of another page not saved', route: 'GET /appuntamenti/:id', who: 'maria', status: 200, title: 'Appuntamento prenotato', path: of('next', '?esito=non-salvato'), rows: [['#esito[role=status]', 1], ['main .note-warning', 1]] },
  { name: 'appointment, by phone', route: 'GET /appuntamenti/:id', who: 'maria', status: 200, title: 'Appuntamento prenotato', path: of('phone'), rows: [['main dl > div', 4]] },
  { name: 'appointment, too near to change', route: 'GET /appuntamenti/:id', who: 'maria', status: 200, title: 'Appuntamento prenotato', path: of('late'), rows: [['main .button-secondary', 0]] },
  { name: 'appointment, over', route: 'GET /appuntamenti/:id', who: 'maria', status: 200, title: 'Appuntamento concluso', path: of('served'), rows: [['main .note-ok', 0]] },
  { name: 'appointment, missed', route: 'GET /appuntamenti/:id', who: 'maria', status: 200, title: 'Appuntamento mancato', path: of('missed'), rows: [['main .note-ok', 0]] },
  { name: 'appointment, cancelled', route: 'GET /appuntamenti/:id', who: 'maria', status: 200, title: 'Appuntamento annullato', path: of('cancelled'), rows: [['main .note-ok', 0]] },
  { name: 'appointment, somebody else’s', route: 'GET /appuntamenti/:id', who: 'luca', status: 404, title: 'Questa pagina non c’è', path: of('next'), rows: [['main li', 3]] },
  { name: 'appointment, no such', route: 'GET /appuntamenti/:id', who: 'maria', status: 404, title: 'Questa pagina non c’è', path: at(`/appuntamenti/${noSuch}`), rows: [['main li', 3]] },
  { name: 'cancel', route: 'GET /appuntamenti/:id/annullamento', who: 'maria', status: 200, title: 'Vuoi annullare l’appuntamento?', path: of('next', '/annullamento'), rows: [['main dl > div', 4], ['.button-danger', 1]] },
  { name: 'give up a seat', route: 'GET /appuntamenti/:id/annullamento', who: 'maria', status: 200, title: 'Vuoi lasciare il posto?', path: of('held', '/annullamento'), rows: [['.button-danger', 1]] },
  { name: 'cancel, too late', route: 'GET /appuntamenti/:id/annullamento', who: 'maria', status: 200, title: 'Non si può più cambiare qui', path: of('late', '/annullamento'), rows: [['main form', 0]] },
  { name: 'cancel, sent too late', route: 'POST /appuntamenti/:id/annullamento', who: 'maria', status: 422, title: 'Non si può più cambiare qui', path: of('late', '/annullamento'), form: {}, rows: [['main form', 0]] },
  { name: 'move', route: 'GET /appuntamenti/:id/spostamento', who: 'maria', status: 200, title: 'Sposta l’appuntamento', path: of('next', '/spostamento?giorno=2026-04-15'), rows: [['.times input', 13], ['.days li', 5]] },
  { name: 'move, too late', route: 'GET /appuntamenti/:id/spostamento', who: 'maria', status: 200, title: 'Non si può più cambiare qui', path: of('late', '/spostamento'), rows: [['main form', 0]] },
  { name: 'move, nothing chosen', route: 'POST /appuntamenti/:id/spostamento', who: 'maria', status: 422, title: 'Sposta l’appuntamento', path: of('next', '/spostamento?giorno=2026-04-15'), form: {}, rows: [['#errori li', 1], ['.times input', 13]] },
];

/** A table: one page a line. */
// prettier-ignore
const BOOKING: readonly InventoryPage[] = [
  { name: 'book 1, place, residence unknown', route: 'GET /appuntamenti/nuovo', who: 'luca', status: 200, title: 'Scegli la sede', path: at('/appuntamenti/nuovo'), rows: [FIVE_STEPS, ['input[name=sede]', 0], ['#comune', 1]] },
  { name: 'book 1, place', route: 'GET /appuntamenti/nuovo', who: 'maria', status: 200, title: 'Scegli la sede', path: at('/appuntamenti/nuovo'), rows: [FIVE_STEPS, ['input[name=sede]', 5]] },
  { name: 'book 1, which comune', route: 'GET /appuntamenti/nuovo', who: 'maria', status: 200, title: 'Scegli la sede', path: at('/appuntamenti/nuovo?comune=Samone'), rows: [['main li a[href*=istat]', 5]] },
  { name: 'book 1, unknown comune', route: 'GET /appuntamenti/nuovo', who: 'maria', status: 422, title: 'Scegli la sede', path: at('/appuntamenti/nuovo?comune=Qwxzkyj'), rows: [['#errori li', 1], ['#comune-errore', 1]] },
  { name: 'book 1, no office chosen', route: 'POST /appuntamenti/nuovo', who: 'maria', status: 422, title: 'Scegli la sede', path: at('/appuntamenti/nuovo?istat=058091'), form: {}, rows: [['#errori li', 1], ['#sede-errore', 1], ['input[name=sede]', 5]] },
  { name: 'book 1, source down', route: 'GET /appuntamenti/nuovo', who: 'maria', down: ['comune_office'], status: 500, title: 'C’è un problema dalla nostra parte', path: at('/appuntamenti/nuovo'), rows: [['main a.button', 1]] },
  { name: 'book 2, way and topic', route: 'GET /appuntamenti/nuovo/argomento', who: 'maria', status: 200, title: 'Come ci incontriamo e di che cosa parliamo', path: step('/argomento'), rows: [FIVE_STEPS, ['input[name=modo]', 3], ['input[name=argomento]', 8]] },
  { name: 'book 2, nothing chosen', route: 'POST /appuntamenti/nuovo/argomento', who: 'maria', status: 422, title: 'Come ci incontriamo e di che cosa parliamo', path: step('/argomento'), form: {}, rows: [['#errori li', 2], ['#modo-errore', 1], ['#argomento-errore', 1]] },
  { name: 'book 3, time', route: 'GET /appuntamenti/nuovo/orario', who: 'maria', status: 200, title: 'Scegli giorno e ora', path: step('/orario', `${DESK}&comune=058091&giorno=2026-04-15`), rows: [FIVE_STEPS, ['.times input', 13], ['.days li', 5]] },
  { name: 'book 3, a day without times', route: 'GET /appuntamenti/nuovo/orario', who: 'maria', status: 200, title: 'Scegli giorno e ora', path: step('/orario', `${DESK}&giorno=2026-04-12`), rows: [['.times input', 0], ['#orario a', 1]] },
  { name: 'book 3, booked already', route: 'GET /appuntamenti/nuovo/orario', who: 'maria', status: 200, title: 'Scegli giorno e ora', path: step('/orario', '&modo=desk&argomento=pensioni'), rows: [['#main > .note-warning', 1]] },
  { name: 'book 3, nothing chosen', route: 'POST /appuntamenti/nuovo/orario', who: 'maria', status: 422, title: 'Scegli giorno e ora', path: step('/orario', `${DESK}&giorno=2026-04-15`), form: {}, rows: [['#errori li', 1], ['#orario-errore', 1], ['.times input', 13]] },
  { name: 'book 3, the time is gone', route: 'POST /appuntamenti/nuovo/orario', who: 'maria', status: 422, title: 'Scegli giorno e ora', path: step('/orario', `${DESK}&giorno=2026-04-15`), form: { orario: '999999999', richiesta: noSuch }, rows: [['#errori li', 1], ['.times input', 13]] },
  { name: 'book 3, source down', route: 'GET /appuntamenti/nuovo/orario', who: 'maria', down: ['slot'], status: 500, title: 'C’è un problema dalla nostra parte', path: step('/orario', DESK), rows: [['main a.button', 1]] },
  { name: 'book 4, details', route: 'GET /appuntamenti/:id/dettagli', who: 'maria', status: 200, title: 'I tuoi dati per l’appuntamento', path: of('held', '/dettagli'), rows: [FIVE_STEPS, ['#lingua option', 11], ['#email[value]', 1], ['main .note-warning', 1]] },
  { name: 'book 4, time is over', route: 'GET /appuntamenti/:id/dettagli', who: 'maria', status: 200, title: 'I tuoi dati per l’appuntamento', path: of('lapsed', '/dettagli'), rows: [['main .note-warning', 1], ['main form', 1]] },
  { name: 'book 4, all wrong', route: 'POST /appuntamenti/:id/dettagli', who: 'maria', status: 422, title: 'I tuoi dati per l’appuntamento', path: of('held', '/dettagli'), form: { accesso: 'si', lingua: 'xx', nota: `${'parola '.repeat(60)}<i>`, email: 'maria(at)posta', telefono: 'nessuno', }, rows: [['#errori li', 4], ['.error-text', 4], ['#accesso[checked]', 1], ['#email[value="maria(at)posta"]', 1]] },
  { name: 'book 4, no way to be reached', route: 'POST /appuntamenti/:id/dettagli', who: 'maria', status: 422, title: 'I tuoi dati per l’appuntamento', path: of('held', '/dettagli'), form: { email: '', telefono: '' }, rows: [['#errori li', 1], ['#email-errore', 1]] },
  { name: 'book 5, summary', route: 'GET /appuntamenti/:id/riepilogo', who: 'maria', status: 200, title: 'Controlla e conferma', path: of('ready', '/riepilogo'), rows: [FIVE_STEPS, ['main dl > div', 9]] },
];

export const INVENTORY: readonly InventoryPage[] = [
  ...PUBLIC,
  ...SIGN_IN,
  ...PERSONAL,
  ...CONTACTS,
  ...RIGHTS,
  ...APPOINTMENTS,
  ...BOOKING,
  ...STAFF,
  ...RIGHTS_DESK,
];
