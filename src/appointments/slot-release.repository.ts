import { Injectable } from '@nestjs/common';
import { Database } from '../common/database.js';
import type { OfficePlan, SlotRun } from './slot-generation.rules.js';

export type PlannedOffice = OfficePlan & { comune: string; province: string };

/** One batch of slots that should exist between two instants at some offices. */
export interface Release {
  offices: string[];
  from: Temporal.Instant;
  to: Temporal.Instant;
  runs: SlotRun[];
}

/**
 * Writes the slots that follow from the opening rules. Only what differs is written, in the order of the ids and never
 * "booked", so that it can run beside bookings; a seat less than booked is a person to call, not a seat lost.
 * Instants travel as text, since the first seed runs on the owner's own connection.
 */
@Injectable()
export class SlotReleaseRepository {
  constructor(private readonly db: Pick<Database, 'query'>) {}

  plans(fromDay: string): Promise<PlannedOffice[]> {
    return this.db.query<PlannedOffice>(PLANS, [fromDay]);
  }

  async hasSlotsFrom(instant: Temporal.Instant): Promise<boolean> {
    const [row] = await this.db.query<{ found: boolean }>(
      'SELECT EXISTS (SELECT FROM slot WHERE start_at >= $1::timestamptz) AS found',
      [instant.toString()],
    );
    return row?.found ?? false;
  }

  /** Adds what is missing and mends what differs. @returns how many slots were written */
  async write(release: Release): Promise<number> {
    const rows = await this.db.query<{ written: string }>(
      `WITH ${WANTED}, written AS (
         INSERT INTO slot (office_id, channel, pool, start_at, minutes, public_seats, limit_seats)
         SELECT w.office_id, w.channel, w.pool, w.start_at, w.minutes, w.seats, greatest(w.seats, coalesce(s.booked, 0))
         FROM wanted w
         LEFT JOIN slot s ON s.office_id = w.office_id AND s.channel = w.channel AND s.pool = w.pool AND s.start_at = w.start_at
         WHERE s.id IS NULL OR s.minutes <> w.minutes OR s.public_seats <> w.seats
         ORDER BY s.id NULLS LAST, w.office_id, w.channel, w.pool, w.start_at
         ON CONFLICT (office_id, channel, pool, start_at) DO UPDATE
         SET minutes = excluded.minutes, public_seats = excluded.public_seats, limit_seats = greatest(excluded.public_seats, slot.booked)
         RETURNING 1)
       SELECT count(*)::text AS written FROM written`,
      columns(release.runs),
    );
    return Number(rows[0]?.written ?? 0);
  }

  /** Takes the seats from slots that the rules no longer give: closures, shorter hours, a channel less. */
  async withdraw(release: Release): Promise<number> {
    const rows = await this.db.query<{ withdrawn: string }>(
      // EXCEPT is hashed whatever the planner guesses of unnest; an anti-join became a nested loop on PostgreSQL 15.
      `WITH ${WANTED}, unwanted AS (
         SELECT office_id, channel, pool, start_at FROM slot
         WHERE office_id = ANY ($8::text[]) AND start_at >= $9::timestamptz AND start_at < $10::timestamptz AND public_seats > 0
         EXCEPT SELECT office_id, channel, pool, start_at FROM wanted
       ), gone AS (
         SELECT s.id FROM slot s JOIN unwanted u USING (office_id, channel, pool, start_at) ORDER BY s.id FOR UPDATE OF s
       ), withdrawn AS (
         UPDATE slot SET public_seats = 0, limit_seats = booked FROM gone WHERE slot.id = gone.id RETURNING 1)
       SELECT count(*)::text AS withdrawn FROM withdrawn`,
      [...columns(release.runs), release.offices, release.from.toString(), release.to.toString()],
    );
    return Number(rows[0]?.withdrawn ?? 0);
  }
}

/** Within one opening the instants are equally far apart, whatever the clocks do on other days. */
const WANTED = `wanted AS MATERIALIZED (
  SELECT r.office_id, r.channel, r.pool, r.first_at + n * make_interval(mins => r.minutes) AS start_at, r.minutes, r.seats
  FROM unnest($1::text[], $2::text[], $3::text[], $4::timestamptz[], $5::integer[], $6::integer[], $7::integer[])
    AS r (office_id, channel, pool, first_at, count, minutes, seats)
  CROSS JOIN LATERAL generate_series(0, r.count - 1) AS n)`;

function columns(runs: readonly SlotRun[]): unknown[] {
  return [
    runs.map((run) => run.office),
    runs.map((run) => run.channel),
    runs.map((run) => run.pool),
    runs.map((run) => run.firstAt.toString()),
    runs.map((run) => run.count),
    runs.map((run) => run.minutes),
    runs.map((run) => run.seats),
  ];
}

/** The slots of a pool are as long as its longest topic, so that any of its topics fits into any of them. */
const PLANS = `
  WITH pool AS (SELECT pool, max(minutes) AS minutes FROM topic WHERE active GROUP BY pool)
  SELECT o.id, o.comune_istat AS comune, c.province,
    coalesce((SELECT json_agg(json_build_object('weekday', p.weekday, 'opens', to_char(p.opens, 'HH24:MI'), 'closes', to_char(p.closes, 'HH24:MI')))
      FROM office_opening p WHERE p.office_id = o.id), '[]') AS openings,
    coalesce((SELECT json_agg(json_build_object('channel', ch.channel, 'pool', ch.pool, 'seats', ch.seats, 'minutes', pool.minutes))
      FROM office_channel ch JOIN pool ON pool.pool = ch.pool WHERE ch.office_id = o.id AND ch.seats > 0), '[]') AS channels,
    coalesce((SELECT json_agg(to_char(k.closed_on, 'YYYY-MM-DD'))
      FROM office_closure k WHERE (k.office_id = o.id OR k.office_id IS NULL) AND k.closed_on >= $1::date), '[]') AS closures,
    coalesce((SELECT json_agg(json_build_object('on', to_char(e.open_on, 'YYYY-MM-DD'), 'opens', to_char(e.opens, 'HH24:MI'), 'closes', to_char(e.closes, 'HH24:MI')))
      FROM office_extra_opening e WHERE e.office_id = o.id AND e.open_on >= $1::date), '[]') AS "extraOpenings"
  FROM office o
  JOIN comune c ON c.istat = o.comune_istat
  WHERE o.active ORDER BY o.id`;
