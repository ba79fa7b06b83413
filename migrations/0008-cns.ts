import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Sign-in by card: the card is proved at an address of its own, and the person comes back to the portal with a ticket
 * that is good once, for a minute, in the browser that set out. Who the person is travels sealed.
 */
export class Cns1764000008000 implements MigrationInterface {
  name = 'Cns1764000008000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
CREATE TABLE cns_ticket (
  ticket_hash bytea PRIMARY KEY CHECK (length(ticket_hash) = 32),
  browser_hash bytea NOT NULL CHECK (length(browser_hash) = 32),
  return_to text NOT NULL CHECK (return_to ~ '^/' AND length(return_to) <= 2000),
  sealed bytea NOT NULL CHECK (length(sealed) <= 8192),
  issued_at timestamptz(3) NOT NULL,
  expires_at timestamptz(3) NOT NULL CHECK (expires_at > issued_at),
  redeemed_at timestamptz(3)
);
CREATE INDEX cns_ticket_expiry ON cns_ticket (expires_at);
ALTER TABLE cns_ticket ENABLE ROW LEVEL SECURITY;
CREATE POLICY sign_in ON cns_ticket USING ((SELECT app_system()) = 'sign-in') WITH CHECK ((SELECT app_system()) = 'sign-in');
CREATE POLICY sweeps ON cns_ticket FOR DELETE USING ((SELECT app_system()) = 'sweeper');
CREATE POLICY sweep_finds ON cns_ticket FOR SELECT USING ((SELECT app_system()) = 'sweeper');
GRANT SELECT, INSERT, UPDATE (redeemed_at) ON cns_ticket TO myinps_web;
GRANT SELECT (expires_at), DELETE ON cns_ticket TO myinps_worker;`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP TABLE cns_ticket');
  }
}
