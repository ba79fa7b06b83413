import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * PINs given out before 1 October 2020, and the tries of them. Nobody can be given a PIN any more, so the program only
 * reads pin_credential; the owner brings in what the institute has. Every hash has the same cost, so that checking takes
 * the same time for all. A lock is read from pin_attempt, never kept with the person: it must look the same for codes
 * that nobody here has. pin_attempt names nobody: person and address are keyed pseudonyms (HMAC).
 */
export class Pin1764000007000 implements MigrationInterface {
  name = 'Pin1764000007000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
CREATE TABLE pin_credential (
  citizen_id uuid PRIMARY KEY REFERENCES citizen ON DELETE CASCADE,
  hash text NOT NULL CHECK (hash ~ '^\\$argon2id\\$v=19\\$m=19456,t=2,p=1\\$[A-Za-z0-9+/]{22}\\$[A-Za-z0-9+/]{43}$'),
  issued_on date NOT NULL CHECK (issued_on < DATE '2020-10-01'),
  resident_abroad boolean NOT NULL,
  italian_document boolean NOT NULL,
  created_at timestamptz(3) NOT NULL,
  updated_at timestamptz(3) NOT NULL
);
ALTER TABLE pin_credential ENABLE ROW LEVEL SECURITY;
CREATE POLICY sign_in ON pin_credential FOR SELECT USING ((SELECT app_system()) = 'sign-in');
GRANT SELECT ON pin_credential TO myinps_web;

CREATE TABLE pin_attempt (
  id uuid PRIMARY KEY,
  person text NOT NULL CHECK (length(person) = 43),
  address text NOT NULL CHECK (length(address) = 43),
  at timestamptz(3) NOT NULL,
  outcome text CHECK (outcome IN ('ok', 'unknown', 'wrong-pin', 'not-eligible', 'busy'))
);
CREATE INDEX pin_attempt_person ON pin_attempt (person, at);
CREATE INDEX pin_attempt_address ON pin_attempt (address, at);
CREATE INDEX pin_attempt_at ON pin_attempt (at);
ALTER TABLE pin_attempt ENABLE ROW LEVEL SECURITY;
CREATE POLICY sign_in ON pin_attempt USING ((SELECT app_system()) = 'sign-in') WITH CHECK ((SELECT app_system()) = 'sign-in');
CREATE POLICY sweeps ON pin_attempt FOR DELETE USING ((SELECT app_system()) = 'sweeper');
CREATE POLICY sweep_finds ON pin_attempt FOR SELECT USING ((SELECT app_system()) = 'sweeper');
GRANT SELECT, INSERT, UPDATE (outcome) ON pin_attempt TO myinps_web;
GRANT SELECT (at, outcome), DELETE ON pin_attempt TO myinps_worker;`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP TABLE pin_attempt, pin_credential');
  }
}
