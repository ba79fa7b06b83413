import { Injectable } from '@nestjs/common';
import { AuditService, type AuditEntry } from '../../audit/index.js';
import { StaffActing, staffActor } from '../../auth/index.js';
import { Clock, romeDate } from '../../common/clock.js';
import { Database } from '../../common/database.js';
import { NotFound } from '../../common/errors.js';
import { earliestDayFirst } from '../../common/page-key.js';
import { readProtocol } from '../../common/protocol.js';
import { NotificationsService } from '../../notifications/index.js';
import { RightsDeskRepository, type Decision, type Listed, type Person } from './rights-desk.repository.js';
import { rightNotice } from './rights-notices.js';
import { RightsRepository, type RightEvent, type RightRequest } from './rights.repository.js';
import { extendedDueDay, extension, isOpen, type Correctable, type State } from './rights.rules.js';
import { SERIES } from './rights.service.js';

export interface DeskPage {
  rows: Listed[];
  /** Key of the next page, null on the last. */
  next: string | null;
  open: number;
  late: number;
  today: Temporal.PlainDate;
}

export interface DeskRequest {
  request: RightRequest;
  events: RightEvent[];
  person: Person | null;
  today: Temporal.PlainDate;
}

/** 'changed': somebody else was quicker, look again. */
export type Handled = { ok: true } | { ok: false; reason: 'changed' | 'not-working' | 'extended-before' | 'too-late' };

export interface Correction {
  field: Correctable;
  value: string;
}

const PAGE = 20;

/** What the access record calls it. */
type Did = Pick<AuditEntry, 'action'>;

/** The office that answers requests about personal data: list, read, take charge, extend, decide. */
@Injectable()
export class RightsDeskService {
  constructor(
    private readonly db: Database,
    private readonly desk: RightsDeskRepository,
    private readonly rights: RightsRepository,
    private readonly notifications: NotificationsService,
    private readonly audit: AuditService,
    private readonly clock: Clock,
  ) {}

  page(acting: StaffActing, states: readonly State[], after: string | null): Promise<DeskPage> {
    return this.as(acting, async () => {
      const today = romeDate(this.clock.now());
      const found = await this.desk.page(states, earliestDayFirst.read(after), PAGE + 1);
      const rows = found.slice(0, PAGE);
      const last = rows.at(-1);
      const next = found.length > PAGE && last ? earliestDayFirst.after({ at: last.dueOn, id: last.id }) : null;
      return { rows, next, today, ...(await this.desk.counts(today)) };
    });
  }

  /** Shows a request with who asks: the person sees in their record that the office looked. */
  read(acting: StaffActing, protocol: string): Promise<DeskRequest> {
    return this.as(acting, async () => {
      const request = await this.found(protocol);
      await this.record(request, { action: 'rights.read' });
      return {
        request,
        events: await this.rights.events(request.id),
        person: await this.desk.person(request.id),
        today: romeDate(this.clock.now()),
      };
    });
  }

  /** Takes charge of a request, or takes it over from a colleague. */
  take(acting: StaffActing, protocol: string, version: number): Promise<Handled> {
    return this.as(acting, async () => {
      const request = await this.found(protocol);
      if (!(await this.desk.take(request.id, version, acting.id))) {
        const { takenBy, state } = await this.found(protocol);
        return takenBy === acting.id && isOpen(state) ? { ok: true } : { ok: false, reason: 'changed' };
      }
      if (request.state === 'received')
        await this.told({ ...request, state: 'working' }, '', { action: 'rights.take' });
      else await this.record(request, { action: 'rights.take' });
      return { ok: true };
    });
  }

  /** Two months more, once, with the reason, while the first term runs (GDPR art. 12(3)). */
  extend(acting: StaffActing, protocol: string, version: number, reason: string): Promise<Handled> {
    return this.as(acting, async () => {
      const request = await this.found(protocol);
      const now = this.clock.now();
      if (await this.wasExtended(acting, request, version, reason)) return { ok: true };
      const allowed = extension(request.state, request.extendedAt !== null, request.firstDueOn, romeDate(now));
      if (!allowed.ok) return allowed;
      const dueOn = extendedDueDay(romeDate(request.receivedAt));
      if (!(await this.desk.extend(request.id, version, dueOn, reason, now))) {
        const same = await this.wasExtended(acting, await this.found(protocol), version, reason);
        return same ? { ok: true } : { ok: false, reason: 'changed' };
      }
      await this.told({ ...request, state: 'extended', dueOn }, reason, { action: 'rights.extend' });
      return { ok: true };
    });
  }

  /** Answers, and does what the answer says; an erasure follows a day later (ErasureJob). */
  decide(
    acting: StaffActing,
    protocol: string,
    version: number,
    decision: Decision,
    correction: Correction | null,
  ): Promise<Handled> {
    return this.as(acting, async () => {
      const request = await this.found(protocol);
      if (request.state === 'received') return { ok: false, reason: 'not-working' };
      const now = this.clock.now();
      if (!(await this.desk.decide(request.id, version, decision, now))) {
        const same = await this.wasDecided(acting, protocol, version, decision, correction);
        return same ? { ok: true } : { ok: false, reason: 'changed' };
      }
      // The answer itself still goes out: what a restriction stops begins with the mark.
      await this.told({ ...request, state: decision.outcome }, decision.reason, { action: 'rights.decide' });
      await this.desk.mark(request.id, now);
      if (correction) await this.desk.rectify(request.id, correction.field, correction.value, now);
      return { ok: true };
    });
  }

  /** Whether this very answer was given just before, by a first press of the same button. */
  private async wasDecided(
    acting: StaffActing,
    protocol: string,
    version: number,
    { outcome, reason, areas }: Decision,
    correction: Correction | null,
  ): Promise<boolean> {
    const request = await this.found(protocol);
    if (request.outcomeReason !== reason || String(request.areas) !== String(areas)) return false;
    if (!(await this.wasStep(acting, request, version, outcome))) return false;
    return !correction || String((await this.desk.person(request.id))?.[correction.field]) === correction.value;
  }

  private async wasExtended(
    acting: StaffActing,
    request: RightRequest,
    version: number,
    reason: string,
  ): Promise<boolean> {
    return request.extensionReason === reason && (await this.wasStep(acting, request, version, 'extended'));
  }

  /** Whether nothing but this step came after the page that was seen, and by the same member of the staff: a second press. */
  private async wasStep(acting: StaffActing, request: RightRequest, version: number, step: State): Promise<boolean> {
    if (request.version !== version + 1 || request.state !== step) return false;
    const last = (await this.rights.events(request.id)).at(-1);
    return last?.what === step && last.actor === acting.id;
  }

  private async found(protocol: string): Promise<RightRequest> {
    const request = await this.desk.find(readProtocol(SERIES, protocol) ?? '');
    if (!request) throw new NotFound();
    return request;
  }

  /** What goes with every step: the event, the notice to the person, the audit entry. */
  private async told(request: RightRequest, note: string, did: Did): Promise<void> {
    await this.rights.addEvent(request.id, request.state, this.clock.now(), note);
    await this.notifications.send(request.citizenId, rightNotice(request));
    await this.record(request, did);
  }

  private record({ id, citizenId, kind, state }: RightRequest, { action }: Did): Promise<void> {
    return this.audit.record({
      action,
      subject: citizenId,
      object: id,
      purpose: 'rights',
      details: { kind, state },
    });
  }

  private as<T>(acting: StaffActing, work: () => Promise<T>): Promise<T> {
    return this.db.actingAs(staffActor(acting), work);
  }
}
