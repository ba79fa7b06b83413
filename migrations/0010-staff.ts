import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The institute's own people. A member is known by issuer + subject of the institute's OpenID provider; name, office
 * and roles are what it said at the last sign-in. staff_request holds what each sign-in under way must give back, once.
 */
export class Staff1764000010000 implements MigrationInterface {
  name = 'Staff1764000010000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
CREATE TABLE staff_member (
  id uuid PRIMARY KEY,
  issuer text NOT NULL CHECK (length(issuer) BETWEEN 1 AND 500),
  subject text NOT NULL CHECK (length(subject) BETWEEN 1 AND 255),
  name text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
  office text CHECK (office ~ '^[A-Za-z0-9_.-]{1,32}$'),
  roles text[] NOT NULL CHECK (roles <@ ARRAY['operator', 'editor', 'analyst', 'administrator'] AND cardinality(roles) > 0),
  created_at timestamptz(3) NOT NULL,
  signed_in_at timestamptz(3) NOT NULL,
  UNIQUE (issuer, subject),
  CHECK (office IS NOT NULL OR NOT 'operator' = ANY (roles))
);
ALTER TABLE staff_member ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON staff_member FOR SELECT USING (id::text = (SELECT app_staff()));
CREATE POLICY sign_in ON staff_member USING ((SELECT app_system()) = 'sign-in') WITH CHECK ((SELECT app_system()) = 'sign-in');
GRANT SELECT, INSERT, UPDATE ON staff_member TO myinps_web;

CREATE TABLE staff_request (
  browser_hash bytea PRIMARY KEY CHECK (length(browser_hash) = 32),
  state_hash bytea NOT NULL UNIQUE CHECK (length(state_hash) = 32),
  issuer text NOT NULL CHECK (length(issuer) <= 500),
  sealed bytea NOT NULL CHECK (length(sealed) <= 4096),
  expires_at timestamptz(3) NOT NULL
);
CREATE INDEX staff_request_expiry ON staff_request (expires_at);
ALTER TABLE staff_request ENABLE ROW LEVEL SECURITY;
CREATE POLICY sign_in ON staff_request USING ((SELECT app_system()) = 'sign-in') WITH CHECK ((SELECT app_system()) = 'sign-in');
GRANT SELECT, INSERT, DELETE ON staff_request TO myinps_web;

CREATE INDEX session_staff ON session (staff_id) WHERE ended_at IS NULL;
ALTER TABLE session ADD CONSTRAINT session_staff_id_fkey FOREIGN KEY (staff_id) REFERENCES staff_member ON DELETE CASCADE;`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      ALTER TABLE session DROP CONSTRAINT session_staff_id_fkey;
      DROP INDEX session_staff;
      DROP TABLE staff_request, staff_member;`);
  }
}
