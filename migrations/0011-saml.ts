import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Sign-in by SAML, completed: for whom an identity was asked (SPID Purpose, eIDAS set), our logout requests under way,
 * and the end of a session that its identity provider asks for.
 */
export class Saml1764000011000 implements MigrationInterface {
  name = 'Saml1764000011000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
ALTER TABLE saml_request ADD COLUMN asked text NOT NULL DEFAULT 'private'
  CHECK (asked IN ('private', 'professional', 'company', 'minimum', 'full'));

-- The session that the browser had when it asked: the answer comes across sites, without the session's cookie.
ALTER TABLE saml_request ADD COLUMN replaces uuid;

CREATE TABLE saml_logout (
  id text PRIMARY KEY CHECK (id ~ '^_[0-9a-f-]{36}$'),
  provider text NOT NULL CHECK (length(provider) <= 500),
  issued_at timestamptz(3) NOT NULL,
  expires_at timestamptz(3) NOT NULL,
  answered_at timestamptz(3)
);
CREATE INDEX saml_logout_expiry ON saml_logout (expires_at);
ALTER TABLE saml_logout ENABLE ROW LEVEL SECURITY;
CREATE POLICY sign_in ON saml_logout USING ((SELECT app_system()) = 'sign-in') WITH CHECK ((SELECT app_system()) = 'sign-in');
CREATE POLICY sweeps ON saml_logout FOR DELETE USING ((SELECT app_system()) = 'sweeper');
CREATE POLICY sweep_finds ON saml_logout FOR SELECT USING ((SELECT app_system()) = 'sweeper');
GRANT SELECT, INSERT, UPDATE ON saml_logout TO myinps_web;
GRANT SELECT, DELETE ON saml_logout TO myinps_worker;

CREATE INDEX session_provider_name ON session ((data -> 'provider' ->> 'nameId')) WHERE ended_at IS NULL;

-- Only the sign-in may end a session by its name at the provider, and only when the provider's signature was verified.
-- No index given means every session of that name (SAML core 3.7.1).
CREATE FUNCTION session_end_by_provider(issuer_id text, name text, qualifier text, indexes text[], now_at timestamptz)
RETURNS TABLE (citizen_id uuid) LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  IF app_system() IS DISTINCT FROM 'sign-in' THEN
    RAISE EXCEPTION 'only the sign-in ends sessions by provider' USING ERRCODE = '42501';
  END IF;
  RETURN QUERY UPDATE session s SET ended_at = now_at, data = '{}'
    WHERE s.ended_at IS NULL AND s.data -> 'provider' ->> 'nameId' = name
      AND s.data -> 'provider' ->> 'issuer' = issuer_id
      AND s.data -> 'provider' ->> 'nameQualifier' = qualifier
      AND (cardinality(indexes) = 0 OR s.data -> 'provider' ->> 'sessionIndex' IS NULL
        OR s.data -> 'provider' ->> 'sessionIndex' = ANY (indexes))
    RETURNING s.citizen_id;
END $$;

-- A session gives way to the one that a sign-in of the same browser has opened, whoever's and of whichever kind it is.
CREATE FUNCTION session_give_way(which uuid, now_at timestamptz)
RETURNS TABLE (citizen_id uuid, public_id uuid, method text, level smallint, device text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  IF app_system() IS DISTINCT FROM 'sign-in' THEN
    RAISE EXCEPTION 'only the sign-in replaces sessions' USING ERRCODE = '42501';
  END IF;
  RETURN QUERY UPDATE session s SET ended_at = now_at, data = '{}'
    WHERE s.public_id = which AND s.ended_at IS NULL AND s.expires_at > now_at
    RETURNING s.citizen_id, s.public_id, s.method, s.level, s.device;
END $$;
REVOKE ALL ON FUNCTION session_end_by_provider, session_give_way FROM PUBLIC;
GRANT EXECUTE ON FUNCTION session_end_by_provider, session_give_way TO myinps_web;`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      DROP FUNCTION session_end_by_provider, session_give_way;
      DROP INDEX session_provider_name;
      DROP TABLE saml_logout;
      ALTER TABLE saml_request DROP COLUMN asked, DROP COLUMN replaces;`);
  }
}
