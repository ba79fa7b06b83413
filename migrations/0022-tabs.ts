import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Several tabs of one browser at their providers. The answer of a SAML provider comes across sites, without the session's
 * cookie: a request under way keeps which session another tab opened meanwhile, and the sign-in may ask whose it is. A
 * browser of the staff has one secret for all its tabs, so a sign-in under way is named by its state.
 */
export class Tabs1764000022000 implements MigrationInterface {
  name = 'Tabs1764000022000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
ALTER TABLE saml_request ADD COLUMN meanwhile uuid;

ALTER TABLE staff_request DROP CONSTRAINT staff_request_pkey, DROP CONSTRAINT staff_request_state_hash_key,
  ADD PRIMARY KEY (state_hash);

CREATE FUNCTION session_named(which uuid, now_at timestamptz)
RETURNS TABLE (citizen_id uuid, staff_id uuid, level smallint)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  IF app_system() IS DISTINCT FROM 'sign-in' THEN
    RAISE EXCEPTION 'only the sign-in asks whose a session is' USING ERRCODE = '42501';
  END IF;
  RETURN QUERY SELECT s.citizen_id, s.staff_id, s.level FROM session s
    WHERE s.public_id = which AND s.ended_at IS NULL AND s.expires_at > now_at;
END $$;
REVOKE ALL ON FUNCTION session_named FROM PUBLIC;
GRANT EXECUTE ON FUNCTION session_named TO myinps_web;`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      DROP FUNCTION session_named;
      DELETE FROM staff_request;
      ALTER TABLE staff_request DROP CONSTRAINT staff_request_pkey,
        ADD PRIMARY KEY (browser_hash), ADD UNIQUE (state_hash);
      ALTER TABLE saml_request DROP COLUMN meanwhile;`);
  }
}
