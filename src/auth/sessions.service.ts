import { Injectable } from '@nestjs/common';
import type { Request } from 'express';
import { AuditService } from '../audit/index.js';
import { citizen, system } from '../common/actor.js';
import type { Acting } from '../common/acting.js';
import { Clock } from '../common/clock.js';
import { Database } from '../common/database.js';
import { FEDERATIONS, pendingRequests } from './saml/request-cookie.js';
import type { CurrentSession } from './session-current.js';
import { SessionsRepository, type NamedSession, type OpenSessionRow, type SessionRow } from './sessions.repository.js';

/** How a session came to its end, other than by itself. */
export type EndedHow = 'out' | 'elsewhere' | 'everywhere' | 'replaced';

/** What a person can see of their sessions and do to them (design.md, Sessions). Each end leaves a line in the access record. */
@Injectable()
export class SessionsService {
  constructor(
    private readonly db: Database,
    private readonly sessions: SessionsRepository,
    private readonly audit: AuditService,
    private readonly clock: Clock,
  ) {}

  async open({ subject, by }: Acting): Promise<OpenSessionRow[]> {
    return this.db.actingAs(citizen(subject, by), () => this.sessions.own(this.clock.now()));
  }

  /** Ends one of the person's sessions. @returns false when there is no such one, or it is stronger than this one */
  async end(acting: Acting, id: string, current: CurrentSession): Promise<boolean> {
    return (await this.endOwn(acting, { which: id, spared: null, strongest: current.level }, 'elsewhere')) > 0;
  }

  /** @returns how many were ended */
  async endOthers(acting: Acting, current: CurrentSession): Promise<number> {
    return this.endOwn(acting, { which: null, spared: current.id, strongest: STRONGEST }, 'elsewhere');
  }

  /** "Esci da tutti i dispositivi". */
  async endAll(acting: Acting): Promise<number> {
    return this.endOwn(acting, { which: null, spared: null, strongest: STRONGEST }, 'everywhere');
  }

  /**
   * A session gives way to the one that a sign-in has opened in the same browser, whoever came back (so it is the
   * sign-in that acts). Nothing happens when it has ended already.
   */
  async giveWay(id: string): Promise<void> {
    await this.db.actingAs(system('sign-in'), async () => {
      const ended = await this.sessions.giveWay(id, this.clock.now());
      if (ended?.citizen_id) await this.note(ended.citizen_id, ended, 'replaced');
    });
  }

  /** A new sign-in in this browser takes the place of the session it has, if any. */
  async replace({ session: { publicId } }: Request): Promise<void> {
    if (publicId) await this.giveWay(publicId);
  }

  /** Other tabs of this browser that are at a provider will find that a session was opened meanwhile. */
  async tellOtherTabs(req: Request, opened: string): Promise<void> {
    const underWay = FEDERATIONS.flatMap((federation) => pendingRequests(req, federation));
    if (underWay.length === 0) return;
    await this.db.actingAs(system('sign-in'), () => this.sessions.openedMeanwhile(opened, underWay));
  }

  /** As the sign-in. @returns whose the session of this name is, if it is open */
  async named(id: string): Promise<NamedSession | null> {
    return this.db.actingAs(system('sign-in'), () => this.sessions.named(id, this.clock.now()));
  }

  /** This session came of a step-up: a line in the access record, however often the browser comes back to say so. */
  async noteRaised(
    { subject, by }: Acting,
    { id: object, method, level, device }: CurrentSession,
    from: string,
  ): Promise<void> {
    await this.db.actingAs(citizen(subject, by), async () => {
      if (!(await this.sessions.raise(object, this.clock.now()))) return;
      const details = { method, level, device, from };
      await this.audit.record({ action: 'session.step-up', subject, object, purpose: 'security', details });
    });
  }

  private async endOwn(
    acting: Acting,
    ending: Parameters<SessionsRepository['endOwn']>[0],
    how: EndedHow,
  ): Promise<number> {
    return this.db.actingAs(citizen(acting.subject, acting.by), async () => {
      const ended = await this.sessions.endOwn(ending, this.clock.now());
      for (const one of ended) await this.note(acting.subject, one, how);
      return ended.length;
    });
  }

  private async note(
    subject: string,
    { public_id: object, method, level, device }: SessionRow,
    how: EndedHow,
  ): Promise<void> {
    const details = { how, method: method ?? '', level: level ?? 0, device: device ?? '' };
    await this.audit.record({ action: 'session.end', subject, object, purpose: 'security', details });
  }
}

const STRONGEST = 3;
