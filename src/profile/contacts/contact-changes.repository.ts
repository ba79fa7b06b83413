import { Injectable } from '@nestjs/common';
import { Database } from '../../common/database.js';
import { CODE_TRIES, CODES_A_DAY, type CodeKind } from './contacts.rules.js';

/** A change that waits for its code. */
export interface ContactChange {
  id: string;
  kind: CodeKind;
  value: string;
  /** Version of the contact it takes the place of; null when there was none. */
  replaces: string | null;
  tries: number;
  askedAt: Temporal.Instant;
  expiresAt: Temporal.Instant;
  bouncedAt: Temporal.Instant | null;
}

/** A change with what became of it. */
export type KeptChange = Pick<ContactChange, 'id' | 'kind' | 'value' | 'tries' | 'askedAt' | 'expiresAt'> & {
  confirmedAt: Temporal.Instant | null;
  endedAt: Temporal.Instant | null;
};

export interface NewChange {
  id: string;
  kind: CodeKind;
  value: string;
  /** Keyed pseudonyms of the address, by which codes to it are counted: under the current key, then former ones. */
  addresses: string[];
  replaces: string | null;
  codeHash: string;
}

/** Too many codes: of the person, or to the address whoever asked; and from when on there may be another. */
export interface CodeLimit {
  reached: 'person' | 'address';
  until: Temporal.Instant;
}

const COLUMNS = `id, kind, value, replaces, tries, asked_at AS "askedAt", expires_at AS "expiresAt", bounced_at AS "bouncedAt"`;
const KEPT_COLUMNS = `id, kind, value, tries, asked_at AS "askedAt", expires_at AS "expiresAt", confirmed_at AS "confirmedAt", ended_at AS "endedAt"`;
const OPEN = 'confirmed_at IS NULL AND ended_at IS NULL';

/** Changes of contacts and the tries of their codes: rows decide, in sight of every process. */
@Injectable()
export class ContactChangesRepository {
  constructor(private readonly db: Database) {}

  /** Until the unit ends, other changes of the same person wait: two presses of one button are one after the other. */
  async takeTurn(subject: string): Promise<void> {
    await this.db.query(`SELECT pg_advisory_xact_lock(hashtextextended('contact-person:' || $1, 0))`, [subject]);
  }

  open(subject: string): Promise<ContactChange[]> {
    return this.db.query<ContactChange>(
      `SELECT ${COLUMNS} FROM contact_change WHERE citizen_id = $1 AND ${OPEN} ORDER BY kind LIMIT 2`,
      [subject],
    );
  }

  async find(subject: string, kind: CodeKind): Promise<ContactChange | null> {
    const rows = await this.db.query<ContactChange>(
      `SELECT ${COLUMNS} FROM contact_change WHERE citizen_id = $1 AND kind = $2 AND ${OPEN}`,
      [subject, kind],
    );
    return rows[0] ?? null;
  }

  /** The change that a form was of, whatever became of it. @param id as the form says it */
  async ofForm(subject: string, kind: CodeKind, id: string): Promise<KeptChange | null> {
    const rows = await this.db.query<KeptChange>(
      `SELECT ${KEPT_COLUMNS} FROM contact_change WHERE citizen_id = $1 AND kind = $2 AND id::text = $3`,
      [subject, kind, id],
    );
    return rows[0] ?? null;
  }

  /** When the person asked for codes lately, newest first. */
  async asked(subject: string, since: Temporal.Instant): Promise<Temporal.Instant[]> {
    const rows = await this.db.query<{ at: Temporal.Instant }>(
      'SELECT asked_at AS at FROM contact_change WHERE citizen_id = $1 AND asked_at > $2 ORDER BY asked_at DESC LIMIT $3',
      [subject, since, CODES_A_DAY],
    );
    return rows.map(({ at }) => at);
  }

  /** Writes a change in the place of the one under way. @returns the limit that is reached, null when it is written */
  async ask(change: NewChange, now: Temporal.Instant): Promise<CodeLimit | null> {
    const { id, kind, value, addresses, replaces, codeHash } = change;
    const rows = await this.db.query<CodeLimit>(
      'SELECT reached, until FROM contact_change_ask($1, $2, $3, $4, $5, $6, $7)',
      [id, kind, value, addresses, replaces, codeHash, now],
    );
    return rows[0] ?? null;
  }

  /** Counts a try before it is judged: of many at once only five get the hash to compare with. @returns null for the others */
  async countTry(subject: string, id: string, now: Temporal.Instant): Promise<string | null> {
    const rows = await this.db.query<{ codeHash: string }>(
      `UPDATE contact_change SET tries = tries + 1
       WHERE citizen_id = $1 AND id = $2 AND ${OPEN} AND tries < $3 AND expires_at > $4 RETURNING code_hash AS "codeHash"`,
      [subject, id, CODE_TRIES, now],
    );
    return rows[0]?.codeHash ?? null;
  }

  async confirm(subject: string, id: string, now: Temporal.Instant): Promise<void> {
    await this.db.execute(`UPDATE contact_change SET confirmed_at = $3 WHERE citizen_id = $1 AND id = $2 AND ${OPEN}`, [
      subject,
      id,
      now,
    ]);
  }

  /** Gives up the change under way. @returns whether there was one */
  async end(subject: string, kind: CodeKind, now: Temporal.Instant): Promise<boolean> {
    const ended = await this.db.execute(
      `UPDATE contact_change SET ended_at = $3 WHERE citizen_id = $1 AND kind = $2 AND ${OPEN}`,
      [subject, kind, now],
    );
    return ended === 1;
  }

  /** Every one that is kept, for the person's own copy: without the hash of the code and the pseudonym of the address. */
  kept(subject: string): Promise<KeptChange[]> {
    return this.db.query<KeptChange>(
      `SELECT ${KEPT_COLUMNS} FROM contact_change WHERE citizen_id = $1 ORDER BY asked_at LIMIT 100`,
      [subject],
    );
  }

  /** As system('erasure'). @returns how many */
  async erase(subject: string): Promise<number> {
    return this.db.execute('DELETE FROM contact_change WHERE citizen_id = $1', [subject]);
  }

  /** As system('delivery'): the code itself was sent in vain. */
  async markBounced(subject: string, kind: CodeKind, value: string, at: Temporal.Instant): Promise<void> {
    await this.db.execute(
      `UPDATE contact_change SET bounced_at = $4 WHERE citizen_id = $1 AND kind = $2 AND value = $3 AND ${OPEN} AND asked_at <= $4`,
      [subject, kind, value, at],
    );
  }
}
