import type { IncomingMessage } from 'node:http';
import { Inject, Injectable } from '@nestjs/common';
import { system } from '../../../common/actor.js';
import { Clock } from '../../../common/clock.js';
import { Keys, randomToken, sameBytes, sha256 } from '../../../common/crypto.js';
import { Database } from '../../../common/database.js';
import { LOG } from '../../../common/log-token.js';
import type { Log } from '../../../common/log.js';
import type { Language } from '../../../common/texts.js';
import type { Identity } from '../../identity.js';
import { returnPath } from '../../session.rules.js';
import { CnsRepository } from './cns.repository.js';
import { CnsStrategy } from './cns.strategy.js';
import { CnsRefusal, must, type CnsReason } from './refusal.js';

/** How long a person may take to find the card, its reader and its PIN. */
export const START_LIFE = { minutes: 10 } as const;
/** From the card's address back to the portal it is one redirect. */
const TICKET_LIFE = { seconds: 60 } as const;

export type Entered = { ok: true; ticket: string } | { ok: false; reason: CnsReason };
export type Redeemed =
  { ok: true; identity: Identity; returnTo: string; session: string } | { ok: false; reason: CnsReason };

interface Start {
  readonly browser: string;
  readonly returnTo: string;
  /** The session that the browser had then; '' for none. */
  readonly session: string;
  readonly at: number;
  /** Chosen on the portal, whose cookies the card's address may be out of reach of. */
  readonly language: Language | null;
}

/**
 * Sign-in with a card, in three steps: the portal starts it in a browser, the address with mutual TLS judges the card
 * and gives a ticket, the portal redeems the ticket in the browser that started. Nobody else's browser can: neither
 * with a ticket that was stolen, nor with one that was planted to sign somebody in as another.
 */
@Injectable()
export class CnsService {
  constructor(
    private readonly clock: Clock,
    private readonly db: Database,
    private readonly keys: Keys,
    private readonly tickets: CnsRepository,
    private readonly strategy: CnsStrategy,
    @Inject(LOG) private readonly log: Log,
  ) {}

  /** What the browser takes along to the card's address: sealed, so that it can be neither made nor changed elsewhere. */
  start(browserSecret: string, from: Pick<Start, 'returnTo' | 'session' | 'language'>): string {
    const browser = sha256(browserSecret).toString('base64');
    const start: Start = { ...from, browser, at: this.clock.now().epochMilliseconds };
    return this.keys.seal('cns-start', Buffer.from(JSON.stringify(start)), 'start').toString('base64url');
  }

  /** At the card's address: judges the card of this connection, and gives a ticket for a good one. */
  async enter(req: IncomingMessage, startToken: unknown): Promise<Entered> {
    return this.logged(async () => {
      const verdict = await this.strategy.outcome(req);
      if (!verdict.ok) throw new CnsRefusal(verdict.reason);
      const start = this.read(startToken);
      return { ok: true, ticket: await this.ticketFor(verdict.identity, start) };
    });
  }

  /** On the portal: who the ticket speaks for, once, to the browser that started. */
  async redeem(ticket: unknown, browserSecret: string): Promise<Redeemed> {
    return this.logged(async () => {
      must(typeof ticket === 'string' && /^[\w-]{43}$/.test(ticket), 'ticket-unknown');
      const now = this.clock.now();
      const hash = sha256(ticket);
      const { kept, known } = await this.db.actingAs(system('sign-in'), async () => {
        const found = await this.tickets.redeem(hash, now);
        return { kept: found, known: found !== null || (await this.tickets.isKnown(hash)) };
      });
      must(kept, known ? 'ticket-used' : 'ticket-unknown');
      must(sameBytes(kept.browserHash, sha256(browserSecret)), 'ticket-other-browser');
      must(Temporal.Instant.compare(now, kept.expiresAt) < 0, 'ticket-expired');
      const plain = this.keys.open('cns-ticket', kept.sealed, ticket);
      must(plain, 'ticket-unknown');
      const { session = '', ...identity } = JSON.parse(plain.toString('utf8')) as Identity & { session?: string };
      return { ok: true, identity, returnTo: returnPath(kept.returnTo), session };
    });
  }

  /** Which language was chosen where this start was made, however long ago. */
  languageOf(startToken: unknown): Language | null {
    return this.opened(startToken)?.language ?? null;
  }

  private async ticketFor(identity: Identity, start: Start): Promise<string> {
    const ticket = randomToken(32);
    const issuedAt = this.clock.now();
    const kept = {
      ticketHash: sha256(ticket),
      browserHash: Buffer.from(start.browser, 'base64'),
      returnTo: start.returnTo,
      // Opened only by who has the ticket itself, of which the table holds a hash.
      sealed: this.keys.seal(
        'cns-ticket',
        Buffer.from(JSON.stringify({ ...identity, session: start.session })),
        ticket,
      ),
      issuedAt,
      expiresAt: issuedAt.add(TICKET_LIFE),
    };
    await this.db.actingAs(system('sign-in'), () => this.tickets.add(kept));
    return ticket;
  }

  private opened(token: unknown): Start | null {
    if (typeof token !== 'string' || token.length > 4000 || !/^[\w-]+$/.test(token)) return null;
    const plain = this.keys.open('cns-start', Buffer.from(token, 'base64url'), 'start');
    return plain && (JSON.parse(plain.toString('utf8')) as Start);
  }

  private read(token: unknown): Start {
    const start = this.opened(token);
    must(start, 'start-missing');
    const until = Temporal.Instant.fromEpochMilliseconds(start.at).add(START_LIFE);
    must(Temporal.Instant.compare(this.clock.now(), until) < 0, 'start-expired');
    return start;
  }

  private async logged<T extends { ok: true }>(work: () => Promise<T>): Promise<T | { ok: false; reason: CnsReason }> {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof CnsRefusal)) throw error;
      this.log.warn({ reason: error.reason }, 'CNS sign-in refused');
      return { ok: false, reason: error.reason };
    }
  }
}
