import { Inject, Injectable } from '@nestjs/common';
import { AuditService } from '../../audit/index.js';
import { system } from '../../common/actor.js';
import { Clock } from '../../common/clock.js';
import { Keys } from '../../common/crypto.js';
import { Database } from '../../common/database.js';
import { ErasedParts } from '../../common/erased.js';
import { LOG } from '../../common/log-token.js';
import type { Log } from '../../common/log.js';
import { ErasureRepository } from './erasure.repository.js';
import { RightsRepository, type ErasedPart } from './rights.repository.js';
import { ERASED_AFTER } from './rights.rules.js';
import { PERSON_KEY } from './rights.service.js';

/** The person did something while they were erased (erase_citizen): looked at again with the next run. */
const MEANWHILE = '40001';

/**
 * Carries out granted erasures (GDPR art. 17), on the worker's login: every module deletes what is its own, all in one
 * transaction, and says what it kept. PostgreSQL lets nobody be erased whose request was not granted.
 */
@Injectable()
export class ErasureService {
  constructor(
    private readonly db: Database,
    private readonly erasures: ErasureRepository,
    private readonly rights: RightsRepository,
    private readonly parts: ErasedParts,
    private readonly audit: AuditService,
    private readonly keys: Keys,
    private readonly clock: Clock,
    @Inject(LOG) private readonly log: Log,
  ) {}

  /** @returns how many were carried out */
  async carryOutDue(): Promise<number> {
    const grantedBefore = this.clock.now().subtract(ERASED_AFTER);
    const due = await this.db.actingAs(system('erasure'), () => this.erasures.due(grantedBefore));
    let done = 0;
    const failed: string[] = [];
    for (const id of due) {
      const outcome = await this.carriedOut(id);
      if (outcome === 'done') done += 1;
      if (outcome === 'failed') failed.push(id);
    }
    // The job counts as failed, so that operators hear of it (metrics); the lines before name the requests.
    if (failed.length > 0) throw new Error('not every erasure was carried out');
    return done;
  }

  /** One that fails is as if it had not begun, is tried again, and is not in the way of the others. */
  private async carriedOut(id: string): Promise<'done' | 'none' | 'failed'> {
    try {
      return (await this.db.actingAs(system('erasure'), () => this.carryOut(id))) ? 'done' : 'none';
    } catch (error) {
      if ((error as { code?: string }).code === MEANWHILE) return 'none';
      this.log.error({ err: error, request: id }, 'an erasure was not carried out');
      return 'failed';
    }
  }

  private async carryOut(id: string): Promise<boolean> {
    const request = await this.erasures.lock(id);
    if (!request) return false;
    const now = this.clock.now();
    const { citizenId: subject, areas } = request;
    const identity = await this.erasures.identityKey(subject);
    const report: ErasedPart[] = [];
    for (const part of this.parts.all.filter((one) => areas === null || areas.includes(one.id))) {
      const { deleted, kept } = await part.erase(subject, now);
      report.push({ titleKey: part.titleKey, deleted, kept, keptKey: part.keptKey ?? '' });
    }
    await this.rights.addEvent(id, 'executed', now, '', { parts: report });
    await this.audit.record({ action: 'rights.erase', subject, object: id, purpose: 'rights' });
    // Asked before the end is written down: after it PostgreSQL shows nobody here any more, and all would look gone.
    const gone = identity !== null && (await this.erasures.identityKey(subject)) === null;
    await this.erasures.done(id, now);
    if (gone) await this.erasures.forget(subject, this.keys.pseudonym(PERSON_KEY, identity));
    return true;
  }
}
