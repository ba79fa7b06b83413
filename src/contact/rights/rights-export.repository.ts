import { Injectable } from '@nestjs/common';
import { Database } from '../../common/database.js';

@Injectable()
export class RightsExportRepository {
  constructor(private readonly db: Database) {}

  /** One open request of a kind at a time and a month for each: a person has few, so they come at once. */
  all(subject: string): Promise<object[]> {
    return this.db.query<object>(
      `SELECT protocol, kind, state, concerns, message, current_value, right_value, received_at, first_due_on, due_on, extended_at,
         extension_reason, outcome_reason, areas, closed_at, erased_at,
         (SELECT jsonb_agg(jsonb_build_object('at', e.at, 'what', e.what, 'by', e.actor_kind, 'note', e.note, 'details', e.details) ORDER BY e.id)
           FROM right_event e WHERE e.request_id = r.id) AS steps
       FROM right_request r WHERE citizen_id = $1 ORDER BY received_at DESC, id LIMIT 1000`,
      [subject],
    );
  }
}
