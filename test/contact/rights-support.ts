import { randomUUID } from 'node:crypto';
import { load } from 'cheerio';
import type { TestApp } from '../support/app.ts';
import type { SignedIn } from '../support/sign-in.ts';

export interface RequestRow {
  id: string;
  protocol: string;
  citizen_id: string;
  kind: string;
  state: string;
  concerns: string[];
  message: string;
  current_value: string;
  right_value: string;
  received_at: Temporal.Instant;
  due_on: Temporal.PlainDate;
  closed_at: Temporal.Instant | null;
  erased_at: Temporal.Instant | null;
  person_key: string | null;
  version: number;
}

export const FORMS = {
  rettifica: { dati: 'identity', attuale: 'Maria Rosi', giusto: 'Maria Rossi', testo: '' },
  cancellazione: { dati: 'identity', testo: '' },
  limitazione: { dati: 'notices', testo: 'Contesto un dato.' },
  opposizione: { dati: 'contacts', testo: 'Per la mia situazione.' },
} as const;
export type Slug = keyof typeof FORMS;

/** Sends the form of a right. */
export function sendRight(who: SignedIn, slug: string, fields: Record<string, string | string[]>) {
  return who.browser
    .post(`/dati/diritti/nuova/${slug}`)
    .type('form')
    .send({ _csrf: who.csrf(), invio: randomUUID(), ...fields });
}

/** Asks for a right. @returns the protocol number */
export async function asked(
  who: SignedIn,
  slug: Slug,
  fields: Record<string, string | string[]> = {},
): Promise<string> {
  const { headers } = await sendRight(who, slug, { ...FORMS[slug], ...fields }).expect(303);
  return /DIR-\d{4}-\d{7}-\d/.exec(headers.location ?? '')![0];
}

export async function requests(portal: TestApp): Promise<RequestRow[]> {
  return portal.db.query<RequestRow>('SELECT * FROM right_request ORDER BY protocol');
}

export async function requestOf(portal: TestApp, protocol: string): Promise<RequestRow> {
  const [row] = await portal.db.query<RequestRow>('SELECT * FROM right_request WHERE protocol = $1', [protocol]);
  return row!;
}

export async function events(
  portal: TestApp,
  protocol: string,
): Promise<{ what: string; note: string; actor_kind: string }[]> {
  return portal.db.query(
    `SELECT e.what, e.note, e.actor_kind FROM right_event e JOIN right_request r ON r.id = e.request_id WHERE r.protocol = $1 ORDER BY e.id`,
    [protocol],
  );
}

/** Away with all requests, so that each case begins with none. */
export async function forgetRequests(portal: TestApp): Promise<void> {
  await portal.db.query('DELETE FROM right_request');
  await portal.db.query("DELETE FROM notice WHERE source = 'rights'");
}

export async function notices(portal: TestApp, citizen: string): Promise<string[]> {
  const rows = await portal.db.query<{ text_key: string }>(
    `SELECT text_key FROM notice WHERE citizen_id = $1 AND source = 'rights' ORDER BY created_at, text_key`,
    [citizen],
  );
  return rows.map(({ text_key }) => text_key);
}

export async function actions(portal: TestApp, citizen: string): Promise<string[]> {
  const rows = await portal.db.query<{ action: string; purpose: string }>(
    `SELECT action, purpose FROM audit_entry WHERE subject = $1 AND action LIKE 'rights.%' ORDER BY id`,
    [citizen],
  );
  return rows.map(({ action, purpose }) => `${action} (${purpose})`);
}

export async function pageOf(who: SignedIn, path: string) {
  return load((await who.browser.get(path).expect(200)).text);
}
