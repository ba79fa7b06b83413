import { Injectable } from '@nestjs/common';
import { Database } from '../common/database.js';
import type { Language } from '../common/texts.js';
import type { Domicile, Identity } from './identity.js';

export interface NewCitizen {
  /** Taken only if the person is new here. */
  newId: string;
  key: string;
  identity: Identity;
  /** ISTAT code of the comune the provider names, when it is one of ours. */
  residence: string | null;
  now: Temporal.Instant;
}

@Injectable()
export class CitizensRepository {
  constructor(private readonly db: Database) {}

  /**
   * Makes or refreshes the citizen of an identity, as system('sign-in'). What the provider says is kept apart from what
   * the person chooses; the comune it names is taken as residence only until the person says one. Some ways in (CIE, CNS, PIN) say little:
   * what an earlier one said stays.
   * @returns the citizen, the same however they enter, with the language they chose (null: none yet)
   */
  async record({
    newId,
    key,
    identity,
    residence,
    now,
  }: NewCitizen): Promise<{ id: string; language: Language | null }> {
    const rows = await this.db.query<{ id: string; language: Language | null }>(
      `INSERT INTO citizen (id, identity_key, fiscal_code, name, family_name, born_on, gender,
         said_email, said_mobile, said_address, said_municipality, said_at, residence_istat, created_at, updated_at)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12,
         $13, $12, $12)
       ON CONFLICT (identity_key) DO UPDATE SET name = excluded.name, family_name = excluded.family_name,
         born_on = coalesce(excluded.born_on, citizen.born_on), gender = coalesce(excluded.gender, citizen.gender),
         said_email = coalesce(excluded.said_email, citizen.said_email), said_mobile = coalesce(excluded.said_mobile, citizen.said_mobile),
         said_address = coalesce(excluded.said_address, citizen.said_address),
         said_municipality = coalesce(excluded.said_municipality, citizen.said_municipality), said_at = excluded.said_at,
         residence_istat = CASE WHEN citizen.residence_country IS NULL
           THEN coalesce(citizen.residence_istat, excluded.residence_istat) END, updated_at = excluded.updated_at
       RETURNING id, language`,
      [
        newId,
        key,
        identity.fiscalCode,
        identity.name,
        identity.familyName,
        identity.dateOfBirth,
        identity.gender,
        identity.email,
        identity.mobile,
        addressOf(identity.domicile),
        identity.domicile?.municipality ?? null,
        now,
        residence,
      ],
    );
    return rows[0]!;
  }

  /** @returns false when it was theirs already */
  async setLanguage(subject: string, language: Language, now: Temporal.Instant): Promise<boolean> {
    const changed = await this.db.execute(
      'UPDATE citizen SET language = $2, updated_at = $3 WHERE id = $1 AND language IS DISTINCT FROM $2',
      [subject, language, now],
    );
    return changed > 0;
  }

  /**
   * The person, their sessions, kept forms and PIN, as system('erasure'); PostgreSQL refuses whom nobody granted it.
   * @returns how many rows went
   */
  async erase(subject: string): Promise<number> {
    const rows = await this.db.query<{ gone: number }>('SELECT erase_citizen($1) AS gone', [subject]);
    return rows[0]!.gone;
  }

  /** As system('sign-in'). @returns the citizen of this key, or null */
  async idOf(key: string): Promise<string | null> {
    const rows = await this.db.query<{ id: string }>('SELECT id FROM citizen WHERE identity_key = $1', [key]);
    return rows[0]?.id ?? null;
  }
}

/** 'Via Roma 1, 00100 Roma (RM)', of the parts that were said. */
function addressOf(domicile: Domicile | null): string | null {
  if (!domicile?.street) return null;
  const place = [domicile.postalCode, domicile.municipality, domicile.province && `(${domicile.province})`];
  return `${domicile.street}, ${place.filter(Boolean).join(' ')}`.slice(0, 400);
}
