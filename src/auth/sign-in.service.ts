import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { Request } from 'express';
import { AuditService, type AuditEntry } from '../audit/index.js';
import { system } from '../common/actor.js';
import { Clock } from '../common/clock.js';
import { randomToken } from '../common/crypto.js';
import { Database } from '../common/database.js';
import { Metrics } from '../common/metrics.js';
import { CitizensRepository } from './citizens.repository.js';
import { odditiesOf } from './identity-oddities.js';
import { identityKey, type Domicile, type Identity } from './identity.js';
import { PlacesService } from '../places/index.js';
import { currentSession } from './session-current.js';
import { deviceOf } from './session-device.rules.js';
import { ended, saved } from './session.middleware.js';
import type { SessionData } from 'express-session';
import { expiryAfter } from './session.rules.js';
import { SessionsService, type EndedHow } from './sessions.service.js';

export type Arrival = 'comes-in' | 'already-in' | 'somebody-else';
export type SignInWords = Partial<Pick<SessionData, 'displayName' | 'messages'>>;

/** The one way in: whatever the strategy, it ends here with an Identity. */
@Injectable()
export class SignInService {
  constructor(
    private readonly db: Database,
    private readonly citizens: CitizensRepository,
    private readonly places: PlacesService,
    private readonly audit: AuditService,
    private readonly clock: Clock,
    private readonly metrics: Metrics,
    private readonly sessions: SessionsService,
  ) {}

  /**
   * What a sign-in comes to when another tab of the same browser was faster. Somebody else's session is never exchanged
   * unseen; one's own is exchanged for a stronger one alone.
   * @param meanwhile public id of the session that was opened since this sign-in began
   */
  async arrival(identity: Identity, meanwhile: string | null): Promise<Arrival> {
    const there = meanwhile && (await this.sessions.named(meanwhile));
    if (!there) return 'comes-in';
    const known = await this.db.actingAs(system('sign-in'), () => this.citizens.idOf(identityKey(identity)));
    if (known === null || there.citizen_id !== known) return 'somebody-else';
    return (there.level ?? 1) >= identity.level ? 'already-in' : 'comes-in';
  }

  /**
   * Finds or makes the citizen of this identity and opens a session of theirs under a new token: one that somebody
   * planted in the browser before never becomes a signed-in one (session fixation).
   * @param says what the header and the first page say of this sign-in; stored with the session, before any answer
   */
  async signIn(req: Request, identity: Identity, says: SignInWords = {}): Promise<void> {
    const now = this.clock.now();
    const publicId = randomUUID();
    const device = deviceOf(req.get('user-agent'));
    const oddities = odditiesOf(identity);
    const { id: citizenId, language } = await this.db.actingAs(system('sign-in'), async () => {
      const residence = await this.residenceOf(identity.domicile);
      const citizen = await this.citizens.record({
        newId: randomUUID(),
        key: identityKey(identity),
        identity,
        residence,
        now,
      });
      const details: AuditEntry['details'] = { method: identity.method, level: identity.level, device };
      if (oddities.length > 0) details.oddities = oddities.join(' ');
      await this.audit.record({
        action: 'session.start',
        subject: citizen.id,
        object: publicId,
        purpose: 'security',
        details,
      });
      return citizen;
    });
    await this.sessions.replace(req);
    await regenerated(req);
    Object.assign(req.session, {
      citizenId,
      csrfKey: randomToken(32),
      displayName: `${identity.name} ${identity.familyName}`,
      ...(language ? { language } : {}),
      method: identity.method,
      level: identity.level,
      publicId,
      device,
      signedInAt: now.toString(),
      provider: providerOf(identity),
      touchedAt: now.toString(),
      endsAt: expiryAfter(now).toString(),
      ...says,
    });
    await saved(req);
    await this.sessions.tellOtherTabs(req, publicId);
    this.metrics.signIns.inc({ method: identity.method, outcome: 'ok' });
    for (const oddity of oddities) this.metrics.oddIdentities.inc({ method: identity.method, oddity });
  }

  /**
   * Somebody did not get in with this person's code: a line in the person's access record, if they were ever here.
   * Only for ways in that we judge ourselves (PIN): elsewhere nobody knows whose the failed try was.
   */
  async noteRefused(req: Request, fiscalCode: string, what: 'refused' | 'locked' = 'refused'): Promise<void> {
    const device = deviceOf(req.get('user-agent'));
    await this.db.actingAs(system('sign-in'), async () => {
      const subject = await this.citizens.idOf(`cf:${fiscalCode}`);
      if (!subject) return;
      await this.audit.record({
        action: `session.${what}`,
        subject,
        purpose: 'security',
        details: { method: 'pin', level: 1, device },
      });
    });
  }

  private async residenceOf(domicile: Domicile | null): Promise<string | null> {
    if (!domicile?.municipality) return null;
    const { municipality, province } = domicile;
    const named = province ? await this.places.comuneNamed(`${municipality} (${province})`) : null;
    return (named ?? (await this.places.comuneNamed(municipality)))?.istat ?? null;
  }

  /** Ends this session everywhere: its row is a tombstone from now on. */
  async signOut(req: Request, how: EndedHow = 'out'): Promise<void> {
    const { citizenId } = req.session;
    const { id: object, method, level, device } = currentSession(req);
    if (!(await ended(req)) || !citizenId) return;
    await this.db.actingAs(system('sign-in'), () =>
      this.audit.record({
        action: 'session.end',
        subject: citizenId,
        object,
        purpose: 'security',
        details: { how, method, level, device },
      }),
    );
  }
}

function providerOf({ issuer, nameId, nameQualifier, sessionIndex }: Identity): Record<string, unknown> {
  return { issuer, nameId, nameQualifier, sessionIndex };
}

/** A new token, of a session with nothing in it; the one before, if any, has ended. */
export function regenerated(req: Request): Promise<void> {
  return new Promise((done, fail) => {
    req.session.regenerate((error: unknown) => (error ? fail(error as Error) : done()));
  });
}
