import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The messages that leave the portal by mail and SMS, each attempt to hand one over, and what the other side reports
 * later. Address and text are sealed by the program; the web login writes them and cannot read them back.
 */
export class Transport1764000013000 implements MigrationInterface {
  name = 'Transport1764000013000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(MESSAGES);
    await queryRunner.query(STATES);
    await queryRunner.query(ATTEMPTS);
    await queryRunner.query(RIGHTS);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      DROP TABLE delivery_report, delivery_attempt, outgoing_message;
      DROP FUNCTION outgoing_message_step;`);
  }
}

/**
 * next_attempt_at says everything about who has to do what: NULL means nothing is left to do; while the state is
 * 'in invio' it is the moment from which the worker that took the message counts as dead.
 */
const MESSAGES = `
CREATE TABLE outgoing_message (
  id uuid PRIMARY KEY,
  citizen_id uuid NOT NULL REFERENCES citizen ON DELETE CASCADE,
  channel text NOT NULL CHECK (channel IN ('email', 'sms')),
  kind text NOT NULL CHECK (kind IN ('code', 'security', 'notice')),
  key text NOT NULL CHECK (length(key) BETWEEN 1 AND 200),
  sealed bytea CHECK (length(sealed) BETWEEN 1 AND 65536),
  state text NOT NULL DEFAULT 'creata' CHECK (state IN ('creata', 'in invio', 'inviata', 'consegnata',
    'errore temporaneo', 'errore definitivo', 'incerta', 'scaduta')),
  attempts smallint NOT NULL DEFAULT 0 CHECK (attempts BETWEEN 0 AND 50),
  uncertain smallint NOT NULL DEFAULT 0 CHECK (uncertain BETWEEN 0 AND attempts),
  next_attempt_at timestamptz(3),
  created_at timestamptz(3) NOT NULL,
  ended_at timestamptz(3),
  UNIQUE (citizen_id, channel, key),
  CHECK (sealed IS NOT NULL OR next_attempt_at IS NULL),
  CHECK (sealed IS NULL OR state NOT IN ('consegnata', 'scaduta')),
  CHECK (next_attempt_at IS NOT NULL OR state NOT IN ('creata', 'in invio', 'errore temporaneo')),
  CHECK (next_attempt_at IS NULL OR state NOT IN ('inviata', 'consegnata', 'errore definitivo', 'scaduta')),
  CHECK ((ended_at IS NULL) = (next_attempt_at IS NOT NULL))
);
-- Codes do not wait behind a million notices.
CREATE INDEX outgoing_message_due ON outgoing_message (kind, next_attempt_at) WHERE next_attempt_at IS NOT NULL;
CREATE INDEX outgoing_message_sending ON outgoing_message (next_attempt_at) WHERE state = 'in invio';
CREATE INDEX outgoing_message_kept ON outgoing_message (ended_at) WHERE sealed IS NOT NULL AND next_attempt_at IS NULL;
CREATE INDEX outgoing_message_age ON outgoing_message (created_at);
ALTER TABLE outgoing_message ENABLE ROW LEVEL SECURITY;
`;

/** The steps a message may take; whatever the program believes, PostgreSQL takes no other. */
const STATES = `
CREATE FUNCTION outgoing_message_step() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  IF (OLD.state, NEW.state) IN (
    ('creata', 'in invio'), ('creata', 'scaduta'), ('creata', 'errore definitivo'),
    ('in invio', 'inviata'), ('in invio', 'errore temporaneo'), ('in invio', 'errore definitivo'), ('in invio', 'incerta'),
    ('errore temporaneo', 'in invio'), ('errore temporaneo', 'scaduta'), ('errore temporaneo', 'consegnata'), ('errore temporaneo', 'errore definitivo'),
    ('incerta', 'in invio'), ('incerta', 'scaduta'), ('incerta', 'consegnata'), ('incerta', 'errore definitivo'),
    ('inviata', 'consegnata'), ('inviata', 'errore definitivo')
  ) THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'a message does not go from % to %', OLD.state, NEW.state USING ERRCODE = '23514';
END $$;
CREATE TRIGGER step BEFORE UPDATE OF state ON outgoing_message FOR EACH ROW WHEN (OLD.state <> NEW.state)
  EXECUTE FUNCTION outgoing_message_step();
`;

/** Codes only (550, 5.1.1, ETIMEDOUT): the words of the other side repeat the address. */
const ATTEMPTS = `
CREATE TABLE delivery_attempt (
  message_id uuid NOT NULL REFERENCES outgoing_message ON DELETE CASCADE,
  number smallint NOT NULL,
  started_at timestamptz(3) NOT NULL,
  ended_at timestamptz(3),
  outcome text CHECK (outcome IN ('inviata', 'errore temporaneo', 'errore definitivo', 'incerta')),
  code text CHECK (code ~ '^[A-Za-z0-9.-]{1,40}$'),
  PRIMARY KEY (message_id, number),
  CHECK ((outcome IS NULL) = (ended_at IS NULL))
);
ALTER TABLE delivery_attempt ENABLE ROW LEVEL SECURITY;

-- What the other side says later: 'respinta' means the address itself does not work, 'fallita' this message alone.
-- tried_at: when a worker last failed to act on it; it then waits behind those that have not been tried.
CREATE TABLE delivery_report (
  message_id uuid NOT NULL REFERENCES outgoing_message ON DELETE CASCADE,
  verdict text NOT NULL CHECK (verdict IN ('consegnata', 'fallita', 'respinta')),
  code text NOT NULL CHECK (code ~ '^[A-Za-z0-9.-]{1,40}$'),
  reported_at timestamptz(3) NOT NULL,
  tried_at timestamptz(3),
  handled_at timestamptz(3),
  PRIMARY KEY (message_id, verdict)
);
CREATE INDEX delivery_report_waiting ON delivery_report (coalesce(tried_at, reported_at)) WHERE handled_at IS NULL;
ALTER TABLE delivery_report ENABLE ROW LEVEL SECURITY;
`;

/** A delegate may cause notices to the person they act for, never a code (they may not change contacts). */
const RIGHTS = `
CREATE POLICY own_sends ON outgoing_message FOR INSERT
  WITH CHECK (citizen_id = (SELECT app_subject()) AND (kind <> 'code' OR app_by() = app_subject()));
CREATE POLICY own_reads ON outgoing_message FOR SELECT USING (citizen_id = (SELECT app_subject()));
CREATE POLICY others_send ON outgoing_message FOR INSERT
  WITH CHECK ((SELECT app_system()) IN ('delivery', 'worker', 'sign-in', 'seed', 'export', 'retention', 'erasure') OR (SELECT app_staff()) IS NOT NULL);
CREATE POLICY delivery_reads ON outgoing_message FOR SELECT USING ((SELECT app_system()) = 'delivery');
CREATE POLICY delivery_changes ON outgoing_message FOR UPDATE
  USING ((SELECT app_system()) = 'delivery') WITH CHECK ((SELECT app_system()) = 'delivery');
CREATE POLICY erasure_finds ON outgoing_message FOR SELECT USING ((SELECT app_system()) = 'erasure');
CREATE POLICY erasure ON outgoing_message FOR DELETE USING ((SELECT app_system()) = 'erasure');

CREATE POLICY delivery ON delivery_attempt
  USING ((SELECT app_system()) = 'delivery') WITH CHECK ((SELECT app_system()) = 'delivery');
CREATE POLICY delivery ON delivery_report
  USING ((SELECT app_system()) = 'delivery') WITH CHECK ((SELECT app_system()) = 'delivery');

GRANT INSERT (id, citizen_id, channel, kind, key, sealed, next_attempt_at, created_at) ON outgoing_message TO myinps_web, myinps_worker;
GRANT SELECT (id, citizen_id, channel, kind, state, attempts, created_at, ended_at) ON outgoing_message TO myinps_web;
GRANT SELECT, UPDATE (sealed, state, attempts, uncertain, next_attempt_at, ended_at), DELETE ON outgoing_message TO myinps_worker;
GRANT SELECT, INSERT, UPDATE (ended_at, outcome, code) ON delivery_attempt TO myinps_worker;
GRANT INSERT ON delivery_report TO myinps_web, myinps_worker;
GRANT SELECT, UPDATE (tried_at, handled_at) ON delivery_report TO myinps_worker;
`;
