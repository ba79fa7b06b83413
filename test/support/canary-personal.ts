import { RetentionJob } from '#src/backoffice/retention/retention.job.js';
import { Database } from '#src/common/database.js';
import { Jobs } from '#src/common/jobs.js';
import { ErasureService } from '#src/contact/rights/erasure.service.js';
import { copyHref, download, workerLooks } from '../profile/export-support.ts';
import { CANARY } from './canary.ts';
import type { Walk } from './canary-journeys.ts';
import { hidden } from './contacts.ts';
import { addNotice, citizenOf, type Citizen } from './people.ts';
import { caughtCode, comesBack } from './post.ts';
import { signedInAs, staffSignedIn, type SignedIn, type Visitor } from './sign-in.ts';
import type { Answer } from './visit.ts';

/**
 * The canary's journeys over the pages of their own data, which the walk over all routes only meets with ids that are
 * nobody's. The first one makes the queues stand still: from then on the journeys say when the worker works.
 */
export const PERSONAL_JOURNEYS: readonly { name: string; drive: (walk: Walk) => Promise<void> }[] = [
  { name: 'changes contacts with codes, and what is sent comes back', drive: contacts },
  { name: 'has a correction refused and part of their data erased', drive: rights },
  { name: 'has everything erased', drive: erasure },
  { name: 'takes a copy of everything', drive: copy },
  { name: 'is looked for by somebody else and by nobody', drive: strangers },
  { name: 'is counted by a dry run of the retention', drive: dryRun },
];

const DESK = '/operatore/richieste-dati';
const ELENA = { name: CANARY.staffName, office: 'AG-058091', roles: ['operator'] };
const SARA = { name: CANARY.staffName, office: null, roles: ['administrator'] };

async function contacts(walk: Walk): Promise<void> {
  const { portal } = walk;
  await portal.app.get(Jobs).beforeApplicationShutdown();
  const person = await walk.session();
  for (const [channel, value] of [
    ['email', CANARY.newEmail],
    ['cellulare', CANARY.newMobile],
  ] as const) {
    const at = `/dati/contatti/${channel}`;
    await filled(walk, person, at, { valore: CANARY.street }, 422);
    await filled(walk, person, at, { valore: value }, 303);
    const code = await caughtCode(portal, value);
    walk.secret(`code by ${channel}`, code, true);
    const wrong = String((Number(code) + 1) % 1_000_000).padStart(6, '0');
    walk.secret('wrong code', wrong, true);
    await filled(walk, person, `${at}/codice`, { codice: wrong }, 422);
    await filled(walk, person, `${at}/codice`, { codice: CANARY.note }, 422);
    await filled(walk, person, `${at}/codice`, { codice: code }, 303);
    await comesBack(portal, value);
    expect(await walk.ask(at, person), 200);
  }
  const [row] = await portal.db.query<{ bounced: number }>(
    'SELECT count(bounced_at) AS bounced FROM contact WHERE citizen_id = $1',
    [walk.canary.id],
  );
  if (row!.bounced < 1) throw new Error('nothing came back');
  for (const path of ['/dati/contatti', '/bacheca']) expect(await walk.ask(path, person), 200);
}

async function rights(walk: Walk): Promise<void> {
  const { portal } = walk;
  const person = await walk.session();
  const typed = { attuale: CANARY.wrongValue, giusto: CANARY.rightValue, testo: CANARY.wish };
  await right(walk, person, 'rettifica', { ...typed, dati: '' }, 422);
  const correction = await right(walk, person, 'rettifica', { ...typed, dati: 'identity' }, 303);
  await desk(walk, correction, { esito: 'rejected', campo: '', valore: '' });
  const partial = await right(walk, person, 'cancellazione', { dati: 'notices', testo: CANARY.wish }, 303);
  await addNotice(portal.db, walk.canary, { createdAt: portal.clock.now() });
  await desk(walk, partial, { esito: 'partly', parti: 'notices' });
  await carriedOut(walk);
  const again = await walk.session();
  for (const path of ['', `/richieste/${correction}`, `/richieste/${partial}`, `/richieste/${partial}/ricevuta`])
    expect(await walk.ask(`/dati/diritti${path}`, again), 200);
}

/** Of a double, with the same facts: the canary itself is needed later on. */
async function erasure(walk: Walk): Promise<void> {
  const { portal } = walk;
  const double = await doubleOf(walk);
  const protocol = await right(
    walk,
    await walk.session(double),
    'cancellazione',
    { dati: 'identity', testo: CANARY.wish },
    303,
  );
  await desk(walk, protocol, { esito: 'accepted' });
  await carriedOut(walk);
  const left = await portal.db.query('SELECT 1 FROM citizen WHERE id = $1', [double.id]);
  if (left.length > 0) throw new Error('nobody was erased');
  expect(await walk.ask(`${DESK}/${protocol}`, await staffSignedIn(portal, ELENA)), 200);
}

async function copy(walk: Walk): Promise<void> {
  const { portal } = walk;
  const person = await walk.session();
  expect(await walk.ask('/dati/esporta', { cookie: person.cookie, form: { _csrf: person.csrf() } }), 303);
  await workerLooks(portal);
  const href = await copyHref(portal, person);
  const taken = await download(portal, person, href);
  walk.got(taken.status);
  if (taken.status !== 200 || taken.bytes.length < 1000) throw new Error(`no copy came: ${taken.status}`);
  const luca = await stranger(walk);
  expect(await walk.ask(href, luca), 404);
  const { cookie } = person;
  expect(await walk.ask(`${href}/eliminazione`, { cookie, form: { _csrf: person.csrf() } }), 303);
}

