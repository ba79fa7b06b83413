import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Times that can be booked, with one counter of seats each, and the appointments that take them. */
export class Booking1764000005000 implements MigrationInterface {
  name = 'Booking1764000005000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(SLOT);
    await queryRunner.query(APPOINTMENT);
    await queryRunner.query(ACCESS);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP TABLE appointment, slot;');
  }
}

/**
 * A seat is taken by one UPDATE of its slot. "booked" stays out of every index, so that taking a seat is a HOT update;
 * only is_full, which changes with the last seat, is in one. Seats: public_seats are sold here, up to limit_seats a
 * member of the staff may overbook. Less capacity lowers public_seats and never "booked".
 */
const SLOT = `
CREATE TABLE slot (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  office_id text NOT NULL REFERENCES office,
  channel text NOT NULL CHECK (channel IN ('desk', 'phone', 'video')),
  pool text NOT NULL,
  start_at timestamptz(3) NOT NULL,
  minutes integer NOT NULL CHECK (minutes BETWEEN 5 AND 240),
  public_seats integer NOT NULL CHECK (public_seats >= 0),
  limit_seats integer NOT NULL,
  booked integer NOT NULL DEFAULT 0,
  closed boolean NOT NULL DEFAULT false,
  is_full boolean NOT NULL GENERATED ALWAYS AS (closed OR booked >= public_seats) STORED,
  CHECK (booked BETWEEN 0 AND limit_seats),
  CHECK (public_seats <= limit_seats),
  UNIQUE (office_id, channel, pool, start_at)
) WITH (fillfactor = 80);
CREATE INDEX slot_free ON slot (office_id, channel, pool, start_at) INCLUDE (id) WHERE NOT is_full;
`;

/**
 * held: a seat is kept while the form is filled in; expired: nobody finished it, the seat was given back and what was
 * typed stays for a day (not when the person gave the seat up); ended: its day is over and nobody recorded how. All but
 * cancelled and expired count in slot.booked. request_id comes with the form, so a double click is one booking.
 * held_at stays the same while it is held, so that changing the time renews nothing. holds: how often a seat was kept
 * for this row; their sum over a day has a limit for each person (booking.rules.ts, index appointment_recent).
 * A cancelled one keeps its number as a record, not for itself: numbers can only be used up by who has seats.
 */
const APPOINTMENT = `
CREATE TABLE appointment (
  id uuid PRIMARY KEY,
  request_id uuid NOT NULL UNIQUE,
  citizen_id uuid NOT NULL REFERENCES citizen ON DELETE CASCADE,
  slot_id bigint NOT NULL REFERENCES slot,
  office_id text NOT NULL REFERENCES office,
  topic_id text NOT NULL REFERENCES topic,
  channel text NOT NULL CHECK (channel IN ('desk', 'phone', 'video')),
  start_at timestamptz(3) NOT NULL,
  minutes integer NOT NULL,
  state text NOT NULL CHECK (state IN ('held', 'booked', 'arrived', 'called', 'served', 'no-show', 'cancelled', 'expired', 'ended')),
  held_at timestamptz(3) NOT NULL,
  hold_until timestamptz(3) NOT NULL,
  holds integer NOT NULL DEFAULT 1 CHECK (holds > 0),
  number text CHECK (number ~ '^[A-Z]{2}-[0-9]{4}$'),
  sequence integer NOT NULL DEFAULT 0,
  step_free boolean NOT NULL DEFAULT false,
  sign_language boolean NOT NULL DEFAULT false,
  language text CHECK (language ~ '^[a-z]{2}$'),
  note text NOT NULL DEFAULT '' CHECK (length(note) <= 300),
  contact_email text NOT NULL DEFAULT '' CHECK (length(contact_email) <= 254),
  contact_phone text NOT NULL DEFAULT '' CHECK (length(contact_phone) <= 30),
  details_at timestamptz(3),
  created_at timestamptz(3) NOT NULL,
  confirmed_at timestamptz(3),
  updated_at timestamptz(3) NOT NULL,
  cancelled_at timestamptz(3),
  CHECK (hold_until BETWEEN held_at AND held_at + interval '60 minutes'),
  CHECK (state IN ('held', 'expired') OR (number IS NOT NULL AND details_at IS NOT NULL AND confirmed_at IS NOT NULL)),
  CHECK ((state = 'cancelled') = (cancelled_at IS NOT NULL))
);
CREATE UNIQUE INDEX appointment_one_per_topic ON appointment (citizen_id, topic_id) WHERE state IN ('held', 'booked', 'arrived', 'called');
CREATE UNIQUE INDEX appointment_number ON appointment (office_id, ((start_at AT TIME ZONE 'Europe/Rome')::date), number)
  WHERE number IS NOT NULL AND state <> 'cancelled';
CREATE INDEX appointment_of_citizen ON appointment (citizen_id, start_at);
CREATE INDEX appointment_recent ON appointment (citizen_id, held_at);
CREATE INDEX appointment_of_slot ON appointment (slot_id);
CREATE INDEX appointment_unfinished ON appointment (hold_until) WHERE state IN ('held', 'expired');
CREATE INDEX appointment_unclosed ON appointment (start_at) WHERE state IN ('booked', 'arrived', 'called');
`;

/** Slots name no person and may be read by all; a person may change nothing of them but the count of seats taken. */
const ACCESS = `
ALTER TABLE slot ENABLE ROW LEVEL SECURITY;
CREATE POLICY read_by_all ON slot FOR SELECT USING (true);
CREATE POLICY seats_of_people ON slot FOR UPDATE TO myinps_web USING ((SELECT app_subject()) IS NOT NULL);
CREATE POLICY seats_of_work ON slot FOR UPDATE TO myinps_worker USING ((SELECT app_system()) IN ('reaper', 'slots'));
CREATE POLICY release ON slot FOR INSERT TO myinps_worker WITH CHECK ((SELECT app_system()) = 'slots');
GRANT SELECT ON slot TO myinps_web, myinps_worker;
GRANT UPDATE (booked) ON slot TO myinps_web, myinps_worker;
GRANT INSERT (office_id, channel, pool, start_at, minutes, public_seats, limit_seats),
  UPDATE (minutes, public_seats, limit_seats) ON slot TO myinps_worker;

ALTER TABLE appointment ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON appointment USING (citizen_id = (SELECT app_subject())) WITH CHECK (citizen_id = (SELECT app_subject()));
CREATE POLICY reaper_reads ON appointment FOR SELECT TO myinps_worker USING ((SELECT app_system()) = 'reaper');
CREATE POLICY reaper_ends ON appointment FOR UPDATE TO myinps_worker
  USING ((SELECT app_system()) = 'reaper' AND state IN ('held', 'booked', 'arrived', 'called')) WITH CHECK (state IN ('expired', 'ended'));
CREATE POLICY reaper_forgets ON appointment FOR DELETE TO myinps_worker USING ((SELECT app_system()) = 'reaper' AND state = 'expired');
GRANT SELECT, INSERT ON appointment TO myinps_web;
GRANT UPDATE (slot_id, office_id, topic_id, channel, start_at, minutes, state, held_at, hold_until, holds, number, sequence, step_free,
  sign_language, language, note, contact_email, contact_phone, details_at, confirmed_at, updated_at, cancelled_at) ON appointment TO myinps_web;
GRANT SELECT (id, slot_id, state, start_at, hold_until), UPDATE (state), DELETE ON appointment TO myinps_worker;
`;
