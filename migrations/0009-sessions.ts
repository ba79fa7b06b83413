import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Sessions as a person sees them: a name that may be shown (public_id), the device in coarse words, how strongly the
 * person was recognised. The table stays out of reach: the functions show a citizen their own and nobody else's.
 * Staff sessions are of another kind in the same table (docs/decisions/0007): a row is of one kind for ever.
 */
export class Sessions1764000009000 implements MigrationInterface {
  name = 'Sessions1764000009000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(TABLE);
    await queryRunner.query(STORE);
    await queryRunner.query(OWN);
    await queryRunner.query('CREATE INDEX audit_entry_subject_at ON audit_entry (subject, at DESC, id DESC)');
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      DROP INDEX audit_entry_subject_at;
      DROP FUNCTION own_sessions, own_sessions_end;
      ALTER TABLE session DROP COLUMN public_id, DROP COLUMN device, DROP COLUMN level, DROP COLUMN kind, DROP COLUMN staff_id;
      DROP FUNCTION session_read;
      CREATE FUNCTION session_read(hash bytea, tombstones_from timestamptz)
      RETURNS TABLE (citizen_id uuid, csrf_key text, data jsonb, created_at timestamptz, touched_at timestamptz, expires_at timestamptz, absolute_expires_at timestamptz, ended_at timestamptz)
      LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
        SELECT s.citizen_id, s.csrf_key, s.data, s.created_at, s.touched_at, s.expires_at, s.absolute_expires_at, s.ended_at
        FROM session s WHERE s.token_hash = hash AND coalesce(s.ended_at, s.expires_at) > tombstones_from $$;
      CREATE OR REPLACE FUNCTION session_write(hash bytea, citizen uuid, key text, content jsonb, how text, now_at timestamptz, expires timestamptz, absolute timestamptz)
      RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
        INSERT INTO session (token_hash, citizen_id, csrf_key, data, method, created_at, touched_at, expires_at, absolute_expires_at)
        VALUES (hash, citizen, key, content, how, now_at, now_at, least(expires, absolute), absolute)
        ON CONFLICT (token_hash) DO UPDATE SET data = excluded.data, touched_at = excluded.touched_at,
          expires_at = least(excluded.expires_at, session.absolute_expires_at)
        WHERE session.ended_at IS NULL AND session.citizen_id IS NOT DISTINCT FROM excluded.citizen_id $$;
      CREATE OR REPLACE FUNCTION sessions_sweep(tombstones_until timestamptz)
      RETURNS bigint LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
        WITH gone AS (DELETE FROM session WHERE coalesce(ended_at, expires_at) < tombstones_until RETURNING 1) SELECT count(*) FROM gone $$;
      REVOKE ALL ON FUNCTION session_read FROM PUBLIC;
      GRANT EXECUTE ON FUNCTION session_read TO myinps_web;`);
  }
}

const TABLE = `
ALTER TABLE session
  ADD COLUMN public_id uuid NOT NULL DEFAULT gen_random_uuid() UNIQUE,
  ADD COLUMN device text CHECK (length(device) <= 40),
  ADD COLUMN level smallint CHECK (level BETWEEN 1 AND 3),
  ADD COLUMN kind text NOT NULL DEFAULT 'citizen' CHECK (kind IN ('citizen', 'staff')),
  ADD COLUMN staff_id uuid,
  ADD CONSTRAINT session_of_one_kind CHECK ((kind = 'staff') = (staff_id IS NOT NULL) AND NOT (kind = 'staff' AND citizen_id IS NOT NULL));
`;

/**
 * How and how strongly somebody was recognised is written once: what a request saves later can neither raise nor lower
 * it, nor turn a session into another person's or kind's.
 */
const STORE = `
DROP FUNCTION session_read;
CREATE FUNCTION session_read(hash bytea, tombstones_from timestamptz)
RETURNS TABLE (citizen_id uuid, csrf_key text, data jsonb, created_at timestamptz, touched_at timestamptz, expires_at timestamptz, absolute_expires_at timestamptz, ended_at timestamptz,
  public_id uuid, kind text, staff_id uuid, method text, level smallint, device text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
  SELECT s.citizen_id, s.csrf_key, s.data, s.created_at, s.touched_at, s.expires_at, s.absolute_expires_at, s.ended_at,
    s.public_id, s.kind, s.staff_id, s.method, s.level, s.device
  FROM session s WHERE s.token_hash = hash AND coalesce(s.ended_at, s.expires_at) > tombstones_from $$;

CREATE OR REPLACE FUNCTION session_write(hash bytea, citizen uuid, key text, content jsonb, how text, now_at timestamptz, expires timestamptz, absolute timestamptz)
RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
  INSERT INTO session (token_hash, citizen_id, csrf_key, data, method, created_at, touched_at, expires_at, absolute_expires_at,
    public_id, device, level, kind, staff_id)
  VALUES (hash, citizen, key, content, how, now_at, now_at, least(expires, absolute), absolute,
    coalesce((content->>'publicId')::uuid, gen_random_uuid()), content->>'device', (content->>'level')::smallint,
    CASE WHEN content->>'staffId' IS NULL THEN 'citizen' ELSE 'staff' END, (content->>'staffId')::uuid)
  ON CONFLICT (token_hash) DO UPDATE SET data = excluded.data, touched_at = excluded.touched_at,
    expires_at = least(excluded.expires_at, session.absolute_expires_at)
  WHERE session.ended_at IS NULL AND session.expires_at > now_at
    AND session.citizen_id IS NOT DISTINCT FROM excluded.citizen_id
    AND session.staff_id IS NOT DISTINCT FROM excluded.staff_id $$;

-- What ended by itself is noted for the person when its row goes, with the time it ended at.
CREATE OR REPLACE FUNCTION sessions_sweep(tombstones_until timestamptz)
RETURNS bigint LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
  WITH gone AS (
    DELETE FROM session WHERE coalesce(ended_at, expires_at) < tombstones_until
    RETURNING citizen_id, ended_at, expires_at, public_id, method, level, device),
  noted AS (
    INSERT INTO audit_entry (at, action, subject, actor_kind, actor, object_id, purpose, details)
    SELECT expires_at, 'session.expire', citizen_id, 'system', 'sweeper', public_id::text, 'security',
      jsonb_strip_nulls(jsonb_build_object('method', method, 'level', level, 'device', device))
    FROM gone WHERE citizen_id IS NOT NULL AND ended_at IS NULL)
  SELECT count(*) FROM gone $$;

REVOKE ALL ON FUNCTION session_read FROM PUBLIC;
GRANT EXECUTE ON FUNCTION session_read TO myinps_web;
`;

/** Of the citizen of the unit, when they act for themselves: a delegate neither sees nor ends the delegator's sessions. */
const OWN = `
CREATE FUNCTION own_sessions(now_at timestamptz)
RETURNS TABLE (public_id uuid, method text, level smallint, device text, created_at timestamptz, touched_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
  SELECT s.public_id, s.method, s.level, s.device, s.created_at, s.touched_at FROM session s
  WHERE s.citizen_id = app_subject() AND app_by() = app_subject() AND s.kind = 'citizen'
    AND s.ended_at IS NULL AND s.expires_at > now_at
  ORDER BY s.created_at DESC, s.public_id LIMIT 100 $$;

-- which: one session, or all when null; spared: one to leave open; strongest: those that are stronger are left alone.
CREATE FUNCTION own_sessions_end(which uuid, spared uuid, strongest smallint, now_at timestamptz)
RETURNS TABLE (public_id uuid, method text, level smallint, device text)
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
  UPDATE session s SET ended_at = now_at, data = '{}'
  WHERE s.citizen_id = app_subject() AND app_by() = app_subject() AND s.kind = 'citizen'
    AND s.ended_at IS NULL AND s.expires_at > now_at AND coalesce(s.level, 1) <= strongest
    AND (which IS NULL OR s.public_id = which) AND s.public_id IS DISTINCT FROM spared
  RETURNING s.public_id, s.method, s.level, s.device $$;

REVOKE ALL ON FUNCTION own_sessions, own_sessions_end FROM PUBLIC;
GRANT EXECUTE ON FUNCTION own_sessions, own_sessions_end TO myinps_web;
`;
