import { Injectable } from '@nestjs/common';
import { Database } from '../../../common/database.js';
import type { Attempt, AttemptOutcome } from './pin.rules.js';

/** A person with a PIN. */
export interface PinHolder {
  readonly hash: string;
  readonly issuedOn: Temporal.PlainDate;
  readonly residentAbroad: boolean;
  readonly italianDocument: boolean;
  readonly name: string;
  readonly familyName: string;
  readonly bornOn: Temporal.PlainDate | null;
  readonly gender: 'F' | 'M' | null;
  readonly email: string | null;
  readonly mobile: string | null;
}

/**
 * Pseudonyms of the fiscal code that was typed and of the address it came from: the current one first, then those under
 * the other secrets of a rotation, so that a lock neither ends nor is evaded by changing SECRET.
 */
export interface Who {
  readonly person: readonly string[];
  readonly address: readonly string[];
}

const TURN = 'SELECT pg_advisory_xact_lock(hashtextextended($1 || one, 0)) FROM unnest($2::text[]) one';

/** PINs and the tries of them, as system('sign-in'). */
@Injectable()
export class PinRepository {
  constructor(private readonly db: Database) {}

  async holder(fiscalCode: string): Promise<PinHolder | null> {
    const rows = await this.db.query<PinHolder>(
      `SELECT p.hash, p.issued_on AS "issuedOn", p.resident_abroad AS "residentAbroad",
         p.italian_document AS "italianDocument", c.name, c.family_name AS "familyName", c.born_on AS "bornOn", c.gender,
         c.said_email AS email, c.said_mobile AS mobile
       FROM citizen c JOIN pin_credential p ON p.citizen_id = c.id WHERE c.identity_key = $1`,
      [`cf:${fiscalCode}`],
    );
    return rows[0] ?? null;
  }

  /** Until the unit ends, others with the same address or person wait: each sees the tries before its own. Always in this order. */
  async takeTurn({ person, address }: Who): Promise<void> {
    // Sorted: two processes with the secrets the other way round take the same locks in the same order.
    await this.db.query(TURN, ['pin-address:', address.toSorted()]);
    await this.db.query(TURN, ['pin-person:', person.toSorted()]);
  }

  attempts({ person, address }: Who, since: Temporal.Instant): Promise<Attempt[]> {
    return this.db.query<Attempt>(
      `SELECT at, person = ANY ($1) AS "samePerson", address = ANY ($2) AS "sameAddress", outcome
       FROM pin_attempt WHERE (person = ANY ($1) OR address = ANY ($2)) AND at > $3 ORDER BY at DESC LIMIT 3000`,
      [person, address, since],
    );
  }

  /** Whether this person has entered from this address, as far back as tries are kept. */
  async hasEntered({ person, address }: Who): Promise<boolean> {
    const rows = await this.db.query(
      `SELECT 1 FROM pin_attempt WHERE person = ANY ($1) AND address = ANY ($2) AND outcome = 'ok' LIMIT 1`,
      [person, address],
    );
    return rows.length > 0;
  }

  async add(id: string, { person, address }: Who, at: Temporal.Instant): Promise<void> {
    await this.db.execute('INSERT INTO pin_attempt (id, person, address, at) VALUES ($1, $2, $3, $4)', [
      id,
      person[0],
      address[0],
      at,
    ]);
  }

  async conclude(id: string, outcome: NonNullable<AttemptOutcome>): Promise<void> {
    await this.db.execute('UPDATE pin_attempt SET outcome = $2 WHERE id = $1', [id, outcome]);
  }

  /** As system('sweeper'). */
  async sweep(failuresUntil: Temporal.Instant, entriesUntil: Temporal.Instant): Promise<void> {
    await this.db.execute(`DELETE FROM pin_attempt WHERE at < $2 OR (at < $1 AND outcome IS DISTINCT FROM 'ok')`, [
      failuresUntil,
      entriesUntil,
    ]);
  }
}
