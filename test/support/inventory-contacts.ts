import { addContact, addPostalAddress } from './contacts.ts';
import type { InventoryPage } from './inventory.ts';
import type { TestApp } from './app.ts';
import type { Citizen } from './people.ts';

/**
 * Maria has everything, and a new e-mail address that waits for its code. To Greta nothing arrives: she has asked for all
 * the codes of a day, one of them she got wrong five times. Luca has nothing. Of
 * whoever is undecided the provider said everything, and nothing was chosen.
 */
export async function arrangeContacts({ db, clock }: TestApp, maria: Citizen, undecided: Citizen): Promise<void> {
  const now = clock.now();
  const at = now.subtract({ hours: 24 * 20 });
  const add = (citizenId: string, kind: string, value: string, bouncedAt: Temporal.Instant | null = null) =>
    addContact(db, citizenId, { kind, value, at, bouncedAt });
  await add(maria.id, 'email', 'maria.rossi@posta.example');
  await add(maria.id, 'mobile', '+393331111111');
  await add(maria.id, 'pec', 'maria.rossi.1980@pec-dei-cittadini.example');
  await add(maria.id, 'phone', '+390612345678');
  await addPostalAddress(db, maria.id, at);
  await addChange(db, maria.id, 'email', 'maria@münchen-und-umgebung.example', now.subtract({ minutes: 4 }));
  await db.query(
    `UPDATE citizen SET said_email = 'ada.neri@posta.example', said_mobile = '333 4567890',
       said_address = 'Via Giovanni Battista Morgagni, 12/B, 00161 Roma (RM)' WHERE id = $1`,
    [undecided.id],
  );
  const [greta] = await db.query<{ id: string }>(`SELECT id FROM citizen WHERE identity_key LIKE 'eidas:DE/%'`);
  const { id } = greta!;
  await add(id, 'email', 'greta.weber@post.example', now.subtract({ hours: 50 }));
  await addChange(db, id, 'email', 'greta@post.example', now.subtract({ minutes: 5 }), { tries: 5 });
  await addChange(db, id, 'mobile', '+4915123456789', now.subtract({ hours: 2 }), { bounced: true });
  for (let hours = 3; hours < 6; hours++)
    await addChange(db, id, 'mobile', '+4915123456789', now.subtract({ hours }), { ended: true });
}

async function addChange(
  db: TestApp['db'],
  citizenId: string,
  kind: string,
  value: string,
  at: Temporal.Instant,
  { tries = 0, ended = false, bounced = false } = {},
): Promise<void> {
  const version = `SELECT version FROM contact WHERE citizen_id = $1 AND kind = $2`;
  await db.query(
    `INSERT INTO contact_change (id, citizen_id, kind, value, address, replaces, code_hash, tries, asked_at, expires_at, ended_at, bounced_at)
     VALUES (gen_random_uuid(), $1, $2, $3, repeat('x', 43), (${version}), repeat('x', 43), $5, $4::timestamptz, $4::timestamptz + interval '30 minutes', $6, $7)`,
    [citizenId, kind, value, at, tries, ended ? at : null, bounced ? at : null],
  );
}

const at = (path: string) => () => path;
const MENU = ['.menu li', 4] as const;
const HOME = { via: 'Via <Esempio>', numero: '1', altro: '', cap: '00185', versione: '' };

