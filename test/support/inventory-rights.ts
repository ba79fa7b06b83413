import { randomUUID } from 'node:crypto';
import { protocolNumber } from '#src/common/protocol.js';
import { RETENTION_RULES } from '#src/common/retention.js';
import type { TestApp } from './app.ts';
import type { InventoryPage } from './inventory.ts';
import type { Citizen } from './people.ts';

const NUMBERS = {
  received: 101,
  working: 102,
  late: 103,
  extended: 104,
  accepted: 105,
  erased: 106,
  rejected: 107,
  withdrawn: 108,
} as const;
type Which = keyof typeof NUMBERS;

const protocol = (which: Which) => protocolNumber('DIR', 2026, NUMBERS[which]);

/**
 * Maria has asked for everything, Luca for nothing; Greta has a restriction and an objection. The office has 24 requests
 * of others before hers, some of them late; three nights were applied, the last one a trial that could not do a rule.
 */
export async function arrangeRights(portal: TestApp, maria: Citizen): Promise<void> {
  const add = (which: Which, options: RequestOptions) => addRequest(portal, maria.id, which, options);
  await add('received', {
    kind: 'rectification',
    state: 'received',
    days: 0,
    current: 'Mario',
    right: 'Maria <b>& altri',
  });
  await add('working', { kind: 'objection', state: 'working', days: 3 });
  await add('extended', { kind: 'restriction', state: 'extended', days: 25 });
  await add('accepted', { kind: 'erasure', state: 'accepted', days: 1 });
  await add('erased', { kind: 'erasure', state: 'partly', days: 20, erased: true });
  await add('rejected', { kind: 'restriction', state: 'rejected', days: 40 });
  await add('withdrawn', { kind: 'objection', state: 'withdrawn', days: 50 });
  await addRequest(portal, randomUUID(), 'late', { kind: 'erasure', state: 'working', days: 44 });
  const { db, clock } = portal;
  await db.query(
    `INSERT INTO right_request (id, submission_id, protocol, citizen_id, kind, state, concerns, message, received_at, first_due_on, due_on)
     SELECT gen_random_uuid(), gen_random_uuid(), protocol, gen_random_uuid(), 'objection', 'received',
       '{other}', '', $1::timestamptz - n * interval '1 day', ($1::date - n::int) + 31, ($1::date - n::int) + 31
     FROM unnest($2::text[]) WITH ORDINALITY AS many(protocol, position), LATERAL (SELECT position + 8 AS n) AS days`,
    [clock.now(), Array.from({ length: 24 }, (_, index) => protocolNumber('DIR', 2026, 509 + index))],
  );
  await db.query(
    `UPDATE citizen SET restricted_at = $1, restricted_by = $2, objected_at = $1, objected_by = $3 WHERE identity_key LIKE 'eidas:DE%'`,
    [clock.now(), protocol('rejected'), protocol('withdrawn')],
  );
  await arrangeRuns(portal);
}

async function arrangeRuns({ db, clock }: TestApp): Promise<void> {
  const rules = RETENTION_RULES.filter(({ how }) => !('sweeper' in how)).map(({ id }) => id);
  for (const [nights, dry] of [
    [2, false],
    [1, false],
    [0, true],
  ] as const) {
    const at = clock.now().subtract({ hours: nights * 24 + 4 });
    await db.query(
      `INSERT INTO retention_run (run_id, rule, dry_run, asked_by, started_at, before_at, rows, finished_at, failure)
       SELECT $1, rule, $2, 'nightly', $3::timestamptz, $3::timestamptz - interval '2 years', 1234 * (n % 3), CASE WHEN n = 4 AND $2 THEN NULL ELSE $3::timestamptz + n * interval '1 second' END,
         CASE WHEN n = 3 AND $2 THEN '40P01' END FROM unnest($4::text[]) WITH ORDINALITY AS r (rule, n)`,
      [randomUUID(), dry, at, rules],
    );
  }
}

interface RequestOptions {
  kind: string;
  state: string;
  /** Days ago it came. */
  days: number;
  current?: string;
  right?: string;
  erased?: boolean;
}

