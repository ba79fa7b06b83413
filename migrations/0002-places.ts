import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Provinces and comuni: public reference data, the same for everybody, filled by src/places/places.seed.ts; hence
 * no row-level security. The web and worker logins may only read them.
 */
export class Places1764000002000 implements MigrationInterface {
  name = 'Places1764000002000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
CREATE TABLE province (
  sigla text PRIMARY KEY CHECK (sigla ~ '^[A-Z]{2}$'),
  name text NOT NULL UNIQUE,
  region text NOT NULL,
  capital_istat text NOT NULL UNIQUE CHECK (capital_istat ~ '^[0-9]{6}$')
);
CREATE TABLE comune (
  istat text PRIMARY KEY CHECK (istat ~ '^[0-9]{6}$'),
  belfiore text NOT NULL UNIQUE CHECK (belfiore ~ '^[A-M][0-9]{3}$'),
  name text NOT NULL,
  other_names text[] NOT NULL,
  province text NOT NULL REFERENCES province,
  lat double precision NOT NULL CHECK (lat BETWEEN 35.4 AND 47.2),
  lon double precision NOT NULL CHECK (lon BETWEEN 6.6 AND 18.6),
  population int NOT NULL CHECK (population >= 0)
);
GRANT SELECT ON province, comune TO myinps_web, myinps_worker;`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP TABLE comune, province');
  }
}
