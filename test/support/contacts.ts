import { Keys } from '#src/common/crypto.js';
import { SealedContents } from '#src/transport/contents.js';
import type { TestApp } from './app.ts';
import type { TestDatabase } from './database.ts';
import type { SignedIn } from './sign-in.ts';
import { visit, type Answer } from './visit.ts';

/** What a person does on the pages of contacts, with what their pages hold. */
export class ContactPages {
  private readonly portal: TestApp;
  readonly who: SignedIn;

  constructor(portal: TestApp, who: SignedIn) {
    this.portal = portal;
    this.who = who;
  }

  get subject(): string {
    return this.who.citizen.id;
  }

  show(path = ''): Promise<Answer> {
    return visit(this.portal.url, `/dati/contatti${path}`, { cookie: this.who.cookie });
  }

  /** Sends a form as it is, with a fresh token. */
  send(path: string, fields: Record<string, string> = {}): Promise<Answer> {
    const form = { _csrf: this.who.csrf(), ...fields };
    return visit(this.portal.url, `/dati/contatti${path}`, { cookie: this.who.cookie, form });
  }

  /** Opens the form, as a person does, and sends it with what it holds besides. */
  async write(path: string, fields: Record<string, string>): Promise<Answer> {
    return this.send(path, { ...hidden(await this.show(path)), ...fields });
  }

  /** Asks for a change and confirms it with the code that was sent. */
  async confirmed(channel: 'email' | 'cellulare', value: string): Promise<void> {
    const asked = await this.write(`/${channel}`, { valore: value });
    if (asked.status !== 303) throw new Error(`asking for ${channel} answered ${asked.status}`);
    const done = await this.write(`/${channel}/codice`, { codice: await this.lastCode() });
    if (leadsTo(done) !== '/dati/contatti#esito') throw new Error('not confirmed');
  }

  /** Presses "Manda un altro codice" on the page of the code. */
  async another(channel: 'email' | 'cellulare'): Promise<Answer> {
    const { cambio = '' } = hidden(await this.show(`/${channel}/codice`));
    return this.send(`/${channel}/codice/invio`, { cambio });
  }

  /** The code that was sent last, out of the sealed message. */
  async lastCode(): Promise<string> {
    const code = /\b\d{6}\b/.exec((await this.sent('code')).at(-1)?.text ?? '')?.[0];
    if (!code) throw new Error('no code was sent');
    return code;
  }

  /** What was written for this person to be sent, oldest first, opened as the worker would. */
  async sent(kind: 'code' | 'security'): Promise<{ channel: string; to: string; title: string; text: string }[]> {
    const contents = new SealedContents(new Keys(this.portal.config.secret));
    const rows = await this.portal.db.query<{ id: string; channel: string; sealed: Buffer }>(
      'SELECT id, channel, sealed FROM outgoing_message WHERE citizen_id = $1 AND kind = $2 ORDER BY created_at, ctid',
      [this.subject, kind],
    );
    return rows.map(({ id, channel, sealed }) => {
      const { to, title = '', text = '' } = contents.open(id, sealed)!;
      return { channel, to, title, text };
    });
  }

  live(): Promise<{ kind: string; value: string }[]> {
    return this.portal.db.query('SELECT kind, value FROM contact WHERE citizen_id = $1 ORDER BY kind', [this.subject]);
  }

  /** The words of the audit record about this person's contacts. */
  async recorded(): Promise<string[]> {
    const rows = await this.portal.db.query<{ action: string }>(
      `SELECT action FROM audit_entry WHERE subject = $1 AND action LIKE 'contacts.%' AND action <> 'contacts.read' ORDER BY id`,
      [this.subject],
    );
    return rows.map(({ action }) => action);
  }
}

/** Where an answer leads, without our own origin; '' for a page. */
export function leadsTo({ headers }: Answer): string {
  return (headers.location ?? '').replace('http://localhost:3000', '');
}

/** The hidden fields of the form of a page that a person fills in, without its token. */
export function hidden({ $ }: Answer): Record<string, string> {
  const form = $('main form').filter((_, one) => $(one).find('input:not([type=hidden]), select').length > 0);
  const fields = form.first().find('input[type=hidden]').toArray();
  return Object.fromEntries(
    fields.map(({ attribs }) => [attribs.name!, attribs.value ?? ''] as const).filter(([name]) => name !== '_csrf'),
  );
}

/** A contact that is live, as the journey would have left it. */
export async function addContact(
  db: TestDatabase,
  citizenId: string,
  {
    kind,
    value,
    at,
    bouncedAt = null,
  }: { kind: string; value: string; at: Temporal.Instant; bouncedAt?: Temporal.Instant | null },
): Promise<void> {
  const code = kind === 'email' || kind === 'mobile';
  if (code)
    await db.query(
      `INSERT INTO contact_change (id, citizen_id, kind, value, address, code_hash, tries, asked_at, expires_at, confirmed_at)
       VALUES (gen_random_uuid(), $1, $2, $3, repeat('x', 43), repeat('x', 43), 1, $4::timestamptz, $4::timestamptz + interval '30 minutes', $4)`,
      [citizenId, kind, value, at],
    );
  await db.query(
    `INSERT INTO contact (citizen_id, kind, value, version, verified_at, bounced_at, created_at, updated_at)
     VALUES ($1, $2, $3, gen_random_uuid(), $4, $5, $6, $6)`,
    [citizenId, kind, value, code ? at : null, bouncedAt, at],
  );
}

/** An address in Rome, written by the person. */
export async function addPostalAddress(db: TestDatabase, citizenId: string, at: Temporal.Instant): Promise<void> {
  await db.query(
    `INSERT INTO postal_address (citizen_id, country, street, number, extra, postal_code, comune_istat, locality, region, version, created_at, updated_at)
     VALUES ($1, 'IT', 'Via Esempio', '1', 'scala B, interno 12', '00185', '058091', '', '', gen_random_uuid(), $2, $2)`,
    [citizenId, at],
  );
}
