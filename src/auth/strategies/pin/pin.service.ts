import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { Config } from '../../../config.js';
import { system } from '../../../common/actor.js';
import { Clock } from '../../../common/clock.js';
import { Keys } from '../../../common/crypto.js';
import { Database } from '../../../common/database.js';
import type { Identity } from '../../identity.js';
import { Turns } from '../../../common/turns.js';
import { PinHasher } from './pin-hasher.js';
import { PinRepository, type PinHolder, type Who } from './pin.repository.js';
import {
  addressKey,
  holdBack,
  isEligible,
  limitReached,
  REMEMBERED,
  type AttemptOutcome,
  type Limit,
} from './pin.rules.js';

export interface PinTry {
  readonly fiscalCode: string;
  readonly pin: string;
  readonly ip: string;
}

export type PinRefusal = Exclude<AttemptOutcome, 'ok' | 'busy' | null>;
export type PinOutcome =
  | { kind: 'identified'; identity: Identity }
  /** The reason is for the log: whoever tries must not be able to tell one from another. */
  | { kind: 'refused'; reason: PinRefusal; fiscalCode: string }
  | { kind: 'limited'; limit: Limit; now: Temporal.Instant };

interface Admitted {
  readonly attempt: string;
  readonly holder: PinHolder | null;
  readonly holdBackMs: number;
}

/** Sign-in with an old PIN (identity.md, "Legacy PIN"; docs/decisions/0006-pin-lock.md). */
@Injectable()
export class PinService {
  /** Tries wait for one another in PostgreSQL: few at once, or they would hold every connection of the pool. */
  private readonly admissions = new Turns(2, 40);

  constructor(
    private readonly config: Config,
    private readonly clock: Clock,
    private readonly db: Database,
    private readonly keys: Keys,
    private readonly hasher: PinHasher,
    private readonly repository: PinRepository,
  ) {}

  /** Judges one try. Whoever the code names, somebody or nobody, the same work is done in the same order. */
  async judge({ fiscalCode, pin, ip }: PinTry): Promise<PinOutcome> {
    const now = this.clock.now();
    const who = this.pseudonyms(fiscalCode, ip);
    const admission = await this.admissions.run(() => this.admit(who, fiscalCode, now));
    if ('limit' in admission) return { kind: 'limited', limit: admission.limit, now };
    const { attempt, holder, holdBackMs } = admission;
    const matches = await this.matches(pin, holder, attempt);
    const outcome = verdict(holder, matches);
    await this.conclude(attempt, outcome);
    if (outcome === 'ok') return { kind: 'identified', identity: this.identity(fiscalCode, holder!) };
    await sleep(holdBackMs);
    return { kind: 'refused', reason: outcome, fiscalCode };
  }

  /** Counts the try, in sight of all others, before anything is judged: of many at once only the first few get further. */
  private admit(who: Who, fiscalCode: string, now: Temporal.Instant): Promise<Admitted | { limit: Limit }> {
    return this.db.actingAs(system('sign-in'), async () => {
      await this.repository.takeTurn(who);
      const past = await this.repository.attempts(who, now.subtract(REMEMBERED));
      const limit = limitReached(past, now, await this.repository.hasEntered(who));
      if (limit) return { limit };
      const attempt = randomUUID();
      await this.repository.add(attempt, who, now);
      return { attempt, holder: await this.repository.holder(fiscalCode), holdBackMs: holdBack(past) };
    });
  }

  private async matches(pin: string, holder: PinHolder | null, attempt: string): Promise<boolean> {
    try {
      return await this.hasher.matches(pin, holder?.hash ?? this.hasher.nobody);
    } catch (error) {
      await this.conclude(attempt, 'busy');
      throw error;
    }
  }

  private async conclude(attempt: string, outcome: NonNullable<AttemptOutcome>): Promise<void> {
    await this.db.actingAs(system('sign-in'), () => this.repository.conclude(attempt, outcome));
  }

  private pseudonyms(fiscalCode: string, ip: string): Who {
    return { person: pinPersons(this.keys, fiscalCode), address: this.keys.pseudonyms('pin-address', addressKey(ip)) };
  }

  /** A PIN says nothing new about its holder: what is known stays. */
  private identity(fiscalCode: string, holder: PinHolder): Identity {
    return {
      method: 'pin',
      level: 1,
      issuer: this.config.baseUrl.origin,
      fiscalCode,
      spidCode: null,
      name: holder.name,
      familyName: holder.familyName,
      dateOfBirth: holder.bornOn?.toString() ?? null,
      gender: holder.gender,
      placeOfBirth: null,
      email: holder.email,
      mobile: holder.mobile,
      domicile: null,
      nameId: null,
      nameQualifier: null,
      sessionIndex: null,
      purpose: 'private',
    };
  }
}

/** The pseudonyms under which the tries of a fiscal code are counted: the one that new tries get comes first. */
export function pinPersons(keys: Keys, fiscalCode: string): string[] {
  return keys.pseudonyms('pin-person', fiscalCode);
}

function verdict(holder: PinHolder | null, matches: boolean): PinRefusal | 'ok' {
  if (!holder) return 'unknown';
  if (!matches) return 'wrong-pin';
  return isEligible(holder) ? 'ok' : 'not-eligible';
}
