import { Injectable } from '@nestjs/common';
import type { Request } from 'express';
import { Clock } from '../common/clock.js';
import { Keys } from '../common/crypto.js';
import { UUID } from '../common/uuid.js';
import { ParkedForms, RESUME_PATH } from './parked-forms.js';
import { returnPath, TOMBSTONE } from './session.rules.js';
import { currentSession } from './session-current.js';
import { SessionsService } from './sessions.service.js';

/** Who asked for a step-up, in which session; travels sealed, since the sign-in opens a session that knows nothing of it. */
interface Asked {
  subject: string;
  session: string;
  method: string;
  level: number;
  at: string;
}

const PURPOSE = 'step-up';
const ARRIVAL = '/rafforzata';

/** Leads a session to a stronger one of the same person, and back to what it was doing. */
@Injectable()
export class StepUpService {
  constructor(
    private readonly keys: Keys,
    private readonly clock: Clock,
    private readonly sessions: SessionsService,
    private readonly parked: ParkedForms,
  ) {}

  /** The path that a way in leads back to. @param back where the person was */
  arrival(req: Request, back: string): string {
    const { id: session, method, level } = currentSession(req);
    const asked: Asked = { subject: req.acting!.subject, session, method, level, at: this.clock.now().toString() };
    const sealed = this.keys.seal(PURPOSE, Buffer.from(JSON.stringify(asked)), PURPOSE);
    const path = (to: string) => `${ARRIVAL}?${new URLSearchParams({ da: sealed.toString('base64url'), ritorno: to })}`;
    const whole = path(back);
    return whole === returnPath(whole) ? whole : path(back.replace(/\?.*$/, ''));
  }

  /**
   * Somebody has signed in after a step-up was asked for. The session that asked ends (rotation). The same person goes
   * back to what they were doing; anybody else has a session of their own and nothing of it: what was kept is destroyed.
   */
  async arrived(req: Request, sealed: unknown, wanted: unknown): Promise<string> {
    const back = returnPath(wanted);
    const asked = this.read(sealed);
    const { subject } = req.acting!;
    if (!asked || asked.session === currentSession(req).id) return asked?.subject === subject ? back : '/bacheca';
    await this.sessions.giveWay(asked.session);
    if (asked.subject !== subject) {
      await this.destroy(back, subject);
      return '/bacheca';
    }
    if (!req.session.raised) await this.note(req, asked);
    return back;
  }

  private read(sealed: unknown): Asked | null {
    if (typeof sealed !== 'string' || sealed.length > 800) return null;
    const plain = this.keys.open(PURPOSE, Buffer.from(sealed, 'base64url'), PURPOSE);
    if (!plain) return null;
    const asked = JSON.parse(plain.toString()) as Asked;
    const until = Temporal.Instant.from(asked.at).add(TOMBSTONE);
    return Temporal.Instant.compare(this.clock.now(), until) < 0 ? asked : null;
  }

  /** Taking a kept form as somebody else destroys it. */
  private async destroy(back: string, subject: string): Promise<void> {
    const id = back.startsWith(RESUME_PATH) ? back.slice(RESUME_PATH.length) : '';
    if (UUID.test(id)) await this.parked.take(id, subject);
  }

  private async note(req: Request, asked: Asked): Promise<void> {
    const session = currentSession(req);
    if (session.level <= asked.level && session.method === asked.method) return;
    await this.sessions.noteRaised(req.acting!, session, asked.method);
  }
}
