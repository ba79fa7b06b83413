import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Copies of all a person's data (GDPR art. 15 and 20): who asked when, how far it is, and the file itself in encrypted
 * pieces. A person acts here for themselves: a delegate neither asks for a copy nor sees one (design.md 4, Delegations 6).
 */
export class Export1764000016000 implements MigrationInterface {
  name = 'Export1764000016000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(TABLES);
    await queryRunner.query(ACCESS);
    await queryRunner.query(READING);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      DROP FUNCTION own_appointments;
      REVOKE SELECT (tries, expires_at, bounced_at) ON contact_change FROM myinps_worker;
      DROP POLICY own_copy ON pin_credential;
      REVOKE SELECT ON pin_credential FROM myinps_worker;
      REVOKE EXECUTE ON FUNCTION own_sessions, own_delegates FROM myinps_worker;
      DROP TABLE export_chunk, data_export;`);
  }
}

/**
 * due_at: when a worker should take it up: at once when it was asked for, later after a failure; while one is at work,
 * the moment after which it is taken to be dead. attempt tells a worker that was believed dead that it is no longer the one.
 */
const TABLES = `
CREATE TABLE data_export (
  id uuid PRIMARY KEY,
  citizen_id uuid NOT NULL REFERENCES citizen ON DELETE CASCADE,
  language text NOT NULL CHECK (language IN ('it', 'en', 'de')),
  state text NOT NULL CHECK (state IN ('asked', 'making', 'ready', 'failed', 'expired', 'deleted')),
  asked_at timestamptz(3) NOT NULL,
  due_at timestamptz(3) NOT NULL,
  attempt smallint NOT NULL DEFAULT 0 CHECK (attempt BETWEEN 0 AND 100),
  parts_done smallint NOT NULL DEFAULT 0,
  parts_total smallint NOT NULL DEFAULT 0,
  chunks integer NOT NULL DEFAULT 0 CHECK (chunks >= 0),
  bytes bigint NOT NULL DEFAULT 0 CHECK (bytes >= 0),
  ready_at timestamptz(3),
  expires_at timestamptz(3),
  downloaded_at timestamptz(3),
  ended_at timestamptz(3),
  UNIQUE (id, citizen_id),
  CHECK (parts_done BETWEEN 0 AND parts_total),
  CHECK ((ready_at IS NULL) = (expires_at IS NULL)),
  CHECK (expires_at > ready_at AND expires_at <= ready_at + interval '7 days'),
  CHECK ((state IN ('ready', 'expired', 'deleted')) = (ready_at IS NOT NULL)),
  CHECK ((state IN ('failed', 'expired', 'deleted')) = (ended_at IS NOT NULL))
);
CREATE UNIQUE INDEX data_export_one ON data_export (citizen_id) WHERE state IN ('asked', 'making', 'ready');
CREATE INDEX data_export_latest ON data_export (citizen_id, asked_at DESC);
CREATE INDEX data_export_due ON data_export (due_at) WHERE state IN ('asked', 'making');
CREATE INDEX data_export_expiry ON data_export (expires_at) WHERE state = 'ready';

CREATE TABLE export_chunk (
  export_id uuid NOT NULL,
  number integer NOT NULL CHECK (number >= 0),
  citizen_id uuid NOT NULL REFERENCES citizen ON DELETE CASCADE,
  sealed bytea NOT NULL CHECK (length(sealed) BETWEEN 28 AND 70000),
  PRIMARY KEY (export_id, number),
  FOREIGN KEY (export_id, citizen_id) REFERENCES data_export (id, citizen_id) ON DELETE CASCADE
);
-- What is encrypted does not get smaller: PostgreSQL need not try.
ALTER TABLE export_chunk ALTER COLUMN sealed SET STORAGE EXTERNAL;
CREATE INDEX export_chunk_citizen ON export_chunk (citizen_id);
`;

const OWN = 'citizen_id = (SELECT app_subject()) AND (SELECT app_by()) = (SELECT app_subject())';
const MAKER = "(SELECT app_system()) = 'export'";
const ERASER = "(SELECT app_system()) = 'erasure'";

/** The worker that makes a copy writes its pieces and cannot read them back. */
const ACCESS = `
ALTER TABLE data_export ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_reads ON data_export FOR SELECT USING (${OWN});
CREATE POLICY own_asks ON data_export FOR INSERT WITH CHECK (${OWN} AND state = 'asked');
CREATE POLICY own_ends ON data_export FOR UPDATE TO myinps_web USING (${OWN} AND state = 'ready')
  WITH CHECK (${OWN} AND state IN ('ready', 'expired', 'deleted'));
CREATE POLICY maker_reads ON data_export FOR SELECT TO myinps_worker USING (${MAKER});
CREATE POLICY maker_makes ON data_export FOR UPDATE TO myinps_worker USING (${MAKER}) WITH CHECK (${MAKER});
CREATE POLICY eraser_finds ON data_export FOR SELECT USING (${ERASER});
CREATE POLICY eraser_deletes ON data_export FOR DELETE USING (${ERASER});
GRANT SELECT, INSERT (id, citizen_id, language, state, asked_at, due_at), UPDATE (state, downloaded_at, ended_at) ON data_export TO myinps_web;
GRANT SELECT, UPDATE (state, due_at, attempt, parts_done, parts_total, chunks, bytes, ready_at, expires_at, ended_at), DELETE ON data_export TO myinps_worker;

ALTER TABLE export_chunk ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_reads ON export_chunk FOR SELECT TO myinps_web USING (${OWN});
CREATE POLICY own_discards ON export_chunk FOR DELETE TO myinps_web USING (${OWN});
CREATE POLICY maker_finds ON export_chunk FOR SELECT TO myinps_worker USING (${MAKER});
CREATE POLICY maker_writes ON export_chunk FOR INSERT TO myinps_worker WITH CHECK (${MAKER});
CREATE POLICY maker_discards ON export_chunk FOR DELETE TO myinps_worker USING (${MAKER});
GRANT SELECT, DELETE ON export_chunk TO myinps_web;
GRANT SELECT (export_id, number), INSERT, DELETE ON export_chunk TO myinps_worker;
`;

/** What a copy needs to read that the worker did not read yet; always as the person themselves (policies 'own'). */
const READING = `
-- Notes and contacts of appointments stay out of the worker's reach (the reaper's, too): a copy reads a person's own by this.
CREATE FUNCTION own_appointments(before_at timestamptz, before_id uuid, most int) RETURNS SETOF appointment
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
  SELECT a.* FROM appointment a
  WHERE a.citizen_id = app_subject() AND app_by() = app_subject() AND (a.start_at, a.id) < (before_at, before_id)
  ORDER BY a.start_at DESC, a.id DESC LIMIT least(most, 1000) $$;
REVOKE ALL ON FUNCTION own_appointments FROM PUBLIC;
GRANT EXECUTE ON FUNCTION own_appointments TO myinps_worker;
CREATE POLICY own_copy ON pin_credential FOR SELECT TO myinps_worker USING (${OWN});
GRANT SELECT (citizen_id, issued_on, resident_abroad, italian_document, created_at, updated_at) ON pin_credential TO myinps_worker;
GRANT SELECT (tries, expires_at, bounced_at) ON contact_change TO myinps_worker;
GRANT EXECUTE ON FUNCTION own_sessions, own_delegates TO myinps_worker;
`;
