import { Injectable } from '@nestjs/common';
import { Database } from '../common/database.js';
import type { OfficeType } from './office-import.rules.js';
import type { Opening } from './opening.rules.js';
import type { Channel } from './slot-generation.rules.js';

/** One office with everything a page says about it. null: not known. */
export interface Office {
  id: string;
  type: OfficeType;
  name: string;
  address: string;
  cap: string | null;
  comuneIstat: string;
  comune: string;
  province: string;
  phone: string | null;
  pec: string | null;
  stepFree: boolean | null;
  hearingLoop: boolean | null;
  signLanguage: boolean | null;
  /** Of the demonstration network: shown as such wherever the office is shown. */
  isSample: boolean;
  openings: Opening[];
  channels: Channel[];
  topics: string[];
}

export interface NearOffice {
  office: Office;
  /** From the seat of the comune. */
  metres: number;
}

export interface Topic {
  id: string;
  minutes: number;
  cancelNoticeHours: number;
}

@Injectable()
export class OfficesRepository {
  constructor(private readonly db: Database) {}

  /** The active offices nearest to the seat of a comune, nearest first. */
  async nearest(comuneIstat: string, limit: number): Promise<NearOffice[]> {
    const rows = await this.db.query<Office & { metres: number }>(
      `SELECT ${OFFICE}, n.metres FROM comune_office n JOIN office o ON o.id = n.office_id AND o.active
         JOIN comune c ON c.istat = o.comune_istat WHERE n.comune_istat = $1 ORDER BY n.rank LIMIT $2`,
      [comuneIstat, limit],
    );
    return rows.map(({ metres, ...office }) => ({ office, metres }));
  }

  /** @returns null when there is no such office, or it is closed for good. */
  async find(id: string): Promise<Office | null> {
    const rows = await this.db.query<Office>(
      `SELECT ${OFFICE} FROM office o JOIN comune c ON c.istat = o.comune_istat WHERE o.id = $1 AND o.active`,
      [id],
    );
    return rows[0] ?? null;
  }

  /** Names by id, also of offices that are closed for good: what happened there stays told. */
  async names(ids: readonly string[]): Promise<Map<string, string>> {
    const rows = await this.db.query<{ id: string; name: string }>('SELECT id, name FROM office WHERE id = ANY($1)', [
      ids,
    ]);
    return new Map(rows.map(({ id, name }) => [id, name]));
  }

  /** Everything that can be talked about at some office, in the order of the pages. */
  topics(): Promise<Topic[]> {
    return this.db.query<Topic>(
      `SELECT id, minutes, cancel_notice_hours AS "cancelNoticeHours" FROM topic WHERE active ORDER BY position`,
    );
  }
}

const OFFICE = `
  o.id, o.type, o.name, o.address, o.cap, o.comune_istat AS "comuneIstat", c.name AS comune, c.province, o.phone, o.pec,
  o.step_free AS "stepFree", o.hearing_loop AS "hearingLoop", o.sign_language AS "signLanguage", o.source = 'sample' AS "isSample",
  (SELECT coalesce(jsonb_agg(jsonb_build_object('weekday', h.weekday, 'opens', to_char(h.opens, 'HH24:MI'), 'closes', to_char(h.closes, 'HH24:MI'))
     ORDER BY h.weekday, h.opens), '[]') FROM office_opening h WHERE h.office_id = o.id) AS openings,
  ARRAY(SELECT p.channel FROM (SELECT DISTINCT ch.channel FROM office_channel ch WHERE ch.office_id = o.id) p
     ORDER BY array_position(ARRAY['desk', 'phone', 'video'], p.channel)) AS channels,
  ARRAY(SELECT t.id FROM office_topic ot JOIN topic t ON t.id = ot.topic_id AND t.active WHERE ot.office_id = o.id ORDER BY t.position) AS topics`;
