import { randomUUID } from 'node:crypto';
import type { TestDatabase } from './database.ts';

/** How a table with rows of persons is arranged for the walk of test/house/isolation.test.ts. */
export interface Arranged {
  /** Whose a row `t` is. */
  owner: string;
  /** The least valid row of a person: $1 the person, $2 a moment, $3 an id of the person's own for what hangs together. */
  rows: readonly string[];
}

const MINE = 't.citizen_id';
const day = "($2::timestamptz AT TIME ZONE 'Europe/Rome')::date";

/**
 * Every table that holds rows of persons, with a row for one. In this order: what hangs on another comes after it.
 * A row is one that the person could have written on a page, wherever there is such a page.
 */
export const ARRANGED: Readonly<Record<string, Arranged>> = {
  citizen: {
    owner: 't.id',
    rows: [
      `INSERT INTO citizen (id, identity_key, name, family_name, created_at, updated_at) VALUES ($1, 'eidas:prova:' || $3::uuid, 'N', 'C', $2, $2)`,
    ],
  },
  session: {
    owner: MINE,
    rows: [
      `INSERT INTO session (token_hash, citizen_id, csrf_key, data, method, created_at, touched_at, expires_at, absolute_expires_at)
       VALUES (sha256(($3::uuid)::text::bytea), $1, 'k', '{}', 'spid', $2, $2, $2, $2)`,
    ],
  },
  notice: {
    owner: MINE,
    rows: [
      `INSERT INTO notice (id, citizen_id, type, source, source_id, text_key, created_at) VALUES ($3, $1, 'institutional', 'test', $3::uuid, 'notifications.welcome', $2)`,
    ],
  },
  parked_form: {
    owner: MINE,
    rows: [
      `INSERT INTO parked_form (id, citizen_id, sealed, parked_at, expires_at) VALUES ($3, $1, 'x', $2::timestamptz, $2)`,
    ],
  },
  audit_entry: {
    owner: 't.subject',
    rows: [
      `INSERT INTO audit_entry (at, action, subject, actor_kind, actor, purpose, object_id) VALUES ($2, 'test.read', $1::uuid, 'citizen', $1::text, 'service', $3::uuid)`,
    ],
  },
  appointment: {
    owner: MINE,
    rows: [
      `INSERT INTO slot (office_id, channel, pool, start_at, minutes, public_seats, limit_seats, booked)
       SELECT id, 'desk', 'general', $2::timestamptz + interval '2 days', 20, 4, 4, 0 FROM office WHERE $1::uuid <> $3::uuid ORDER BY id LIMIT 1
       ON CONFLICT DO NOTHING`,
      `INSERT INTO appointment (id, request_id, citizen_id, slot_id, office_id, topic_id, channel, start_at, minutes, state, held_at, hold_until, created_at, updated_at)
       SELECT $3::uuid, $3::uuid, $1, s.id, s.office_id, (SELECT min(id) FROM topic), s.channel, s.start_at, 20, 'held', $2, $2, $2, $2 FROM slot s ORDER BY s.id DESC LIMIT 1`,
    ],
  },
  contact: {
    owner: MINE,
    // Certified mail: an e-mail address would be refused by the trigger that looks for its code, before any policy.
    rows: [
      `INSERT INTO contact (citizen_id, kind, value, version, created_at, updated_at) VALUES ($1, 'pec', 'pec@posta.example', $3, $2, $2)`,
    ],
  },
  contact_change: {
    owner: MINE,
    rows: [
      `INSERT INTO contact_change (id, citizen_id, kind, value, address, code_hash, asked_at, expires_at)
       VALUES ($3, $1, 'mobile', '+393331111111', repeat('x', 43), repeat('x', 43), $2::timestamptz, $2::timestamptz + interval '30 minutes')`,
    ],
  },
  postal_address: {
    owner: MINE,
    rows: [
      `INSERT INTO postal_address (citizen_id, country, street, number, extra, postal_code, comune_istat, locality, region, version, created_at, updated_at)
       VALUES ($1, 'IT', 'Via Roma', '1', '', '00100', '058091', '', '', $3, $2, $2)`,
    ],
  },
  consent_event: {
    owner: MINE,
    rows: [
      `INSERT INTO consent_event (id, citizen_id, purpose, number, given, version, language, channel, session_id, at)
       SELECT $3::uuid, $1, purpose, 1, true, max(version), 'it', 'web', $3::uuid, $2 FROM consent_text GROUP BY purpose ORDER BY purpose LIMIT 1`,
    ],
  },
  notice_preference: {
    owner: MINE,
    rows: [
      `INSERT INTO notice_preference (citizen_id, type, channel, wanted) SELECT $1, 'appointment', 'sms', true WHERE $2::timestamptz IS NOT NULL AND $3::uuid IS NOT NULL`,
    ],
  },
  notice_setting: {
    owner: MINE,
    rows: [
      `INSERT INTO notice_setting (citizen_id, version, quiet, quiet_from, quiet_to, changed_at) SELECT $1, 1, false, '22:00', '07:30', $2 WHERE $3::uuid IS NOT NULL`,
    ],
  },
  outgoing_message: {
    owner: MINE,
    rows: [
      `INSERT INTO outgoing_message (id, citizen_id, channel, kind, key, sealed, next_attempt_at, created_at) VALUES ($3, $1, 'email', 'notice', 'k', 'x', $2, $2)`,
    ],
  },
  delivery_attempt: {
    owner: '(SELECT m.citizen_id FROM outgoing_message m WHERE m.id = t.message_id)',
    rows: [`INSERT INTO delivery_attempt (message_id, number, started_at) SELECT $3, 1, $2 WHERE $1::uuid IS NOT NULL`],
  },
  delivery_report: {
    owner: '(SELECT m.citizen_id FROM outgoing_message m WHERE m.id = t.message_id)',
    rows: [
      `INSERT INTO delivery_report (message_id, verdict, code, reported_at) SELECT $3, 'fallita', '5.1.1', $2 WHERE $1::uuid IS NOT NULL`,
    ],
  },
  data_export: {
    owner: MINE,
    rows: [
      `INSERT INTO data_export (id, citizen_id, language, state, asked_at, due_at) VALUES ($3, $1, 'it', 'asked', $2::timestamptz, $2)`,
    ],
  },
  export_chunk: {
    owner: MINE,
    rows: [
      `INSERT INTO export_chunk (export_id, number, citizen_id, sealed) SELECT $3, 0, $1, repeat('x', 40)::bytea WHERE $2::timestamptz IS NOT NULL`,
    ],
  },
  pin_credential: {
    owner: MINE,
    rows: [
      `INSERT INTO pin_credential (citizen_id, hash, issued_on, resident_abroad, italian_document, created_at, updated_at)
       SELECT $1, '$argon2id$v=19$m=19456,t=2,p=1$' || repeat('A', 22) || '$' || repeat('A', 43), '2019-01-01', true, false, $2::timestamptz, $2 WHERE $3::uuid IS NOT NULL`,
    ],
  },
  right_request: {
    owner: MINE,
    rows: [
      `INSERT INTO right_request (id, submission_id, protocol, citizen_id, kind, state, concerns, message, received_at, first_due_on, due_on)
       VALUES ($3::uuid, $3, 'DIR-2026-' || lpad((abs(hashtext(($3::uuid)::text)) % 10000000)::text, 7, '0') || '-0', $1, 'objection', 'received', '{other}', 'Testo.', $2::timestamptz, ${day} + 31, ${day} + 31)`,
    ],
  },
  right_event: {
    owner: '(SELECT r.citizen_id FROM right_request r WHERE r.id = t.request_id)',
    rows: [
      `INSERT INTO right_event (request_id, at, what, actor_kind, actor) VALUES ($3, $2, 'received', 'citizen', $1::uuid)`,
    ],
  },
};