async function addRequest(
  { db, clock }: TestApp,
  citizen: string,
  which: Which,
  { kind, state, days, current = '', right = '', erased = false }: RequestOptions,
): Promise<void> {
  const [id, now] = [randomUUID(), clock.now()];
  const received = now.subtract({ hours: 24 * days });
  const day = received.toZonedDateTimeISO('Europe/Rome').toPlainDate();
  const answered = ['accepted', 'partly', 'rejected'].includes(state);
  const closed = answered || state === 'withdrawn' ? received.add({ minutes: 20 }) : null;
  const extended = state === 'extended' ? received.add({ minutes: 30 }) : null;
  await db.query(
    `INSERT INTO right_request (id, submission_id, protocol, citizen_id, kind, state, concerns, message, current_value, right_value, received_at,
       first_due_on, due_on, extended_at, extension_reason, outcome_reason, closed_at, erased_at, areas, taken_by)
     VALUES ($1, $1, $2, $3, $4, $5, '{identity,notices}', $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)`,
    [
      id,
      protocol(which),
      citizen,
      kind,
      state,
      'Chiedo questo per la mia situazione.\n<script>alert(1)</script>',
      current,
      right,
      received,
      day.add({ months: 1 }),
      day.add({ months: extended ? 3 : 1 }),
      extended,
      extended ? 'Servono altri controlli.' : null,
      answered ? 'Ecco la risposta, con <i>il motivo</i>.' : null,
      closed,
      erased ? now.subtract({ hours: 3 }) : null,
      state === 'partly' ? ['notices'] : null,
      ['working', 'extended'].includes(state) ? 'somebody-else' : null,
    ],
  );
  const parts = [
    { titleKey: 'erasure.notices', deleted: 12, kept: 0, keptKey: '' },
    { titleKey: 'erasure.accesses', deleted: 0, kept: 230, keptKey: 'erasure.kept-accesses' },
  ];
  const steps = [
    'received',
    ...(state === 'received' || state === 'withdrawn' ? [] : ['working']),
    ...(['received', 'working'].includes(state) ? [] : [state]),
    ...(erased ? ['executed'] : []),
  ];
  for (const what of steps)
    await db.query(
      `INSERT INTO right_event (request_id, at, what, actor_kind, actor, note, details) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
      [
        id,
        received,
        what,
        what === 'received' || what === 'withdrawn' ? 'citizen' : what === 'executed' ? 'system' : 'staff',
        'x',
        what === 'extended' ? 'Servono altri controlli.' : '',
        what === 'executed' ? { parts } : {},
      ],
    );
}

const at = (path: string) => () => path;
const mine =
  (which: Which, end = '') =>
  () =>
    `/dati/diritti/richieste/${protocol(which)}${end}`;
const desk =
  (which: Which, end = '') =>
  () =>
    `/operatore/richieste-dati/${protocol(which)}${end}`;
const MENU = ['.menu li', 4] as const;
const LONG = 'x'.repeat(2001);

/** A table: one page a line. */
// prettier-ignore
export const RIGHTS: readonly InventoryPage[] = [
  { name: 'rights, nothing asked', route: 'GET /dati/diritti', who: 'luca', status: 200, title: 'I tuoi diritti sui dati', path: at('/dati/diritti'), rows: [['main section.card', 4], ['main .note', 0], ['main .plain-list', 0], MENU] },
  { name: 'rights', route: 'GET /dati/diritti', who: 'maria', status: 200, title: 'I tuoi diritti sui dati', path: at('/dati/diritti'), rows: [['main section.card', 4], ['main .plain-list li', 7], MENU] },
  { name: 'rights, restricted', route: 'GET /dati/diritti', who: 'greta', status: 200, title: 'I tuoi diritti sui dati', path: at('/dati/diritti'), rows: [['main .note-warning form', 2], MENU] },
  { name: 'rights, source down', route: 'GET /dati/diritti', who: 'maria', down: ['right_request'], status: 500, title: 'C’è un problema dalla nostra parte', path: at('/dati/diritti'), rows: [['main a.button', 1]] },
  { name: 'rights, ask a rectification', route: 'GET /dati/diritti/nuova/:diritto', who: 'luca', status: 200, title: 'Chiedi una correzione', path: at('/dati/diritti/nuova/rettifica'), rows: [['main input[type=checkbox]', 7], ['#giusto', 1], ['main h2', 3]] },
  { name: 'rights, ask an erasure', route: 'GET /dati/diritti/nuova/:diritto', who: 'luca', status: 200, title: 'Chiedi la cancellazione', path: at('/dati/diritti/nuova/cancellazione'), rows: [['main input[type=checkbox]', 7], ['#giusto', 0]] },
  { name: 'rights, ask a restriction', route: 'GET /dati/diritti/nuova/:diritto', who: 'luca', status: 200, title: 'Chiedi la limitazione', path: at('/dati/diritti/nuova/limitazione'), rows: [['main input[type=checkbox]', 7]] },
  { name: 'rights, object while one is open', route: 'GET /dati/diritti/nuova/:diritto', who: 'maria', status: 200, title: 'Presenta un’opposizione', path: at('/dati/diritti/nuova/opposizione'), rows: [['main .note-warning a', 1], ['main form', 0]] },
  { name: 'rights, no such right', route: 'GET /dati/diritti/nuova/:diritto', who: 'luca', status: 404, title: 'Questa pagina non c’è', path: at('/dati/diritti/nuova/tutto'), rows: [['main li', 3]] },
  { name: 'rights, rectification all wrong', route: 'POST /dati/diritti/nuova/:diritto', who: 'luca', status: 422, title: 'Chiedi una correzione', path: at('/dati/diritti/nuova/rettifica'), form: { dati: 'pensione', attuale: LONG, giusto: '', testo: LONG }, rows: [['#errori li', 4], ['.error-text', 4]] },
  { name: 'rights, objection empty', route: 'POST /dati/diritti/nuova/:diritto', who: 'luca', status: 422, title: 'Presenta un’opposizione', path: at('/dati/diritti/nuova/opposizione'), form: { testo: '' }, rows: [['#errori li', 2], ['#dati-errore', 1], ['#testo-errore', 1]] },
  { name: 'rights, second of a kind', route: 'POST /dati/diritti/nuova/:diritto', who: 'maria', status: 422, title: 'Chiedi una correzione', path: at('/dati/diritti/nuova/rettifica'), form: { dati: 'identity', giusto: 'x', testo: 'y' }, rows: [['#errori li', 1], ['main .note-warning a', 1], ['#giusto[value=x]', 1]] },
  { name: 'rights request, received', route: 'GET /dati/diritti/richieste/:protocol', who: 'maria', status: 200, title: 'Correzione dei dati', path: mine('received'), rows: [['.timeline li', 1], ['main .actions a', 2], MENU] },
  { name: 'rights request, extended', route: 'GET /dati/diritti/richieste/:protocol', who: 'maria', status: 200, title: 'Limitazione dell’uso', path: mine('extended'), rows: [['.timeline li', 3], ['main .tag-warning', 1]] },
  { name: 'rights request, erasure ahead', route: 'GET /dati/diritti/richieste/:protocol', who: 'maria', status: 200, title: 'Cancellazione dei dati', path: mine('accepted'), rows: [['main .note-warning', 1], ['main .tag-ok', 1]] },
  { name: 'rights request, erased', route: 'GET /dati/diritti/richieste/:protocol', who: 'maria', status: 200, title: 'Cancellazione dei dati', path: mine('erased'), rows: [['main dl', 2], ['.timeline li', 4], ['main .note-warning', 0]] },
  { name: 'rights request, rejected', route: 'GET /dati/diritti/richieste/:protocol', who: 'maria', status: 200, title: 'Limitazione dell’uso', path: mine('rejected'), rows: [['main .tag-error', 1], ['.timeline .failed', 1]] },
  { name: 'rights request, withdrawn', route: 'GET /dati/diritti/richieste/:protocol', who: 'maria', status: 200, title: 'Opposizione all’uso', path: mine('withdrawn'), rows: [['main .tag-muted', 1], ['main .actions a', 1]] },
  { name: 'rights request, of another', route: 'GET /dati/diritti/richieste/:protocol', who: 'luca', status: 404, title: 'Questa pagina non c’è', path: mine('received'), rows: [['main li', 3]] },
  { name: 'rights receipt', route: 'GET /dati/diritti/richieste/:protocol/ricevuta', who: 'maria', status: 200, title: 'Ricevuta della richiesta', path: mine('received', '/ricevuta'), rows: [['main .big', 1], ['main dl > div', 8]] },
  { name: 'rights, withdraw?', route: 'GET /dati/diritti/richieste/:protocol/ritiro', who: 'maria', status: 200, title: 'Ritiri la richiesta?', path: mine('working', '/ritiro'), rows: [['main form', 1], ['main .button-danger', 1]] },
];

/** Of the staff. */
// prettier-ignore
export const RIGHTS_DESK: readonly InventoryPage[] = [
  { name: 'desk', route: 'GET /operatore/richieste-dati', who: 'elena', status: 200, title: 'Richieste sui dati', path: at('/operatore/richieste-dati'), rows: [['main tbody tr', 20], ['main tbody strong', 3], ['.pagination li', 1]] },
  { name: 'desk, later ones', route: 'GET /operatore/richieste-dati', who: 'elena', status: 200, title: 'Richieste sui dati', path: at('/operatore/richieste-dati?stato=aperte&dopo=2026-04-20_00000000-0000-0000-0000-000000000000'), rows: [['main tbody tr', 7], ['main p > a[href="/operatore/richieste-dati?stato=aperte"]', 1]] },
  { name: 'desk, none', route: 'GET /operatore/richieste-dati', who: 'elena', status: 200, title: 'Richieste sui dati', path: at('/operatore/richieste-dati?stato=ritirate&dopo=2027-01-01_00000000-0000-0000-0000-000000000000'), rows: [['main .card-empty', 1], ['main table', 0]] },
  { name: 'desk, source down', route: 'GET /operatore/richieste-dati', who: 'elena', down: ['right_request'], status: 500, title: 'C’è un problema dalla nostra parte', path: at('/operatore/richieste-dati'), rows: [['main a.button', 1]] },
  { name: 'desk request, to take', route: 'GET /operatore/richieste-dati/:protocol', who: 'elena', status: 200, title: `Richiesta ${protocol('received')}`, path: desk('received'), rows: [['main form', 1], ['main a.button', 0], ['main dl', 3], ['.timeline li', 1]] },
  { name: 'desk request, to answer', route: 'GET /operatore/richieste-dati/:protocol', who: 'elena', status: 200, title: `Richiesta ${protocol('working')}`, path: desk('working'), rows: [['main form', 1], ['main a.button', 2]] },
  { name: 'desk request, late and of somebody erased', route: 'GET /operatore/richieste-dati/:protocol', who: 'elena', status: 200, title: `Richiesta ${protocol('late')}`, path: desk('late'), rows: [['main .note-error', 1], ['main a.button', 1]] },
  { name: 'desk request, answered', route: 'GET /operatore/richieste-dati/:protocol', who: 'elena', status: 200, title: `Richiesta ${protocol('rejected')}`, path: desk('rejected'), rows: [['main form', 0], ['main a.button', 0], ['.timeline .failed', 1]] },
  { name: 'desk request, unknown', route: 'GET /operatore/richieste-dati/:protocol', who: 'elena', status: 404, title: 'Questa pagina non c’è', path: at('/operatore/richieste-dati/DIR-2026-0000001-1'), rows: [['main h1', 1]] },
  { name: 'desk, extend', route: 'GET /operatore/richieste-dati/:protocol/proroga', who: 'elena', status: 200, title: 'Proroga il termine', path: desk('working', '/proroga'), rows: [['#motivo', 1]] },
  { name: 'desk, extend without a reason', route: 'POST /operatore/richieste-dati/:protocol/proroga', who: 'elena', status: 422, title: 'Proroga il termine', path: desk('working', '/proroga'), form: { motivo: '', versione: '1' }, rows: [['#errori li', 1], ['#motivo-errore', 1]] },
  { name: 'desk, decide on an erasure', route: 'GET /operatore/richieste-dati/:protocol/decisione', who: 'elena', status: 200, title: 'Rispondi alla richiesta', path: desk('late', '/decisione'), rows: [['main input[type=radio]', 3], ['#motivo', 1]] },
  { name: 'desk, decide on a rectification', route: 'GET /operatore/richieste-dati/:protocol/decisione', who: 'elena', status: 200, title: 'Rispondi alla richiesta', path: desk('received', '/decisione'), rows: [['main input[type=radio]', 9], ['main input[checked]', 0], ['#valore', 1]] },
  { name: 'desk, decide all wrong', route: 'POST /operatore/richieste-dati/:protocol/decisione', who: 'elena', status: 422, title: 'Rispondi alla richiesta', path: desk('received', '/decisione'), form: { esito: '', motivo: '', campo: 'born_on', valore: '', versione: '1' }, rows: [['#errori li', 3], ['.error-text', 3]] },
  { name: 'desk, decide on a rectification without saying of what', route: 'POST /operatore/richieste-dati/:protocol/decisione', who: 'elena', status: 422, title: 'Rispondi alla richiesta', path: desk('received', '/decisione'), form: { esito: 'accepted', motivo: 'È giusto.', campo: '', valore: '', versione: '1' }, rows: [['#errori li', 1], ['#campo-errore', 1], ['main input[name=campo][checked]', 0]] },
  { name: 'desk, decide what nobody took', route: 'POST /operatore/richieste-dati/:protocol/decisione', who: 'elena', status: 422, title: 'Rispondi alla richiesta', path: desk('received', '/decisione'), form: { esito: 'rejected', motivo: 'Perché sì.', campo: '', valore: '', versione: '1' }, rows: [['#errori li', 1], ['#esito-2[checked]', 1]] },
  { name: 'retention', route: 'GET /operatore/conservazione', who: 'elena', status: 200, title: 'Conservazione dei dati', path: at('/operatore/conservazione'), rows: [['main table', 2], ['main .tag-error', 1], ['main .tag-warning', 1], ['main form', 0]] },
  { name: 'retention, for an administrator', route: 'GET /operatore/conservazione', who: 'sara', status: 200, title: 'Conservazione dei dati', path: at('/operatore/conservazione'), rows: [['main form', 1], ['main ul li time', 2]] },
  { name: 'retention, source down', route: 'GET /operatore/conservazione', who: 'sara', down: ['retention_run'], status: 500, title: 'C’è un problema dalla nostra parte', path: at('/operatore/conservazione'), rows: [['main a.button', 1]] },
  { name: 'staff, home of an administrator', route: 'GET /operatore', who: 'sara', status: 200, title: 'Area del personale', path: at('/operatore'), rows: [['main li.card', 3]] },
];
