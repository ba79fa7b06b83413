import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { citizen, system } from '../common/actor.js';
import { Clock } from '../common/clock.js';
import { Keys } from '../common/crypto.js';
import { Database } from '../common/database.js';
import { keptUntil, retentionRule } from '../common/retention.js';
import { ParkedFormsRepository } from './parked-forms.repository.js';

export interface ParkedForm {
  path: string;
  fields: Record<string, unknown>;
}

const PURPOSE = 'parked-form';
/** As the table says it. */
const MOST_BYTES = 131_072;
/** More forms than this at once nobody has under way. */
const MOST_FORMS = 5;
/** Where the sign-in leads back to: the form is shown filled in, never executed by itself. */
export const RESUME_PATH = '/ripresa/';

/** Forms sent just after their session ended: kept encrypted for 30 minutes, for the person who was signed in alone. */
@Injectable()
export class ParkedForms {
  constructor(
    private readonly db: Database,
    private readonly forms: ParkedFormsRepository,
    private readonly keys: Keys,
    private readonly clock: Clock,
  ) {}

  /** @returns the path that shows the form again after signing in; just the way in when it is too long to be kept. */
  async park(owner: string, path: string, fields: Record<string, unknown>): Promise<string> {
    const id = randomUUID();
    const sealed = this.keys.seal(PURPOSE, Buffer.from(JSON.stringify({ path, fields })), `${owner}:${id}`);
    if (sealed.length > MOST_BYTES) return '/bacheca';
    const now = this.clock.now();
    await this.db.actingAs(system('sign-in'), async () => {
      await this.forms.keep(id, owner, sealed, now, keptUntil(retentionRule('forms'), now));
      await this.forms.keepNewest(owner, MOST_FORMS);
    });
    return RESUME_PATH + id;
  }

  /** @returns the form when it is this person's; for anybody else it is destroyed, and the answer is null. */
  async take(id: string, subject: string): Promise<ParkedForm | null> {
    const sealed = await this.db.actingAs(citizen(subject), () => this.forms.find(id, this.clock.now()));
    const plain = sealed && this.keys.open(PURPOSE, sealed, `${subject}:${id}`);
    if (plain) return JSON.parse(plain.toString()) as ParkedForm;
    await this.db.actingAs(system('sign-in'), () => this.forms.destroy(id));
    return null;
  }
}
