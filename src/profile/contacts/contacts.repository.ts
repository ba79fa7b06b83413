import { Injectable } from '@nestjs/common';
import { Database } from '../../common/database.js';
import { NotFound } from '../../common/errors.js';
import type { CodeKind, ContactKind } from './contacts.rules.js';

/** A contact that is live. */
export interface Contact {
  kind: ContactKind;
  value: string;
  /** Another one after each change: what a form was filled in against. */
  version: string;
  verifiedAt: Temporal.Instant | null;
  bouncedAt: Temporal.Instant | null;
  createdAt: Temporal.Instant;
  updatedAt: Temporal.Instant;
}

/** What the identity provider said, which is no contact until the person takes it as one; and where the person lives. */
export interface Person {
  saidEmail: string | null;
  saidMobile: string | null;
  saidAddress: string | null;
  saidAt: Temporal.Instant | null;
  residenceIstat: string | null;
  residenceCountry: string | null;
  residenceLocality: string | null;
}

const COLUMNS = `kind, value, version, verified_at AS "verifiedAt", bounced_at AS "bouncedAt", created_at AS "createdAt", updated_at AS "updatedAt"`;

/** Contacts that are live. */
@Injectable()
export class ContactsRepository {
  constructor(private readonly db: Database) {}

  all(subject: string): Promise<Contact[]> {
    return this.db.query<Contact>(`SELECT ${COLUMNS} FROM contact WHERE citizen_id = $1 ORDER BY kind LIMIT 4`, [
      subject,
    ]);
  }

  async find(subject: string, kind: ContactKind): Promise<Contact | null> {
    const rows = await this.db.query<Contact>(`SELECT ${COLUMNS} FROM contact WHERE citizen_id = $1 AND kind = $2`, [
      subject,
      kind,
    ]);
    return rows[0] ?? null;
  }

  async person(subject: string): Promise<Person> {
    const rows = await this.db.query<Person>(
      `SELECT said_email AS "saidEmail", said_mobile AS "saidMobile", said_address AS "saidAddress", said_at AS "saidAt",
         residence_istat AS "residenceIstat", residence_country AS "residenceCountry", residence_locality AS "residenceLocality"
       FROM citizen WHERE id = $1`,
      [subject],
    );
    if (!rows[0]) throw new NotFound();
    return rows[0];
  }

  /** The first one of its kind. @returns false when there is one already */
  async add(
    subject: string,
    kind: ContactKind,
    { value, version, verifiedAt }: NewContact,
    now: Temporal.Instant,
  ): Promise<boolean> {
    const added = await this.db.execute(
      `INSERT INTO contact (citizen_id, kind, value, version, verified_at, created_at, updated_at)
       VALUES ($1, $2, $3, $4, $5, $6, $6) ON CONFLICT (citizen_id, kind) DO NOTHING`,
      [subject, kind, value, version, verifiedAt, now],
    );
    return added === 1;
  }

  /** In the place of the version that was seen. @returns false when it is no longer that one */
  async replace(
    subject: string,
    kind: ContactKind,
    seen: string,
    { value, version, verifiedAt }: NewContact,
    now: Temporal.Instant,
  ): Promise<boolean> {
    const changed = await this.db.execute(
      `UPDATE contact SET value = $4, version = $5, verified_at = $6, bounced_at = NULL, updated_at = $7
       WHERE citizen_id = $1 AND kind = $2 AND version = $3`,
      [subject, kind, seen, value, version, verifiedAt, now],
    );
    return changed === 1;
  }

  /** @returns false when it is no longer the version that was seen */
  async remove(subject: string, kind: ContactKind, seen: string): Promise<boolean> {
    const removed = await this.db.execute('DELETE FROM contact WHERE citizen_id = $1 AND kind = $2 AND version = $3', [
      subject,
      kind,
      seen,
    ]);
    return removed === 1;
  }

  /** As system('erasure'). @returns how many */
  async erase(subject: string): Promise<number> {
    return this.db.execute('DELETE FROM contact WHERE citizen_id = $1', [subject]);
  }

  /** As system('delivery'), marks what was sent to in vain. @returns whether the address is still in use */
  async markBounced(subject: string, kind: CodeKind, value: string, at: Temporal.Instant): Promise<boolean> {
    const marked = await this.db.execute(
      `UPDATE contact SET bounced_at = $4
       WHERE citizen_id = $1 AND kind = $2 AND value = $3 AND bounced_at IS NULL AND verified_at <= $4`,
      [subject, kind, value, at],
    );
    return marked === 1;
  }
}

export interface NewContact {
  value: string;
  version: string;
  verifiedAt: Temporal.Instant | null;
}
