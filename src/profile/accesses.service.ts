import { Injectable } from '@nestjs/common';
import { citizen } from '../common/actor.js';
import type { Acting } from '../common/acting.js';
import { Database } from '../common/database.js';
import { AccessesRepository, keyAfter, type AccessRow } from './accesses.repository.js';

export interface AccessPage {
  rows: AccessRow[];
  /** Key of the next page, null on the last. */
  next: string | null;
}

/** What the record shows: who came in and went out. Reads and changes of data join it as their modules record them. */
const SHOWN = [
  'session.start',
  'session.step-up',
  'session.end',
  'session.expire',
  'session.refused',
  'session.locked',
  'session.unlocked',
] as const;
const PAGE = 20;

/** /dati/accessi: what was done in a person's name, for their eyes. */
@Injectable()
export class AccessesService {
  constructor(
    private readonly db: Database,
    private readonly accesses: AccessesRepository,
  ) {}

  async page({ subject, by }: Acting, before: string | null): Promise<AccessPage> {
    const found = await this.db.actingAs(citizen(subject, by), () => this.accesses.page(subject, SHOWN, before, PAGE));
    const rows = found.slice(0, PAGE);
    const last = rows.at(-1);
    return { rows, next: found.length > PAGE && last ? keyAfter(last) : null };
  }
}
