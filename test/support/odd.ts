import { randomUUID } from 'node:crypto';
import type { TestApp } from './app.ts';
import { arrangeWorld, type World } from './inventory.ts';
import { citizenOf, type Citizen } from './people.ts';
import type { Route } from './routes.ts';
import { signedInAs, staffSignedIn, type Visitor } from './sign-in.ts';

/** Names that every object has by itself: none is a word of ours. */
const INHERITED = ['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'valueOf'];

/** Texts of the right kind that no person and no page of ours ever wrote. */
const IMPOSSIBLE = [
  // Days and instants that a calendar or PostgreSQL does not know, or only one of them.
  '0000-01-01',
  '9999-12-31',
  '2026-13-01',
  '-000001-01-01',
  '0000-01-01T00:00:00Z',
  '9999-12-31T23:59:59.999Z',
  '2026-04-01T24:00:00Z',
  '2026-06-30T23:59:60Z',
  '2026-04-01T07:00:00.123456789Z',
  '+275760-09-13T00:00:00Z',
  // Keys of pages.
  '0000-01-01T00:00:00Z_5',
  '9999-12-31T23:59:59Z_5',
  '2026-04-01T07:00:00Z_9223372036854775808',
  `0000-01-01T00:00:00Z_${randomUUID()}`,
  `9999-12-31T23:59:59Z_${randomUUID()}`,
  `0000-01-01_${randomUUID()}`,
  `9999-12-31_${randomUUID()}`,
  // Numbers.
  '-1',
  '0000',
  '9999',
  '1.5',
  '1e400',
  '2147483648',
  '999999999999',
  '9223372036854775808',
  '99999999999999999999999999',
  '2026-13',
  // Ids.
  randomUUID().toUpperCase(),
  'x'.repeat(300),
];

export const ODD: readonly string[] = [...INHERITED, ...IMPOSSIBLE];

/** As they stand in an address: what is no text at all. */
export const BROKEN = ['%00', '%FF', '%ED%A0%80', '%EF%BF%BD', '%'];

/** The records that addresses and forms of the walk name. */
export interface OddWorld extends World {
  maria: Citizen;
  /** Of the copy that is ready. */
  copyOwner: Citizen;
  protocol: string;
  version: string;
}

export async function arrangeOdd(portal: TestApp): Promise<OddWorld> {
  const world = await arrangeWorld(portal);
  const [request] = await portal.db.query<{ protocol: string; version: number }>(
    'SELECT protocol, version FROM right_request WHERE closed_at IS NULL ORDER BY protocol LIMIT 1',
  );
  const maria = await citizenOf(portal.db, 'maria', portal.clock.now());
  const [copy] = await portal.db.query<{ citizen_id: string }>('SELECT citizen_id FROM data_export WHERE id = $1', [
    world.copies.ready,
  ]);
  return {
    ...world,
    maria,
    copyOwner: { ...maria, id: copy!.citizen_id },
    protocol: request!.protocol,
    version: String(request!.version),
  };
}

/** An address of a route whose parameters name something of the world, but the one that is replaced. */
export function addressOf({ path }: Route, world: OddWorld, replaced: Record<string, string> = {}): string {
  return path.replace(/:(\w+)/g, (_, name: string) => replaced[name] ?? real(path, name, world));
}

function real(path: string, name: string, world: OddWorld): string {
  if (name === 'protocol') return world.protocol;
  if (name === 'canale') return 'email';
  if (name === 'diritto') return 'opposizione';
  if (name === 'segno') return 'limitazione';
  if (name === 'versione') return '1';
  if (path.startsWith('/sedi/')) return world.office;
  if (path.startsWith('/notifiche/')) return world.notice;
  if (path.startsWith('/dati/consensi/')) return world.consent;
  if (path.startsWith('/dati/esporta/')) return world.copies.ready;
  return /dettagli|riepilogo|conferma|proroga/.test(path) ? world.appointments.held : world.appointments.next;
}

/** Choices without which the steps of booking lead back. */
export function choicesOf({ path }: Route, world: OddWorld): string[] {
  return path.startsWith('/appuntamenti/nuovo/')
    ? [`sede=${world.office}`, 'modo=desk', 'argomento=naspi', 'comune=058091', 'giorno=2026-04-15']
    : [];
}

/** Forms as somebody fills them in who wants nothing odd: each is sent once for each of its fields, that one odd. */
export function formOf(route: Route, world: OddWorld): Record<string, string> {
  const id = randomUUID();
  const street = { via: 'Via Roma', altro: '', versione: id };
  const forms: Record<string, Record<string, string>> = {
    '/accedi/pin': { codice: 'RSSMRA80A01H501U', pin: 'ABCD1234EFGH5678' },
    '/appuntamenti/:id/dettagli': {
      accesso: 'si',
      lis: '',
      lingua: 'en',
      nota: 'x',
      email: 'a@b.example',
      telefono: '',
    },
    '/appuntamenti/:id/proroga': { da: 'riepilogo' },
    '/appuntamenti/:id/spostamento': { orario: '1', richiesta: id },
    '/appuntamenti/nuovo': { comune: 'Roma', sede: world.office },
    '/appuntamenti/nuovo/argomento': { modo: 'desk', argomento: 'naspi' },
    '/appuntamenti/nuovo/orario': { orario: '1', richiesta: id },
    '/dati/consensi': { scopo: 'survey', scelta: 'do', versione: '1', dopo: '0' },
    '/dati/contatti/:canale': { valore: 'altra@posta.example', versione: id },
    '/dati/contatti/:canale/codice': { codice: '123456', cambio: id },
    '/dati/contatti/:canale/codice/annullamento': { cambio: id },
    '/dati/contatti/:canale/codice/invio': { cambio: id },
    '/dati/contatti/:canale/rimozione': { versione: id },
    '/dati/contatti/indirizzo': { ...street, numero: '1', cap: '00184', comune: 'Roma' },
    '/dati/contatti/indirizzo/estero': { ...street, paese: 'DE', codice: '10115', citta: 'Berlin', regione: '' },
    '/dati/contatti/indirizzo/rimozione': { versione: id },
    '/dati/diritti/nuova/:diritto': { dati: 'contacts', attuale: '', giusto: '', testo: 'Perché.', invio: id },
    '/dati/preferenze': { silenzio: 'si', dalle: '21:00', alle: '8:00', lingua: 'it', versione: '0', avvisi: '' },
    '/dati/residenza': { comune: 'Roma', prima: '058091' },
    '/dati/residenza/estero': { paese: 'DE', citta: 'Berlin', prima: '058091' },
    '/dati/sessioni/fine': { sessione: id },
    '/dati/sessioni/uscita': { quali: 'altre' },
    '/notifiche/lette': { stato: 'tutte', mostrate: id },
    '/operatore/estendi': { ritorno: '/operatore' },
    '/operatore/richieste-dati/:protocol/decisione': {
      esito: 'rejected',
      motivo: 'Perché.',
      campo: '',
      valore: '',
      parti: '',
      versione: world.version,
    },
    '/operatore/richieste-dati/:protocol/presa-in-carico': { versione: world.version },
    '/operatore/richieste-dati/:protocol/proroga': { motivo: 'Perché.', versione: world.version },
    '/sessione/estendi': { ritorno: '/bacheca' },
  };
  const saml = { SAMLResponse: 'PHg+', SAMLRequest: 'PHg+', RelayState: 'x' };
  return forms[route.path] ?? (/^\/(spid|cie|eidas)\//.test(route.path) ? saml : {});
}

/** Somebody who may use the route, in a session of their own: some routes end it. */
export function visitorFor({ access, path }: Route, portal: TestApp, world: OddWorld): Promise<Visitor> {
  if (path.startsWith('/dati/esporta/')) return signedInAs(portal, world.copyOwner);
  return access === 'staff'
    ? staffSignedIn(portal, {
        name: 'Sara Marino',
        office: 'AG-058091',
        roles: ['operator', 'administrator', 'analyst'],
      })
    : signedInAs(portal, world.maria);
}
