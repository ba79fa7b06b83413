import { Injectable } from '@nestjs/common';
import { Database } from '../../../common/database.js';

/** The way back of somebody whose card was good. */
export interface CnsTicket {
  readonly ticketHash: Buffer;
  /** Of the secret that the portal left in the browser that set out. */
  readonly browserHash: Buffer;
  readonly returnTo: string;
  readonly sealed: Buffer;
  readonly issuedAt: Temporal.Instant;
  readonly expiresAt: Temporal.Instant;
}

@Injectable()
export class CnsRepository {
  constructor(private readonly db: Database) {}

  async add(ticket: CnsTicket): Promise<void> {
    await this.db.execute(
      `INSERT INTO cns_ticket (ticket_hash, browser_hash, return_to, sealed, issued_at, expires_at)
       VALUES ($1, $2, $3, $4, $5, $6)`,
      [ticket.ticketHash, ticket.browserHash, ticket.returnTo, ticket.sealed, ticket.issuedAt, ticket.expiresAt],
    );
  }

  /** Uses a ticket up, whoever shows it: of two who do, one gets it. */
  async redeem(ticketHash: Buffer, now: Temporal.Instant): Promise<CnsTicket | null> {
    const rows = await this.db.query<CnsTicket>(
      `UPDATE cns_ticket SET redeemed_at = $2 WHERE ticket_hash = $1 AND redeemed_at IS NULL
       RETURNING ticket_hash AS "ticketHash", browser_hash AS "browserHash", return_to AS "returnTo", sealed,
         issued_at AS "issuedAt", expires_at AS "expiresAt"`,
      [ticketHash, now],
    );
    return rows[0] ?? null;
  }

  async isKnown(ticketHash: Buffer): Promise<boolean> {
    const rows = await this.db.query('SELECT 1 FROM cns_ticket WHERE ticket_hash = $1', [ticketHash]);
    return rows.length > 0;
  }

  async sweep(until: Temporal.Instant): Promise<void> {
    await this.db.execute('DELETE FROM cns_ticket WHERE expires_at < $1', [until]);
  }
}