/** With the ids of what is the canary's, signed in as another, in the wrong part of the staff, and not at all. */
async function strangers(walk: Walk): Promise<void> {
  const { portal, canary } = walk;
  const notice = await addNotice(portal.db, canary, {
    createdAt: portal.clock.now(),
    parameters: { name: CANARY.name, place: CANARY.street },
  });
  const [appointment] = await portal.db.query<{ id: string }>('SELECT id FROM appointment WHERE citizen_id = $1', [
    canary.id,
  ]);
  const requests = await portal.db.query<{ protocol: string }>('SELECT protocol FROM right_request');
  const [consent] = await portal.db.query<{ id: string }>('SELECT id FROM consent_event WHERE citizen_id = $1', [
    canary.id,
  ]);
  const paths = [
    `/notifiche/${notice}`,
    `/appuntamenti/${appointment?.id}`,
    `/appuntamenti/${appointment?.id}/calendario.ics`,
    `/dati/consensi/${consent?.id}`,
    ...requests.flatMap(({ protocol }) =>
      ['', '/ricevuta', '/ritiro'].map((end) => `/dati/diritti/richieste/${protocol}${end}`),
    ),
  ];
  const luca = await stranger(walk);
  const analyst = await staffSignedIn(portal, { name: 'Chiara Romano', office: null, roles: ['analyst'] });
  for (const path of paths) {
    expect(await walk.ask(path, luca), 404);
    await walk.ask(path);
  }
  const { cookie } = luca;
  for (const { protocol } of requests) {
    const form = { _csrf: luca.csrf(), versione: '1' };
    expect(await walk.ask(`/dati/diritti/richieste/${protocol}/ritiro`, { cookie, form }), 404);
    for (const end of ['', '/decisione', '/proroga']) {
      expect(await walk.ask(`${DESK}/${protocol}${end}`, analyst), 403);
      expect(await walk.ask(`${DESK}/${protocol}${end}`, luca), 403);
    }
  }
}

async function dryRun(walk: Walk): Promise<void> {
  const { portal } = walk;
  const sara = await staffSignedIn(portal, SARA);
  const { cookie } = sara;
  expect(await walk.ask('/operatore/conservazione/prova', { cookie, form: { _csrf: sara.csrf() } }), 303);
  const [job] = await portal.db.query<{ data: Record<string, unknown> }>(
    `SELECT data FROM pgboss.job WHERE name = 'retention.run' AND data ? 'by' ORDER BY created_on DESC LIMIT 1`,
  );
  await portal.app.get(Database).asWorker(() => portal.app.get(RetentionJob).run(job!.data));
  expect(await walk.ask('/operatore/conservazione', sara), 200);
}

/** Opens the form of a page and sends it with what it holds besides. */
async function filled(
  walk: Walk,
  who: SignedIn,
  path: string,
  fields: Record<string, string>,
  status: number,
): Promise<Answer> {
  const page = await walk.ask(path, who);
  const form = { _csrf: who.csrf(), ...hidden(expect(page, 200)), ...fields };
  return expect(await walk.ask(path, { cookie: who.cookie, form }), status);
}

/** Asks for a right. @returns the protocol number, '' when the form came back */
async function right(
  walk: Walk,
  who: SignedIn,
  slug: string,
  fields: Record<string, string>,
  status: number,
): Promise<string> {
  const { headers } = await filled(walk, who, `/dati/diritti/nuova/${slug}`, fields, status);
  return /DIR-\d{4}-\d{7}-\d/.exec(headers.location ?? '')?.[0] ?? '';
}

/** The office takes charge of a request and answers it, after a try that says too little. */
async function desk(walk: Walk, protocol: string, fields: Record<string, string>): Promise<void> {
  const elena: Visitor = await staffSignedIn(walk.portal, ELENA);
  const send = async (end: string, typed: Record<string, string>, status: number) => {
    const form = { _csrf: elena.csrf(), ...typed };
    expect(await walk.ask(`${DESK}/${protocol}/${end}`, { cookie: elena.cookie, form }), status);
  };
  for (const path of [DESK, `${DESK}/${protocol}`]) expect(await walk.ask(path, elena), 200);
  await send('presa-in-carico', { versione: '1' }, 303);
  for (const end of ['decisione', 'proroga']) expect(await walk.ask(`${DESK}/${protocol}/${end}`, elena), 200);
  await send('decisione', { versione: '2', ...fields, esito: '', motivo: CANARY.answer }, 422);
  await send('proroga', { versione: '2', motivo: '' }, 422);
  await send('decisione', { versione: '2', ...fields, motivo: CANARY.answer }, 303);
}

/** The day after, the worker erases. */
async function carriedOut({ portal }: Walk): Promise<void> {
  portal.clock.move({ hours: 25 });
  const done = await portal.app.get(Database).asWorker(() => portal.app.get(ErasureService).carryOutDue());
  if (done !== 1) throw new Error(`${done} erasures were carried out`);
}

async function doubleOf({ portal, canary }: Walk): Promise<Citizen> {
  const anna = await citizenOf(portal.db, 'anna', portal.clock.now());
  await portal.db.query(
    `UPDATE citizen c SET fiscal_code = s.fiscal_code, name = s.name, family_name = s.family_name, said_email = s.said_email,
       said_mobile = s.said_mobile, said_address = s.said_address FROM citizen s WHERE c.id = $1 AND s.id = $2`,
    [anna.id, canary.id],
  );
  return { ...canary, id: anna.id };
}

async function stranger({ portal }: Walk): Promise<SignedIn> {
  return signedInAs(portal, await citizenOf(portal.db, 'luca', portal.clock.now()));
}

function expect(answer: Answer, status: number): Answer {
  if (answer.status !== status) throw new Error(`${answer.path} answered ${answer.status}, not ${status}`);
  return answer;
}