/** Tables that seem to hold rows of persons and cannot be arranged, each with the reason. */
export const NOT_ARRANGED: Readonly<Record<string, string>> = {
  staff_member: 'subject is the number of a member of the staff at the institute’s own sign-in, nobody’s here',
};

/** The arranged rows of a person. */
export async function arrange(db: TestDatabase, person: string, at: string): Promise<void> {
  const id = randomUUID();
  for (const { rows } of Object.values(ARRANGED)) for (const sql of rows) await db.query(sql, [person, at, id]);
}

/**
 * Every table that holds rows of persons, as PostgreSQL itself knows it: a column citizen_id or subject, a reference to
 * citizen, or a reference to such a table.
 */
export async function personalTables(db: TestDatabase): Promise<string[]> {
  const rows = await db.query<{ name: string }>(
    `WITH RECURSIVE personal(oid) AS (
       SELECT c.oid FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
       WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p') AND (c.relname = 'citizen' OR EXISTS (
         SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attname IN ('citizen_id', 'subject')))
       UNION
       SELECT k.conrelid FROM pg_constraint k JOIN personal p ON k.confrelid = p.oid WHERE k.contype = 'f'
     )
     SELECT c.relname AS name FROM personal p JOIN pg_class c ON c.oid = p.oid WHERE NOT c.relispartition ORDER BY 1`,
  );
  return rows.map(({ name }) => name);
}

/** What a login may do with the columns of a table. */
export interface Rights {
  read: string[];
  insert: string[];
  update: string[];
}

export async function rightsOf(db: TestDatabase, role: string, table: string): Promise<Rights> {
  const columns = await db.query<{ name: string; read: boolean; insert: boolean; update: boolean }>(
    `SELECT quote_ident(attname) AS name, has_column_privilege($1, attrelid, attnum, 'SELECT') AS read,
       has_column_privilege($1, attrelid, attnum, 'INSERT') AND attgenerated = '' AND attidentity = '' AS insert,
       has_column_privilege($1, attrelid, attnum, 'UPDATE') AND attgenerated = '' AND attidentity = '' AS update
     FROM pg_attribute WHERE attrelid = $2::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attnum`,
    [role, table],
  );
  const which = (right: 'read' | 'insert' | 'update') => columns.filter((one) => one[right]).map(({ name }) => name);
  return { read: which('read'), insert: which('insert'), update: which('update') };
}
