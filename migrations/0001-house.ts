import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The ground of everything: who acts (read by every row-level policy), citizens, sessions, the forms kept for a
 * session that ended, the audit record. The roles myinps_web and myinps_worker exist already (src/database/roles).
 */
export class House1764000001000 implements MigrationInterface {
  name = 'House1764000001000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(ACTORS);
    await queryRunner.query(CITIZENS);
    await queryRunner.query(SESSIONS);
    await queryRunner.query(AUDIT);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      DROP TABLE audit_entry, parked_form, session, citizen;
      DROP FUNCTION app_kind, app_subject, app_by, app_staff, app_office, app_system,
        session_read, session_write, session_touch, session_end, sessions_sweep CASCADE;`);
  }
}

/** An unset setting reads as NULL before, and as '' after, the first transaction of a connection: both mean nobody. */
const ACTORS = `
CREATE FUNCTION app_kind() RETURNS text LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
DECLARE kind text := coalesce(current_setting('app.kind', true), '');
BEGIN
  IF kind = '' THEN
    RAISE EXCEPTION 'nobody was said on whose behalf this query runs' USING ERRCODE = '42501';
  END IF;
  RETURN kind;
END $$;

CREATE FUNCTION app_subject() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE AS
  $$ SELECT CASE app_kind() WHEN 'citizen' THEN current_setting('app.subject')::uuid END $$;
CREATE FUNCTION app_by() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE AS
  $$ SELECT CASE app_kind() WHEN 'citizen' THEN current_setting('app.by')::uuid END $$;
CREATE FUNCTION app_staff() RETURNS text LANGUAGE sql STABLE PARALLEL SAFE AS
  $$ SELECT CASE app_kind() WHEN 'staff' THEN current_setting('app.subject') END $$;
CREATE FUNCTION app_office() RETURNS text LANGUAGE sql STABLE PARALLEL SAFE AS
  $$ SELECT CASE app_kind() WHEN 'staff' THEN current_setting('app.office') END $$;
CREATE FUNCTION app_system() RETURNS text LANGUAGE sql STABLE PARALLEL SAFE AS
  $$ SELECT CASE app_kind() WHEN 'system' THEN current_setting('app.subject') END $$;

GRANT USAGE ON SCHEMA public TO myinps_web, myinps_worker;
`;

/**
 * identity_key: 'cf:' + fiscal code, or for eIDAS without one 'eidas:' + issuer + spidCode.
 * The domicile the person chose (residence_istat) is apart from what the identity provider said (said_*).
 */
const CITIZENS = `
CREATE TABLE citizen (
  id uuid PRIMARY KEY,
  identity_key text NOT NULL UNIQUE CHECK (length(identity_key) BETWEEN 4 AND 400),
  fiscal_code text CHECK (fiscal_code ~ '^[A-Z]{6}[0-9LMNPQRSTUV]{2}[A-Z][0-9LMNPQRSTUV]{2}[A-Z][0-9LMNPQRSTUV]{3}[A-Z]$'),
  name text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
  family_name text NOT NULL CHECK (length(family_name) BETWEEN 1 AND 200),
  born_on date,
  gender text CHECK (gender IN ('F', 'M')),
  language text CHECK (language IN ('it', 'en', 'de')),
  said_email text CHECK (length(said_email) <= 254),
  said_mobile text CHECK (length(said_mobile) <= 30),
  said_address text CHECK (length(said_address) <= 400),
  said_municipality text CHECK (length(said_municipality) <= 200),
  said_at timestamptz(3),
  residence_istat text CHECK (residence_istat ~ '^[0-9]{6}$'),
  created_at timestamptz(3) NOT NULL,
  updated_at timestamptz(3) NOT NULL
);
ALTER TABLE citizen ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON citizen USING (id = (SELECT app_subject())) WITH CHECK (id = (SELECT app_subject()));
CREATE POLICY sign_in ON citizen USING ((SELECT app_system()) IN ('sign-in', 'seed')) WITH CHECK ((SELECT app_system()) IN ('sign-in', 'seed'));
GRANT SELECT, INSERT, UPDATE (name, family_name, born_on, gender, language, said_email, said_mobile, said_address, said_municipality, said_at,
  residence_istat, updated_at) ON citizen TO myinps_web;
GRANT SELECT ON citizen TO myinps_worker;
`;

/**
 * Sessions are read before anybody is known, so no policy could tell whose they are: the program reaches them only
 * through these functions, by the hash of a token it was shown. The web login has no right on the table itself.
 * An ended session stays as a tombstone (ended_at) for 30 minutes: see parked_form.
 */
const SESSIONS = `
CREATE TABLE session (
  token_hash bytea PRIMARY KEY CHECK (length(token_hash) = 32),
  citizen_id uuid REFERENCES citizen ON DELETE CASCADE,
  csrf_key text NOT NULL,
  data jsonb NOT NULL,
  method text,
  created_at timestamptz(3) NOT NULL,
  touched_at timestamptz(3) NOT NULL,
  expires_at timestamptz(3) NOT NULL,
  absolute_expires_at timestamptz(3) NOT NULL,
  ended_at timestamptz(3),
  CHECK (expires_at <= absolute_expires_at)
);
CREATE INDEX session_citizen ON session (citizen_id) WHERE ended_at IS NULL;
CREATE INDEX session_expiry ON session (expires_at);
ALTER TABLE session ENABLE ROW LEVEL SECURITY;

CREATE FUNCTION session_read(hash bytea, tombstones_from timestamptz)
RETURNS TABLE (citizen_id uuid, csrf_key text, data jsonb, created_at timestamptz, touched_at timestamptz, expires_at timestamptz, absolute_expires_at timestamptz, ended_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
  SELECT s.citizen_id, s.csrf_key, s.data, s.created_at, s.touched_at, s.expires_at, s.absolute_expires_at, s.ended_at
  FROM session s WHERE s.token_hash = hash AND coalesce(s.ended_at, s.expires_at) > tombstones_from $$;

CREATE FUNCTION session_write(hash bytea, citizen uuid, key text, content jsonb, how text, now_at timestamptz, expires timestamptz, absolute timestamptz)
RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
  INSERT INTO session (token_hash, citizen_id, csrf_key, data, method, created_at, touched_at, expires_at, absolute_expires_at)
  VALUES (hash, citizen, key, content, how, now_at, now_at, least(expires, absolute), absolute)
  ON CONFLICT (token_hash) DO UPDATE SET data = excluded.data, touched_at = excluded.touched_at,
    expires_at = least(excluded.expires_at, session.absolute_expires_at)
  WHERE session.ended_at IS NULL AND session.citizen_id IS NOT DISTINCT FROM excluded.citizen_id $$;

CREATE FUNCTION session_touch(hash bytea, now_at timestamptz, expires timestamptz)
RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
  UPDATE session SET touched_at = now_at, expires_at = least(expires, absolute_expires_at)
  WHERE token_hash = hash AND ended_at IS NULL AND expires_at > now_at $$;

CREATE FUNCTION session_end(hash bytea, now_at timestamptz)
RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
  UPDATE session SET ended_at = now_at, data = '{}' WHERE token_hash = hash AND ended_at IS NULL $$;

CREATE FUNCTION sessions_sweep(tombstones_until timestamptz)
RETURNS bigint LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
  WITH gone AS (DELETE FROM session WHERE coalesce(ended_at, expires_at) < tombstones_until RETURNING 1) SELECT count(*) FROM gone $$;

REVOKE ALL ON FUNCTION session_read, session_write, session_touch, session_end, sessions_sweep FROM PUBLIC;
GRANT EXECUTE ON FUNCTION session_read, session_write, session_touch, session_end TO myinps_web;
GRANT EXECUTE ON FUNCTION sessions_sweep TO myinps_worker;

CREATE TABLE parked_form (
  id uuid PRIMARY KEY,
  citizen_id uuid NOT NULL REFERENCES citizen ON DELETE CASCADE,
  sealed bytea NOT NULL CHECK (length(sealed) <= 131072),
  parked_at timestamptz(3) NOT NULL,
  expires_at timestamptz(3) NOT NULL
);
CREATE INDEX parked_form_expiry ON parked_form (expires_at);
CREATE INDEX parked_form_citizen ON parked_form (citizen_id);
ALTER TABLE parked_form ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON parked_form USING (citizen_id = (SELECT app_subject())) WITH CHECK (citizen_id = (SELECT app_subject()));
CREATE POLICY sign_in ON parked_form FOR INSERT WITH CHECK ((SELECT app_system()) = 'sign-in');
CREATE POLICY sign_in_clears ON parked_form FOR DELETE USING ((SELECT app_system()) IN ('sign-in', 'sweeper'));
CREATE POLICY sign_in_finds ON parked_form FOR SELECT USING ((SELECT app_system()) IN ('sign-in', 'sweeper'));
GRANT SELECT, INSERT, DELETE ON parked_form TO myinps_web;
GRANT SELECT, DELETE ON parked_form TO myinps_worker;
`;

/** Append-only: nobody but the owner may update or delete (retention drops it when its time is over). */
const AUDIT = `
CREATE TABLE audit_entry (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  at timestamptz(3) NOT NULL,
  action text NOT NULL CHECK (action ~ '^[a-z][a-z0-9-]*(\\.[a-z0-9-]+)+$'),
  subject uuid,
  actor_kind text NOT NULL CHECK (actor_kind IN ('citizen', 'staff', 'system')),
  actor text NOT NULL,
  object_id text,
  purpose text NOT NULL,
  details jsonb NOT NULL DEFAULT '{}'
);
CREATE INDEX audit_entry_subject ON audit_entry (subject, id DESC);
ALTER TABLE audit_entry ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_reads ON audit_entry FOR SELECT USING (subject = (SELECT app_subject()));
CREATE POLICY appends ON audit_entry FOR INSERT WITH CHECK (
  actor_kind = app_kind() AND actor = coalesce(app_by()::text, app_staff(), app_system())
  AND (app_kind() <> 'citizen' OR subject = app_subject()));
GRANT SELECT, INSERT ON audit_entry TO myinps_web, myinps_worker;
`;
