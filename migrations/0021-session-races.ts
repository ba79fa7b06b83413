import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Requests of one session at once, each of which saves the session as it knows it. A save that comes late opens nothing
 * again: an answer may take so long that the session ends and its tombstone is swept meanwhile, and then nothing is left
 * that tells its save from a new session's. Messages for the next page are the row's own, added and taken off by name:
 * the last save of several would lose those that the others left. And what happens once is told once: ending a session,
 * and marking it as raised, say whether it was this request that did it.
 */
export class SessionRaces1764000021000 implements MigrationInterface {
  name = 'SessionRaces1764000021000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(WRITE);
    await queryRunner.query(SAY);
    await queryRunner.query(TRIM);
    await queryRunner.query(`DROP FUNCTION session_end; ${END}`);
    await queryRunner.query(RAISE);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(WRITE_BEFORE);
    await queryRunner.query(
      `DROP FUNCTION session_say, parked_forms_trim, session_end, own_session_raise; ${END_BEFORE}`,
    );
  }
}

const HEAD = `CREATE OR REPLACE FUNCTION session_write(hash bytea, citizen uuid, key text, content jsonb, how text, now_at timestamptz, expires timestamptz, absolute timestamptz)
RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp`;
const SAME = `token_hash = hash AND ended_at IS NULL AND expires_at > now_at AND citizen_id IS NOT DISTINCT FROM citizen
    AND staff_id IS NOT DISTINCT FROM (content->>'staffId')::uuid`;
const INSERT = `-- Without a named index every unique one counts: a row that is there, ended or another person's, is left as it is.
  INSERT INTO session (token_hash, citizen_id, csrf_key, data, method, created_at, touched_at, expires_at, absolute_expires_at,
    public_id, device, level, kind, staff_id)
  VALUES (hash, citizen, key, content, how, now_at, now_at, least(expires, absolute), absolute,
    coalesce((content->>'publicId')::uuid, gen_random_uuid()), content->>'device', (content->>'level')::smallint,
    CASE WHEN content->>'staffId' IS NULL THEN 'citizen' ELSE 'staff' END, (content->>'staffId')::uuid)
  ON CONFLICT DO NOTHING;`;

const WAITING = `jsonb_array_elements(coalesce(data->'messages', '[]')) WITH ORDINALITY AS waiting (one, place)`;

/**
 * heard: names of the messages that the page of this request has shown. raised, once written, stays. A sign-in stores its session at once: what was signed in minutes ago and has no row is over and forgotten. Minutes
 * are far less than the half hour that a tombstone stays, so that clocks of two machines may differ.
 */
const WRITE = `${HEAD} AS $$
BEGIN
  UPDATE session SET touched_at = now_at, expires_at = least(expires, absolute_expires_at),
    data = (content - 'heard') || jsonb_build_object('messages', (
      SELECT coalesce(jsonb_agg(one ORDER BY place), '[]') FROM ${WAITING}
      WHERE NOT coalesce(content->'heard', '[]') ? (one->>'id')))
      || CASE WHEN data ? 'raised' THEN '{"raised": true}' ELSE '{}' END::jsonb
  WHERE ${SAME};
  IF FOUND OR (content->>'signedInAt')::timestamptz < now_at - interval '5 minutes' THEN RETURN; END IF;
  ${INSERT}
END $$`;

const WRITE_BEFORE = `${HEAD} AS $$
BEGIN
  UPDATE session SET data = content, touched_at = now_at, expires_at = least(expires, absolute_expires_at) WHERE ${SAME};
  IF FOUND THEN RETURN; END IF;
  ${INSERT}
END $$`;

/** One of each text: who presses a button twice is told once. */
const SAY = `
CREATE FUNCTION session_say(hash bytea, message jsonb, now_at timestamptz)
RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
  UPDATE session SET data = data || jsonb_build_object('messages', (
    SELECT coalesce(jsonb_agg(one ORDER BY place), '[]') FROM ${WAITING} WHERE one->>'key' <> message->>'key') || message)
  WHERE token_hash = hash AND ended_at IS NULL AND expires_at > now_at $$;
REVOKE ALL ON FUNCTION session_say FROM PUBLIC;
GRANT EXECUTE ON FUNCTION session_say TO myinps_web;`;

/**
 * Of one person's forms the newest stay. What another request or the sweep holds is theirs to delete: waiting for it
 * while holding others, each in an order of its own, was a deadlock. Locking rows takes a right that no page needs.
 */
const TRIM = `
CREATE FUNCTION parked_forms_trim(owner uuid, most int)
RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  IF app_system() IS DISTINCT FROM 'sign-in' THEN
    RAISE EXCEPTION 'only the sign-in lets go of kept forms' USING ERRCODE = '42501';
  END IF;
  DELETE FROM parked_form WHERE id = ANY (ARRAY(
    SELECT f.id FROM parked_form f
    WHERE f.id = ANY (ARRAY(
      SELECT o.id FROM parked_form o WHERE o.citizen_id = owner ORDER BY o.parked_at DESC, o.id OFFSET most))
    FOR UPDATE SKIP LOCKED));
END $$;
REVOKE ALL ON FUNCTION parked_forms_trim FROM PUBLIC;
GRANT EXECUTE ON FUNCTION parked_forms_trim TO myinps_web;`;

/** A session that is over by itself is not ended again: the sweep tells that it expired. */
const END = `
CREATE FUNCTION session_end(hash bytea, now_at timestamptz)
RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  UPDATE session SET ended_at = now_at, data = '{}' WHERE token_hash = hash AND ended_at IS NULL AND expires_at > now_at;
  RETURN FOUND;
END $$;
REVOKE ALL ON FUNCTION session_end FROM PUBLIC;
GRANT EXECUTE ON FUNCTION session_end TO myinps_web;`;

const END_BEFORE = `
CREATE FUNCTION session_end(hash bytea, now_at timestamptz)
RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
  UPDATE session SET ended_at = now_at, data = '{}' WHERE token_hash = hash AND ended_at IS NULL $$;
REVOKE ALL ON FUNCTION session_end FROM PUBLIC;
GRANT EXECUTE ON FUNCTION session_end TO myinps_web;`;

/** Of the citizen of the unit, as the other functions of own sessions. */
const RAISE = `
CREATE FUNCTION own_session_raise(which uuid, now_at timestamptz)
RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  UPDATE session s SET data = s.data || '{"raised": true}'
  WHERE s.public_id = which AND s.citizen_id = app_subject() AND app_by() = app_subject() AND s.kind = 'citizen'
    AND s.ended_at IS NULL AND s.expires_at > now_at AND NOT s.data ? 'raised';
  RETURN FOUND;
END $$;
REVOKE ALL ON FUNCTION own_session_raise FROM PUBLIC;
GRANT EXECUTE ON FUNCTION own_session_raise TO myinps_web;`;
