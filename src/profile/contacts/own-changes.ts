import { Injectable } from '@nestjs/common';
import { citizen } from '../../common/actor.js';
import type { Acting } from '../../common/acting.js';
import { Database } from '../../common/database.js';
import { Forbidden } from '../../common/errors.js';
import { ContactChangesRepository } from './contact-changes.repository.js';

/** Changes that a person makes themselves: a delegate may not (design.md, Delegations 6), and PostgreSQL refuses it too. */
@Injectable()
export class OwnChanges {
  constructor(
    private readonly db: Database,
    private readonly changes: ContactChangesRepository,
  ) {}

  /** One unit of work; those of the same person come one after the other, so that what one has read stays true. */
  run<T>({ subject, by }: Acting, work: () => Promise<T>): Promise<T> {
    if (subject !== by) throw new Forbidden('a delegate may not change contacts');
    return this.db.actingAs(citizen(subject, by), async () => {
      await this.changes.takeTurn(subject);
      return work();
    });
  }
}
