import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { AuditService, type AuditEntry } from '../../audit/index.js';
import { citizen } from '../../common/actor.js';
import type { Acting } from '../../common/acting.js';
import { Clock, romeDate } from '../../common/clock.js';
import { Keys } from '../../common/crypto.js';
import { Database } from '../../common/database.js';
import { Forbidden, NotFound } from '../../common/errors.js';
import { Protocols, readProtocol } from '../../common/protocol.js';
import { NotificationsService } from '../../notifications/index.js';
import { rightNotice } from './rights-notices.js';
import { RightsRepository, type Marks, type RightEvent, type RightRequest } from './rights.repository.js';
import { dueDay, isOpen, type Concern, type Kind } from './rights.rules.js';

export const SERIES = 'DIR';
/** The keyed pseudonym that leads an erased person who comes back to their requests. */
export const PERSON_KEY = 'rights-person';

const TRIES = 5;

export interface NewAsking {
  submissionId: string;
  kind: Kind;
  concerns: readonly Concern[];
  message: string;
  currentValue: string;
  rightValue: string;
}

export type Asked = { ok: true; protocol: string } | { ok: false; open: RightRequest };

export interface WithSteps {
  request: RightRequest;
  events: RightEvent[];
}

/** What a person asks about their own data (GDPR art. 16-18, 21). No fee, no document: they are signed in (art. 12(5), (6)). */
@Injectable()
export class RightsService {
  constructor(
    private readonly db: Database,
    private readonly rights: RightsRepository,
    private readonly protocols: Protocols,
    private readonly notifications: NotificationsService,
    private readonly audit: AuditService,
    private readonly clock: Clock,
    private readonly keys: Keys,
  ) {}

  overview(acting: Acting): Promise<{ marks: Marks; requests: RightRequest[] }> {
    return this.as(acting, async () => {
      const { identityKey, ...marks } = await this.rights.marks(acting.subject);
      await this.rights.reclaim(this.keys.pseudonyms(PERSON_KEY, identityKey));
      return { marks, requests: await this.rights.ofCitizen(acting.subject) };
    });
  }

  /** The open request of a kind: one at a time is enough, and its thread stays in one place. */
  openOf(acting: Acting, kind: Kind): Promise<RightRequest | null> {
    return this.as(acting, () => this.rights.openOf(acting.subject, kind));
  }

  find(acting: Acting, protocol: string): Promise<WithSteps> {
    return this.as(acting, async () => {
      const request = await this.rights.find(acting.subject, readProtocol(SERIES, protocol) ?? '');
      if (!request) throw new NotFound();
      return { request, events: await this.rights.events(request.id) };
    });
  }

  /** Makes a request with its protocol number; the same form sent twice makes one. */
  async ask(acting: Acting, asking: NewAsking): Promise<Asked> {
    for (let tries = 1; ; tries++) {
      try {
        return await this.as(acting, () => this.asked(acting, asking));
      } catch (error) {
        // Another request of the same moment won, and this one's transaction is gone, its number with it. The next try
        // finds the one that won; when that one was withdrawn meanwhile, it is this one's turn.
        if ((error as { code?: string }).code !== '23505' || tries === TRIES) throw error;
      }
    }
  }

  /** Also when it was withdrawn just now, by the first of two presses. @returns false when it was answered before */
  withdraw(acting: Acting, protocol: string): Promise<boolean> {
    return this.as(acting, async () => {
      const { request } = await this.find(acting, protocol);
      const now = this.clock.now();
      if (!isOpen(request.state)) return request.state === 'withdrawn';
      if (!(await this.rights.withdraw(acting.subject, request.id, now)))
        return (await this.find(acting, protocol)).request.state === 'withdrawn';
      await this.rights.addEvent(request.id, 'withdrawn', now);
      await this.told(acting, { action: 'rights.withdraw' }, { ...request, state: 'withdrawn' });
      return true;
    });
  }

  /** A person takes a restriction or objection back: what rested goes on. @returns false when there was none */
  lift(acting: Acting, which: 'restriction' | 'objection'): Promise<boolean> {
    return this.as(acting, async () => {
      const lifted = await this.rights.lift(which);
      if (lifted)
        await this.audit.record({
          action: 'rights.lift',
          subject: acting.subject,
          purpose: 'rights',
          details: { which },
        });
      return lifted;
    });
  }

  private async asked({ subject, by }: Acting, asking: NewAsking): Promise<Asked> {
    const known = await this.known(subject, asking);
    if (known) return known;
    const now = this.clock.now();
    const protocol = await this.protocols.next(SERIES, now);
    const dueOn = dueDay(romeDate(now));
    const id = randomUUID();
    await this.rights.add({ ...asking, id, protocol, citizenId: subject, receivedAt: now, dueOn });
    await this.rights.addEvent(id, 'received', now);
    await this.told(
      { subject, by },
      { action: 'rights.ask' },
      { id, protocol, kind: asking.kind, state: 'received', dueOn },
    );
    return { ok: true, protocol };
  }

  private async known(subject: string, { submissionId, kind }: NewAsking): Promise<Asked | null> {
    // In this order: the twin of this form may commit between the two looks, and must not be taken for another request.
    const open = await this.rights.openOf(subject, kind);
    const same = await this.rights.submitted(subject, submissionId);
    if (same) return { ok: true, protocol: same.protocol };
    return open ? { ok: false, open } : null;
  }

  private async told(
    { subject }: Acting,
    { action }: Pick<AuditEntry, 'action'>,
    request: Pick<RightRequest, 'id' | 'protocol' | 'kind' | 'state' | 'dueOn'>,
  ): Promise<void> {
    await this.notifications.send(subject, rightNotice(request));
    const details = { kind: request.kind };
    await this.audit.record({ action, subject, object: request.id, purpose: 'rights', details });
  }

  /** Never through a delegate (design.md, Delegations 6); PostgreSQL's policies say the same. */
  private async as<T>({ subject, by }: Acting, work: () => Promise<T>): Promise<T> {
    if (by !== subject) throw new Forbidden('a delegate at the rights of another person');
    return this.db.actingAs(citizen(subject, by), work);
  }
}
