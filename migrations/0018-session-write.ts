import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Writing a session that is there is an UPDATE, and only one that is new an INSERT. As one upsert it could fail when
 * a browser sends several forms at once: ON CONFLICT covers the index it names, so the session's other unique index
 * (public_id) refused a row that was being rewritten, and the person saw an error page.
 */
export class SessionWrite1764000018000 implements MigrationInterface {
  name = 'SessionWrite1764000018000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`${HEAD} LANGUAGE plpgsql ${MODE} AS $$
BEGIN
  UPDATE session SET data = content, touched_at = now_at, expires_at = least(expires, absolute_expires_at)
  WHERE token_hash = hash AND ${OPEN} AND citizen_id IS NOT DISTINCT FROM citizen
    AND staff_id IS NOT DISTINCT FROM (content->>'staffId')::uuid;
  IF FOUND THEN RETURN; END IF;
  -- Without a named index every unique one counts: a row that is there, ended or another person's, is left as it is.
  INSERT INTO session (${COLUMNS}) VALUES (${VALUES}) ON CONFLICT DO NOTHING;
END $$`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`${HEAD} LANGUAGE sql ${MODE} AS $$
  INSERT INTO session (${COLUMNS}) VALUES (${VALUES})
  ON CONFLICT (token_hash) DO UPDATE SET data = excluded.data, touched_at = excluded.touched_at,
    expires_at = least(excluded.expires_at, session.absolute_expires_at)
  WHERE session.ended_at IS NULL AND session.expires_at > now_at
    AND session.citizen_id IS NOT DISTINCT FROM excluded.citizen_id
    AND session.staff_id IS NOT DISTINCT FROM excluded.staff_id $$`);
  }
}

const HEAD = `CREATE OR REPLACE FUNCTION session_write(hash bytea, citizen uuid, key text, content jsonb, how text, now_at timestamptz, expires timestamptz, absolute timestamptz)
RETURNS void`;
const MODE = 'SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp';
const OPEN = 'ended_at IS NULL AND expires_at > now_at';
const COLUMNS = `token_hash, citizen_id, csrf_key, data, method, created_at, touched_at, expires_at, absolute_expires_at,
    public_id, device, level, kind, staff_id`;
const VALUES = `hash, citizen, key, content, how, now_at, now_at, least(expires, absolute), absolute,
    coalesce((content->>'publicId')::uuid, gen_random_uuid()), content->>'device', (content->>'level')::smallint,
    CASE WHEN content->>'staffId' IS NULL THEN 'citizen' ELSE 'staff' END, (content->>'staffId')::uuid`;