/** A table: one page a line. */
// prettier-ignore
export const CONTACTS: readonly InventoryPage[] = [
  { name: 'contacts, none', route: 'GET /dati/contatti', who: 'luca', status: 200, title: 'I tuoi recapiti', path: at('/dati/contatti'), rows: [['main dl > div', 6], ['main .tag', 0], ['main form', 0], MENU] },
  { name: 'contacts', route: 'GET /dati/contatti', who: 'maria', status: 200, title: 'I tuoi recapiti', path: at('/dati/contatti'), rows: [['main dl > div', 9], ['main .tag-ok', 2], ['main .tag-warning', 1], ['main form', 0], MENU] },
  { name: 'contacts, said by the provider', route: 'GET /dati/contatti', who: 'copy-failed', status: 200, title: 'I tuoi recapiti', path: at('/dati/contatti'), rows: [['main dl > div', 9], ['main form', 3], ['main .tag', 0], MENU] },
  { name: 'contacts, nothing arrives', route: 'GET /dati/contatti', who: 'greta', status: 200, title: 'I tuoi recapiti', path: at('/dati/contatti'), rows: [['main .note-warning', 1], ['main .tag-error', 1], ['main .tag-warning', 2], MENU] },
  { name: 'contacts, source down', route: 'GET /dati/contatti', who: 'maria', down: ['contact'], status: 500, title: 'C’è un problema dalla nostra parte', path: at('/dati/contatti'), rows: [['main a.button', 1]] },
  { name: 'Bacheca, contact to check', route: 'GET /bacheca', who: 'greta', status: 200, title: 'Buongiorno, Greta', path: at('/bacheca'), rows: [['#dati .tag', 1], ['#dati ~ ul a[href="/dati/contatti"]', 1], MENU] },
  { name: 'contact, e-mail', route: 'GET /dati/contatti/:canale', who: 'maria', status: 200, title: 'Qual è il tuo indirizzo e-mail?', path: at('/dati/contatti/email'), rows: [['#valore[type=email][autocomplete=email]', 1], ['main a[href="/dati/contatti/email/rimozione"]', 1], MENU] },
  { name: 'contact, mobile, none yet', route: 'GET /dati/contatti/:canale', who: 'luca', status: 200, title: 'Qual è il tuo numero di cellulare?', path: at('/dati/contatti/cellulare'), rows: [['#valore[value=""][type=tel]', 1], ['main a[href$=rimozione]', 0]] },
  { name: 'contact, PEC', route: 'GET /dati/contatti/:canale', who: 'maria', status: 200, title: 'Qual è il tuo indirizzo PEC?', path: at('/dati/contatti/pec'), rows: [['#valore', 1]] },
  { name: 'contact, no such kind', route: 'GET /dati/contatti/:canale', who: 'maria', status: 404, title: 'Questa pagina non c’è', path: at('/dati/contatti/fax'), rows: [['main li', 3]] },
  { name: 'contact, e-mail wrong', route: 'POST /dati/contatti/:canale', who: 'luca', status: 422, title: 'Qual è il tuo indirizzo e-mail?', path: at('/dati/contatti/email'), form: { valore: '<màrio>@posta', versione: '' }, rows: [['#errori li', 1], ['#valore-errore', 1], ['#valore[value*=màrio]', 1]] },
  { name: 'contact, a landline as mobile', route: 'POST /dati/contatti/:canale', who: 'luca', status: 422, title: 'Qual è il tuo numero di cellulare?', path: at('/dati/contatti/cellulare'), form: { valore: '06 1234 5678', versione: '' }, rows: [['#errori li', 1], ['#valore-errore', 1]] },
  { name: 'contact, changed in another tab', route: 'POST /dati/contatti/:canale', who: 'maria', status: 422, title: 'Qual è il tuo indirizzo PEC?', path: at('/dati/contatti/pec'), form: { valore: 'altra@pec.example', versione: '' }, rows: [['#errori li', 1], ['#valore[value="altra@pec.example"]', 1]] },
  { name: 'contact, too many codes', route: 'POST /dati/contatti/:canale', who: 'greta', status: 422, title: 'Qual è il tuo numero di cellulare?', path: at('/dati/contatti/cellulare'), form: { valore: '+49 1512 3456780', versione: '' }, rows: [['#errori li', 1], ['#valore-errore', 1]] },
  { name: 'code', route: 'GET /dati/contatti/:canale/codice', who: 'maria', status: 200, title: 'Scrivi il codice', path: at('/dati/contatti/email/codice'), rows: [['#codice[autocomplete=one-time-code]', 1], ['main form', 3], ['main .note', 0], MENU] },
  { name: 'code, used up', route: 'GET /dati/contatti/:canale/codice', who: 'greta', status: 200, title: 'Scrivi il codice', path: at('/dati/contatti/email/codice'), rows: [['#codice', 0], ['main form', 1], ['main .note-warning', 1]] },
  { name: 'code, expired and bounced', route: 'GET /dati/contatti/:canale/codice', who: 'greta', status: 200, title: 'Scrivi il codice', path: at('/dati/contatti/cellulare/codice'), rows: [['#codice', 0], ['main form', 1], ['main .note-warning', 2]] },
  { name: 'code, no code', route: 'POST /dati/contatti/:canale/codice', who: 'maria', status: 422, title: 'Scrivi il codice', path: at('/dati/contatti/email/codice'), form: { codice: '12 <b>', cambio: '' }, rows: [['#errori li', 1], ['#codice-errore', 1], ['#codice[value^="12 "]', 1]] },
  { name: 'code, no more today', route: 'POST /dati/contatti/:canale/codice/invio', who: 'greta', status: 422, title: 'Scrivi il codice', path: at('/dati/contatti/cellulare/codice/invio'), form: {}, rows: [['#errori[role=alert]', 1], ['#codice', 0]] },
  { name: 'contact, removal', route: 'GET /dati/contatti/:canale/rimozione', who: 'maria', status: 200, title: 'Vuoi togliere l’indirizzo e-mail?', path: at('/dati/contatti/email/rimozione'), rows: [['main form[action="/dati/contatti/email/rimozione"]', 1], ['main .button-danger', 1], MENU] },
  { name: 'address', route: 'GET /dati/contatti/indirizzo', who: 'maria', status: 200, title: 'Dove ricevi la posta?', path: at('/dati/contatti/indirizzo'), rows: [['#comune[value="Roma (RM)"]', 1], ['.tabs li', 2], MENU] },
  { name: 'address, none yet', route: 'GET /dati/contatti/indirizzo', who: 'luca', status: 200, title: 'Dove ricevi la posta?', path: at('/dati/contatti/indirizzo'), rows: [['#via[value=""]', 1], ['main a[href$=rimozione]', 0]] },
  { name: 'address, all wrong', route: 'POST /dati/contatti/indirizzo', who: 'luca', status: 422, title: 'Dove ricevi la posta?', path: at('/dati/contatti/indirizzo'), form: { via: '', numero: '', altro: 'x'.repeat(121), cap: 'M5H', comune: '', versione: '' }, rows: [['#errori li', 5], ['.error-text', 5], ['#cap[value=M5H]', 1]] },
  { name: 'address, which comune', route: 'POST /dati/contatti/indirizzo', who: 'luca', status: 422, title: 'Dove ricevi la posta?', path: at('/dati/contatti/indirizzo'), form: { ...HOME, comune: 'Samone' }, rows: [['#errori li', 1], ['#forse + ul > li', 5], ['#via[value*=Esempio]', 1]] },
  { name: 'address, unknown comune', route: 'POST /dati/contatti/indirizzo', who: 'luca', status: 422, title: 'Dove ricevi la posta?', path: at('/dati/contatti/indirizzo'), form: { ...HOME, comune: 'Qwxzkyj' }, rows: [['#errori li', 1], ['#forse', 0]] },
  { name: 'address, changed in another tab', route: 'POST /dati/contatti/indirizzo', who: 'maria', status: 422, title: 'Dove ricevi la posta?', path: at('/dati/contatti/indirizzo'), form: { ...HOME, comune: 'Roma' }, rows: [['#errori li', 1], ['#via-errore', 1]] },
  { name: 'address, removal', route: 'GET /dati/contatti/indirizzo/rimozione', who: 'maria', status: 200, title: 'Vuoi togliere l’indirizzo per la posta?', path: at('/dati/contatti/indirizzo/rimozione'), rows: [['main .button-danger', 1]] },
  { name: 'address abroad', route: 'GET /dati/contatti/indirizzo/estero', who: 'luca', status: 200, title: 'Dove ricevi la posta?', path: at('/dati/contatti/indirizzo/estero'), rows: [['#paese option', 244], ['#paese[autocomplete=country]', 1], ['.tabs li', 2], MENU] },
  { name: 'address abroad, all wrong', route: 'POST /dati/contatti/indirizzo/estero', who: 'luca', status: 422, title: 'Dove ricevi la posta?', path: at('/dati/contatti/indirizzo/estero'), form: { paese: 'IT', via: '', altro: '', codice: '1234567890123', citta: '', regione: '<i>', versione: '' }, rows: [['#errori li', 4], ['.error-text', 4], ['#regione[value*=i]', 1]] },
  { name: 'residence abroad', route: 'GET /dati/residenza/estero', who: 'maria', status: 200, title: 'In quale paese abiti?', path: at('/dati/residenza/estero'), rows: [['#paese option', 244], ['#citta[value=""]', 1], MENU] },
  { name: 'residence abroad, all wrong', route: 'POST /dati/residenza/estero', who: 'luca', status: 422, title: 'In quale paese abiti?', path: at('/dati/residenza/estero'), form: { paese: '', citta: '', prima: '-' }, rows: [['#errori li', 2], ['.error-text', 2]] },
  { name: 'residence, changed in another tab', route: 'POST /dati/residenza', who: 'maria', status: 422, title: 'In quale comune abiti?', path: at('/dati/residenza'), form: { comune: 'Forlì', prima: '-' }, rows: [['#errori li', 1], ['#comune[value="Forlì"]', 1]] },
];
