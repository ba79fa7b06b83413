import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Sign-in by SAML: what we asked, what was already used, and the exchange kept for 24 months (AgID log.rst).
 * Pages may ask and use; only the sweeper deletes; nobody but the owner reads the exchange back.
 */
export class Identity1764000003000 implements MigrationInterface {
  name = 'Identity1764000003000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
CREATE TABLE saml_request (
  id text PRIMARY KEY CHECK (id ~ '^_[0-9a-f-]{36}$'),
  profile text NOT NULL CHECK (profile IN ('spid', 'cie', 'eidas')),
  provider text NOT NULL CHECK (length(provider) <= 500),
  level smallint NOT NULL CHECK (level BETWEEN 1 AND 3),
  relay_state text NOT NULL CHECK (length(relay_state) BETWEEN 16 AND 80),
  return_to text NOT NULL CHECK (return_to ~ '^/' AND length(return_to) <= 2000),
  message text NOT NULL CHECK (length(message) <= 16384),
  attempts smallint NOT NULL DEFAULT 0,
  issued_at timestamptz(3) NOT NULL,
  expires_at timestamptz(3) NOT NULL,
  consumed_at timestamptz(3)
);
CREATE INDEX saml_request_expiry ON saml_request (expires_at);
ALTER TABLE saml_request ENABLE ROW LEVEL SECURITY;
CREATE POLICY sign_in ON saml_request USING ((SELECT app_system()) = 'sign-in') WITH CHECK ((SELECT app_system()) = 'sign-in');
CREATE POLICY sweeps ON saml_request FOR DELETE USING ((SELECT app_system()) = 'sweeper');
CREATE POLICY sweep_finds ON saml_request FOR SELECT USING ((SELECT app_system()) = 'sweeper');
GRANT SELECT, INSERT, UPDATE ON saml_request TO myinps_web;
GRANT SELECT, DELETE ON saml_request TO myinps_worker;

CREATE TABLE saml_seen (
  kind text NOT NULL CHECK (kind IN ('response', 'assertion', 'logout')),
  issuer text NOT NULL CHECK (length(issuer) <= 500),
  message_id text NOT NULL CHECK (length(message_id) <= 256),
  usable_until timestamptz(3) NOT NULL,
  PRIMARY KEY (issuer, kind, message_id)
);
CREATE INDEX saml_seen_expiry ON saml_seen (usable_until);
ALTER TABLE saml_seen ENABLE ROW LEVEL SECURITY;
CREATE POLICY sign_in ON saml_seen USING ((SELECT app_system()) = 'sign-in') WITH CHECK ((SELECT app_system()) = 'sign-in');
CREATE POLICY sweeps ON saml_seen FOR DELETE USING ((SELECT app_system()) = 'sweeper');
CREATE POLICY sweep_finds ON saml_seen FOR SELECT USING ((SELECT app_system()) = 'sweeper');
GRANT SELECT, INSERT ON saml_seen TO myinps_web;
GRANT SELECT, DELETE ON saml_seen TO myinps_worker;

CREATE TABLE saml_exchange (
  id uuid PRIMARY KEY,
  profile text NOT NULL,
  provider text NOT NULL,
  request_id text NOT NULL,
  outcome text NOT NULL CHECK (length(outcome) <= 60),
  sealed bytea CHECK (length(sealed) <= 131072),
  received_at timestamptz(3) NOT NULL,
  keep_until timestamptz(3) NOT NULL
);
-- Strangers can post answers: each outcome of a request once, and only one whose message is not kept.
CREATE UNIQUE INDEX saml_exchange_outcome ON saml_exchange (request_id, outcome);
CREATE UNIQUE INDEX saml_exchange_without_message ON saml_exchange (request_id) WHERE sealed IS NULL;
CREATE INDEX saml_exchange_keep ON saml_exchange (keep_until);
ALTER TABLE saml_exchange ENABLE ROW LEVEL SECURITY;
CREATE POLICY sign_in ON saml_exchange FOR INSERT WITH CHECK ((SELECT app_system()) = 'sign-in');
CREATE POLICY sweeps ON saml_exchange FOR DELETE USING ((SELECT app_system()) = 'sweeper');
CREATE POLICY sweep_finds ON saml_exchange FOR SELECT USING ((SELECT app_system()) = 'sweeper');
GRANT INSERT ON saml_exchange TO myinps_web;
GRANT SELECT (keep_until), DELETE ON saml_exchange TO myinps_worker;`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP TABLE saml_exchange, saml_seen, saml_request');
  }
}
