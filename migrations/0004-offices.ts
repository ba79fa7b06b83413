import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Offices, their hours, places and topics: public data without any person, hence no row-level security. Only the
 * owner writes them (`npm run offices:import`); the web and worker logins read.
 */
export class Offices1764000004000 implements MigrationInterface {
  name = 'Offices1764000004000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(OFFICES);
    await queryRunner.query(TOPICS);
    await queryRunner.query(CALENDAR);
    await queryRunner.query(NEAREST);
    await queryRunner.query(`
GRANT SELECT ON topic, office, office_opening, office_channel, office_topic, office_closure, office_extra_opening, comune_office
  TO myinps_web, myinps_worker;`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(
      'DROP TABLE office_import, comune_office, office_extra_opening, office_closure, office_topic, topic, office_channel, office_opening, office',
    );
  }
}

/** An office is never deleted, since appointments point to it: one that left the list is not active. NULL: not known. */
const OFFICES = `
CREATE TABLE office (
  id text PRIMARY KEY CHECK (id ~ '^[A-Za-z0-9][A-Za-z0-9._-]{0,31}$'),
  type text NOT NULL CHECK (type IN ('direzione_provinciale', 'agenzia', 'punto')),
  name text NOT NULL CHECK (length(name) BETWEEN 1 AND 120),
  address text NOT NULL CHECK (length(address) BETWEEN 1 AND 160),
  cap text CHECK (cap ~ '^[0-9]{5}$'),
  comune_istat text NOT NULL REFERENCES comune,
  lat double precision NOT NULL,
  lon double precision NOT NULL,
  phone text,
  pec text,
  step_free boolean,
  hearing_loop boolean,
  sign_language boolean,
  counters int NOT NULL CHECK (counters > 0),
  source text NOT NULL CHECK (source IN ('sample', 'real')),
  active boolean NOT NULL
);
CREATE INDEX office_comune ON office (comune_istat);

CREATE TABLE office_opening (
  office_id text NOT NULL REFERENCES office ON DELETE CASCADE,
  weekday int NOT NULL CHECK (weekday BETWEEN 1 AND 7),
  opens time NOT NULL,
  closes time NOT NULL,
  PRIMARY KEY (office_id, weekday, opens),
  CHECK (opens < closes)
);

CREATE TABLE office_channel (
  office_id text NOT NULL REFERENCES office ON DELETE CASCADE,
  channel text NOT NULL CHECK (channel IN ('desk', 'phone', 'video')),
  pool text NOT NULL DEFAULT 'general' CHECK (pool ~ '^[a-z][a-z0-9-]{0,31}$'),
  seats int NOT NULL CHECK (seats > 0),
  PRIMARY KEY (office_id, channel, pool)
);`;

/** Names and explanations are texts: views/texts/<language>/topics.json. */
const TOPICS = `
CREATE TABLE topic (
  id text PRIMARY KEY CHECK (id ~ '^[a-z][a-z0-9-]{0,31}$'),
  pool text NOT NULL DEFAULT 'general' CHECK (pool ~ '^[a-z][a-z0-9-]{0,31}$'),
  minutes int NOT NULL CHECK (minutes BETWEEN 5 AND 120),
  cancel_notice_hours int NOT NULL CHECK (cancel_notice_hours BETWEEN 0 AND 240),
  position int NOT NULL UNIQUE,
  active boolean NOT NULL DEFAULT true
);
INSERT INTO topic (id, minutes, cancel_notice_hours, position) VALUES
  ('pensioni', 20, 24, 1), ('naspi', 20, 24, 2), ('assegno-unico', 20, 24, 3), ('isee', 20, 24, 4),
  ('invalidita-civile', 20, 24, 5), ('contributi', 20, 24, 6), ('lavoro-domestico', 20, 24, 7), ('estratto-conto', 20, 24, 8);

CREATE TABLE office_topic (
  office_id text NOT NULL REFERENCES office ON DELETE CASCADE,
  topic_id text NOT NULL REFERENCES topic,
  PRIMARY KEY (office_id, topic_id)
);`;

const CALENDAR = `
CREATE TABLE office_closure (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  office_id text REFERENCES office ON DELETE CASCADE,
  closed_on date NOT NULL,
  reason text NOT NULL CHECK (length(reason) BETWEEN 1 AND 120),
  UNIQUE NULLS NOT DISTINCT (office_id, closed_on)
);
CREATE TABLE office_extra_opening (
  office_id text NOT NULL REFERENCES office ON DELETE CASCADE,
  open_on date NOT NULL,
  opens time NOT NULL,
  closes time NOT NULL,
  PRIMARY KEY (office_id, open_on, opens),
  CHECK (opens < closes)
);`;

/** office_import: which list is in use, so that the demonstration network never replaces the institute's own. */
const NEAREST = `
CREATE TABLE comune_office (
  comune_istat text NOT NULL REFERENCES comune ON DELETE CASCADE,
  rank int NOT NULL CHECK (rank BETWEEN 1 AND 10),
  office_id text NOT NULL REFERENCES office ON DELETE CASCADE,
  metres int NOT NULL CHECK (metres >= 0),
  PRIMARY KEY (comune_istat, rank),
  UNIQUE (comune_istat, office_id)
);
CREATE TABLE office_import (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  imported_on date NOT NULL,
  sha256 text NOT NULL CHECK (sha256 ~ '^[0-9a-f]{64}$'),
  demonstration boolean NOT NULL,
  offices int NOT NULL
);`;
