import { Injectable } from '@nestjs/common';
import { Clock } from '../common/clock.js';
import { AuditRepository } from './audit.repository.js';
import { kindOf, type Kind, type Purpose } from './audit.rules.js';

export interface AuditEntry {
  /** What was done: `appointment.confirm`, `session.start`. */
  action: string;
  /** Whose data it is about (citizen id); null when nobody's. */
  subject: string | null;
  /** Id of the row it was done to. */
  object?: string;
  /** Why the law lets it be done. */
  purpose: Purpose;
  /** What sort of thing it is; told from the action when not said: `….read` and `….download` are reads. */
  kind?: Kind;
  /** Further facts without personal data. */
  details?: Record<string, string | number | boolean>;
}

/** Who did what to whose data and why: appended in the unit of work of the deed, never changed. */
@Injectable()
export class AuditService {
  constructor(
    private readonly entries: AuditRepository,
    private readonly clock: Clock,
  ) {}

  /** Appends an entry in the name of the actor of the unit of work under way (PostgreSQL fills that in itself). */
  async record(entry: AuditEntry): Promise<void> {
    const kind = entry.kind ?? kindOf(entry.action, entry.purpose);
    await this.entries.append({ ...entry, kind }, this.clock.now());
  }
}
