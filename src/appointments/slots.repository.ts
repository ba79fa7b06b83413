import { Injectable } from '@nestjs/common';
import { Database } from '../common/database.js';
import type { State } from './booking.rules.js';
import type { Channel } from './slot-generation.rules.js';

/** What a person chose before the time. */
export interface Choice {
  office: string;
  channel: Channel;
  topic: string;
}

/** An office that offers the chosen topic in the chosen way, with its first free times. */
export interface OfficeTimes {
  id: string;
  name: string;
  address: string;
  cap: string;
  comune: string;
  /** From the comune the person asked about; null for an office far from it. */
  metres: number | null;
  minutes: number;
  noticeHours: number;
  pool: string;
  /** ISO instants, at most three. */
  first: string[];
  /** The appointment the person has for this topic already. */
  own: { id: string; state: State; slot: number; startAt: string } | null;
}

export interface Day {
  day: Temporal.PlainDate;
  free: number;
}

export interface FreeTime {
  id: number;
  startAt: Temporal.Instant;
}

/** One agenda: the slots that one topic uses at one office in one way. */
export interface Agenda {
  office: string;
  channel: Channel;
  pool: string;
}

/** The times that can be chosen; each query reads only the partial index of free slots, or a few days of one agenda. */
@Injectable()
export class SlotsRepository {
  constructor(private readonly db: Database) {}

  /** The chosen office and the ones near it, nearest first, each with its first free times, in one look-up each. */
  officesWithFirstTimes(
    citizen: string,
    choice: Choice,
    comune: string | null,
    now: Temporal.Instant,
  ): Promise<OfficeTimes[]> {
    return this.db.query<OfficeTimes>(
      `WITH near AS (
         SELECT co.office_id, co.metres FROM comune_office co
         WHERE co.comune_istat = coalesce($5::text, (SELECT comune_istat FROM office WHERE id = $2)) AND co.rank <= 5
       ), asked AS (
         SELECT office_id, metres FROM near
         UNION ALL SELECT $2, NULL::integer WHERE NOT EXISTS (SELECT FROM near WHERE office_id = $2)
       ), own AS MATERIALIZED (
         SELECT json_build_object('id', id, 'state', state, 'slot', slot_id, 'startAt', start_at) AS held FROM appointment
         WHERE citizen_id = $1 AND topic_id = $4 AND state IN ('held', 'booked', 'arrived', 'called')
       )
       SELECT o.id, o.name, o.address, o.cap, c.name AS comune, asked.metres, t.minutes, t.pool,
         t.cancel_notice_hours AS "noticeHours", coalesce(free.times, '[]') AS first, (SELECT held FROM own) AS own
       FROM asked
       JOIN office o ON o.id = asked.office_id AND o.active
       JOIN comune c ON c.istat = o.comune_istat
       JOIN topic t ON t.id = $4 AND t.active
       JOIN office_topic ot ON ot.office_id = o.id AND ot.topic_id = t.id
       JOIN office_channel oc ON oc.office_id = o.id AND oc.channel = $3 AND oc.pool = t.pool
       CROSS JOIN LATERAL (
         SELECT json_agg(start_at ORDER BY start_at) AS times FROM (
           SELECT s.start_at FROM slot s
           WHERE s.office_id = o.id AND s.channel = $3 AND s.pool = t.pool AND NOT s.is_full AND s.start_at > $6
           ORDER BY s.start_at LIMIT 3) AS soonest) AS free
       ORDER BY o.id = $2 DESC, asked.metres`,
      [citizen, choice.office, choice.channel, choice.topic, comune, now],
    );
  }

  async isOffered({ office, channel, topic }: Choice): Promise<boolean> {
    const [row] = await this.db.query<{ offered: boolean }>(
      `SELECT EXISTS (SELECT FROM office_channel oc JOIN office_topic ot ON ot.office_id = oc.office_id
         JOIN topic t ON t.id = ot.topic_id AND t.pool = oc.pool AND t.active
         WHERE oc.office_id = $1 AND oc.channel = $2 AND t.id = $3) AS offered`,
      [office, channel, topic],
    );
    return row?.offered ?? false;
  }

  /** The first free time of each channel of an office, for its public page. */
  firstOfEachChannel(
    office: string,
    now: Temporal.Instant,
  ): Promise<{ channel: Channel; startsAt: Temporal.Instant }[]> {
    return this.db.query(
      `SELECT oc.channel, min(free.start_at) AS "startsAt"
       FROM office_channel oc
       CROSS JOIN LATERAL (
         SELECT s.start_at FROM slot s
         WHERE s.office_id = oc.office_id AND s.channel = oc.channel AND s.pool = oc.pool AND NOT s.is_full AND s.start_at > $2
         ORDER BY s.start_at LIMIT 1) AS free
       WHERE oc.office_id = $1 GROUP BY oc.channel`,
      [office, now],
    );
  }

  /** The days of one agenda that have times at all, with how many are free. @param own a slot the person holds: free for them */
  days(agenda: Agenda, from: Temporal.Instant, to: Temporal.Instant, own: number | null): Promise<Day[]> {
    return this.db.query<Day>(
      `SELECT (s.start_at AT TIME ZONE 'Europe/Rome')::date AS day, count(*) FILTER (WHERE NOT s.is_full OR s.id = $6)::integer AS free
       FROM slot s
       WHERE s.office_id = $1 AND s.channel = $2 AND s.pool = $3 AND s.start_at >= $4 AND s.start_at < $5
         AND NOT s.closed AND s.public_seats > 0
       GROUP BY 1 ORDER BY 1`,
      [agenda.office, agenda.channel, agenda.pool, from, to, own],
    );
  }

  /** The free times between two instants, in order. @param own as in days */
  freeTimes(agenda: Agenda, from: Temporal.Instant, to: Temporal.Instant, own: number | null): Promise<FreeTime[]> {
    return this.db.query<FreeTime>(
      `SELECT s.id, s.start_at AS "startAt" FROM slot s
       WHERE s.office_id = $1 AND s.channel = $2 AND s.pool = $3 AND s.start_at >= $4 AND s.start_at < $5 AND NOT s.is_full
       UNION ALL
       SELECT s.id, s.start_at FROM slot s
       WHERE s.id = $6 AND s.is_full AND s.office_id = $1 AND s.channel = $2 AND s.pool = $3 AND s.start_at >= $4 AND s.start_at < $5
       ORDER BY 2`,
      [agenda.office, agenda.channel, agenda.pool, from, to, own],
    );
  }

  /** The first free time of one agenda from an instant on. */
  async firstFree(agenda: Agenda, from: Temporal.Instant): Promise<Temporal.Instant | null> {
    const [first] = await this.db.query<{ startAt: Temporal.Instant }>(
      `SELECT s.start_at AS "startAt" FROM slot s
       WHERE s.office_id = $1 AND s.channel = $2 AND s.pool = $3 AND NOT s.is_full AND s.start_at >= $4
       ORDER BY s.start_at LIMIT 1`,
      [agenda.office, agenda.channel, agenda.pool, from],
    );
    return first?.startAt ?? null;
  }
}
