import { Injectable } from '@nestjs/common';
import { Database } from '../../common/database.js';

/** An AuthnRequest of ours, as kept until its answer comes. */
export interface KeptRequest {
  readonly id: string;
  readonly profile: string;
  readonly provider: string;
  readonly level: 1 | 2 | 3;
  /** For whom, or how much, was asked (AskedName). */
  readonly asked: string;
  readonly relayState: string;
  readonly returnTo: string;
  /** Public id of the session that the browser had when it asked: it ends when this succeeds. */
  readonly replaces: string | null;
  /** Public id of a session that another tab of the browser opened since. */
  readonly meanwhile: string | null;
  /** The text of the request, for the record of the exchange. */
  readonly message: string;
  readonly issuedAt: Temporal.Instant;
  readonly expiresAt: Temporal.Instant;
}

export interface SeenMessage {
  readonly kind: 'response' | 'assertion' | 'logout';
  readonly issuer: string;
  readonly id: string;
  readonly usableUntil: Temporal.Instant;
}

/** One exchange with a provider; the two messages are sealed, or null when only the outcome is kept. */
export interface Exchange {
  readonly id: string;
  readonly request: KeptRequest;
  readonly outcome: string;
  readonly sealed: Buffer | null;
  readonly receivedAt: Temporal.Instant;
  readonly keepUntil: Temporal.Instant;
}

/** Answers one request may get before it is dead: bounds what a browser can make us verify and keep. */
const ATTEMPTS = 20;

/** Requests, used messages and exchanges: shared by all web processes, so that once means once. */
@Injectable()
export class SamlRepository {
  constructor(private readonly db: Database) {}

  async addRequest(request: Omit<KeptRequest, 'meanwhile'>): Promise<void> {
    await this.db.query(
      `INSERT INTO saml_request (id, profile, provider, level, asked, relay_state, return_to, replaces, message, issued_at, expires_at)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
      [
        request.id,
        request.profile,
        request.provider,
        request.level,
        request.asked,
        request.relayState,
        request.returnTo,
        request.replaces,
        request.message,
        request.issuedAt,
        request.expiresAt,
      ],
    );
  }

  /** The requests of this browser that may still be answered; counts the attempt. */
  attempt(ids: readonly string[], profile: string, now: Temporal.Instant): Promise<KeptRequest[]> {
    return this.db.query<KeptRequest>(
      `UPDATE saml_request SET attempts = attempts + 1
       WHERE id = ANY ($1) AND profile = $2 AND consumed_at IS NULL AND expires_at > $3 AND attempts < ${ATTEMPTS}
       RETURNING id, profile, provider, level, asked, relay_state AS "relayState", return_to AS "returnTo", replaces, meanwhile,
         message, issued_at AS "issuedAt", expires_at AS "expiresAt"`,
      [ids, profile, now],
    );
  }

  /** An answer that we could not judge was no attempt. */
  async giveBackAttempt(ids: readonly string[]): Promise<void> {
    await this.db.query('UPDATE saml_request SET attempts = attempts - 1 WHERE id = ANY ($1)', [ids]);
  }

  /** Uses a request up. @returns false when another answer was faster */
  async consume(id: string, now: Temporal.Instant): Promise<boolean> {
    const rows = await this.db.query(
      'UPDATE saml_request SET consumed_at = $2 WHERE id = $1 AND consumed_at IS NULL RETURNING id',
      [id, now],
    );
    return rows.length === 1;
  }

  /** Remembers that a message was used. @returns false when it had been used before */
  async remember(seen: SeenMessage): Promise<boolean> {
    const rows = await this.db.query(
      `INSERT INTO saml_seen (kind, issuer, message_id, usable_until) VALUES ($1, $2, $3, $4)
       ON CONFLICT DO NOTHING RETURNING message_id`,
      [seen.kind, seen.issuer, seen.id, seen.usableUntil],
    );
    return rows.length === 1;
  }

  /** Each outcome once per request, and of answers that are not kept one alone: strangers can add no more. */
  async addExchange(exchange: Exchange): Promise<void> {
    const { request } = exchange;
    await this.db.query(
      `INSERT INTO saml_exchange (id, profile, provider, request_id, outcome, sealed, received_at, keep_until)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING`,
      [
        exchange.id,
        request.profile,
        request.provider,
        request.id,
        exchange.outcome,
        exchange.sealed,
        exchange.receivedAt,
        exchange.keepUntil,
      ],
    );
  }

  /** Deletes what is over: unanswered requests, used messages that could not be used again, exchanges past 24 months. */
  async sweep(now: Temporal.Instant): Promise<void> {
    await this.db.query('DELETE FROM saml_request WHERE expires_at < $1', [now]);
    await this.db.query('DELETE FROM saml_logout WHERE expires_at < $1', [now]);
    await this.db.query('DELETE FROM saml_seen WHERE usable_until < $1', [now]);
    await this.db.query('DELETE FROM saml_exchange WHERE keep_until < $1', [now]);
  }
}
