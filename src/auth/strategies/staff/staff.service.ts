import { randomUUID } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import type { Request } from 'express';
import { AuditService } from '../../../audit/index.js';
import { system } from '../../../common/actor.js';
import { Clock } from '../../../common/clock.js';
import { Keys, randomToken, sha256 } from '../../../common/crypto.js';
import { Database } from '../../../common/database.js';
import { LOG } from '../../../common/log-token.js';
import type { Log } from '../../../common/log.js';
import { Metrics } from '../../../common/metrics.js';
import { currentSession, openedSince } from '../../session-current.js';
import { deviceOf } from '../../session-device.rules.js';
import { expiryAfter } from '../../session.rules.js';
import { SessionsService } from '../../sessions.service.js';
import { ended, saved } from '../../session.middleware.js';
import { regenerated, type Arrival } from '../../sign-in.service.js';
import { staffActor } from './staff-acting.js';
import { StaffIssuer, type Checks } from './staff-issuer.js';
import { StaffRepository } from './staff.repository.js';
import { staffIdentity, staffReturnPath, type StaffIdentity } from './staff.rules.js';

/** How long the provider may take to bring somebody back. */
export const REQUEST_LIFE = { minutes: 10 } as const;

export type Started = { ok: true; browser: string; url: string } | { ok: false };
export type Finished =
  | { kind: 'signed-in' | 'already-in' | 'somebody-else'; returnTo: string }
  | { kind: 'refused'; reason: string }
  | { kind: 'not-staff'; reason: string }
  | { kind: 'unavailable' };

interface Pending extends Checks {
  returnTo: string;
  /** The session that the browser had then; '' for none. */
  session: string;
}

const PURPOSE = 'staff-request';

/** Sign-in of the institute's staff: a session of its own kind, never a citizen's (docs/decisions/0007). */
@Injectable()
export class StaffService {
  constructor(
    private readonly issuer: StaffIssuer,
    private readonly repository: StaffRepository,
    private readonly db: Database,
    private readonly keys: Keys,
    private readonly clock: Clock,
    private readonly audit: AuditService,
    private readonly metrics: Metrics,
    private readonly sessions: SessionsService,
    @Inject(LOG) private readonly log: Log,
  ) {}

  /** @param before what the browser keeps already, for its other tabs @returns what it must keep, and where it goes */
  async start(req: Request, before: string, wanted: unknown): Promise<Started> {
    const checks: Checks = { state: randomToken(32), nonce: randomToken(32), verifier: randomToken(48) };
    const url = await this.issuer.authorizationUrl(checks);
    if (!url) {
      this.outcome('unreachable');
      return { ok: false };
    }
    const browser = before || randomToken(32);
    const pending: Pending = { ...checks, returnTo: staffReturnPath(wanted), session: currentSession(req).id };
    const now = this.clock.now();
    const request = {
      browserHash: sha256(browser),
      stateHash: sha256(checks.state),
      issuer: this.issuer.issuer,
      sealed: this.keys.seal(PURPOSE, Buffer.from(JSON.stringify(pending)), browser),
      expiresAt: now.add(REQUEST_LIFE),
    };
    await this.db.actingAs(system('sign-in'), () => this.repository.keep(request, now));
    return { ok: true, browser, url };
  }

  /** Judges what the browser came back with. @param browser what its cookie holds */
  async finish(req: Request, browser: string, query: string): Promise<Finished> {
    const pending = await this.pending(browser, new URLSearchParams(query).getAll('state'));
    if (!pending) return this.refused('state');
    const granted = await this.issuer.claims(query, pending);
    if (!granted.ok && granted.unavailable) {
      this.outcome('unreachable');
      return { kind: 'unavailable' };
    }
    if (!granted.ok) return this.refused(granted.reason);
    const reading = staffIdentity(granted.claims);
    if (!reading.ok) {
      this.outcome(reading.reason);
      return { kind: 'not-staff', reason: reading.reason };
    }
    const arrival = await this.arrival(reading.identity, openedSince(req, pending.session));
    const { returnTo } = pending;
    if (arrival !== 'comes-in') {
      this.outcome(arrival);
      return { kind: arrival, returnTo };
    }
    await this.open(req, reading.identity);
    this.outcome('ok');
    return { kind: 'signed-in', returnTo };
  }

  /** As SignInService.arrival, for the staff. */
  private async arrival(identity: StaffIdentity, meanwhile: string | null): Promise<Arrival> {
    const there = meanwhile && (await this.sessions.named(meanwhile));
    if (!there) return 'comes-in';
    const known = await this.db.actingAs(system('sign-in'), () => this.repository.idOf(identity));
    return known !== null && there.staff_id === known ? 'already-in' : 'somebody-else';
  }

  async signOut(req: Request): Promise<void> {
    const { id, office } = req.staff!;
    const { id: object } = currentSession(req);
    if (!(await ended(req))) return;
    await this.db.actingAs(staffActor({ id, office }), () =>
      this.audit.record({ action: 'session.staff-end', subject: null, object, purpose: 'security' }),
    );
  }

  private async pending(browser: string, states: string[]): Promise<Pending | null> {
    const [state, ...more] = states;
    if (!state || more.length > 0 || browser === '') return null;
    const now = this.clock.now();
    const kept = await this.db.actingAs(system('sign-in'), () =>
      this.repository.take(sha256(browser), sha256(state), now),
    );
    // A provider that was exchanged for another meanwhile did not get this request.
    if (!kept || kept.issuer !== this.issuer.issuer) return null;
    const plain = this.keys.open(PURPOSE, kept.sealed, browser);
    return plain ? (JSON.parse(plain.toString()) as Pending) : null;
  }

  private async open(req: Request, identity: StaffIdentity): Promise<void> {
    const now = this.clock.now();
    const publicId = randomUUID();
    const device = deviceOf(req.get('user-agent'));
    const staffId = await this.db.actingAs(system('sign-in'), async () => {
      const id = await this.repository.record(randomUUID(), identity, now);
      const details = { member: id, roles: identity.roles.join(' '), office: identity.office ?? '', device };
      await this.audit.record({
        action: 'session.staff-start',
        subject: null,
        object: publicId,
        purpose: 'security',
        details,
      });
      return id;
    });
    await this.sessions.replace(req);
    await regenerated(req);
    const { name, office, roles } = identity;
    Object.assign(req.session, {
      staffId,
      staff: { name, office, roles },
      csrfKey: randomToken(32),
      method: 'staff',
      level: 2,
      publicId,
      device,
      signedInAt: now.toString(),
      touchedAt: now.toString(),
      endsAt: expiryAfter(now).toString(),
    });
    await saved(req);
    await this.sessions.tellOtherTabs(req, publicId);
  }

  private refused(reason: string): Finished {
    this.outcome(reason);
    return { kind: 'refused', reason };
  }

  private outcome(reason: string): void {
    this.metrics.signIns.inc({ method: 'staff', outcome: reason });
    if (reason !== 'ok') this.log.warn({ reason }, 'staff sign-in refused');
  }
}
