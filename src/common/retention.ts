/**
 * How long data about people is kept, table by table, as the privacy notice says it (GDPR art. 5(1)(e), art. 13(2)(a)).
 * Rules are data. The owner copies them into PostgreSQL (table retention_rule) with the migrations, and there
 * retention_batch() applies them: the worker says which rule, PostgreSQL what that means (migrations/0017-rights.ts).
 * test/house/retention.test.ts fails for a table that is neither here nor in WITHOUT_RETENTION.
 *
 * To add a table: one row here; texts `retention.<id>` (what it is, as a person would say it), `retention.<id>-from`
 * ("from the day of the appointment") and `retention.<id>-why` (the purpose or law that asks for so long) in
 * views/texts/{it,en,de}/retention.json. A row that goes with another one ({ with }) needs only its table.
 */
export interface RetentionRule {
  /** Names the rule in reports and texts: `appointments` → text `retention.appointments`. */
  id: string;
  table: string;
  keep: Period;
  /** SQL of the instant or day the time counts from, over the row `r`: `r.start_at`. */
  from: string;
  /** What else must be true of a row that goes, SQL over `r`; `$1` is the instant before which the time is over. */
  only?: string;
  /** The law or standard the period follows. */
  source: string;
  /**
   * How it goes: `rows` deleted in batches each night; by a `call` of a SECURITY DEFINER function
   * (before timestamptz, dry_run boolean) RETURNS bigint (monthly partitions); by the `sweeper`, a job of the module that
   * runs by the minute, so that the night has nothing to do.
   */
  how: { rows: true } | { call: string } | { sweeper: string };
}

/** `hours` and `minutes` are for sweepers alone: the night knows whole days. */
export type Period = { months: number } | { days: number } | { hours: number } | { minutes: number };

const ROWS = { rows: true } as const;
/** GDPR art. 5(1)(e) for what no law gives a term: as long as the purpose needs it. */
const NEEDED = 'GDPR art. 5(1)(e)';

export const RETENTION_RULES: readonly RetentionRule[] = [
  {
    id: 'appointments',
    table: 'appointment',
    keep: { months: 24 },
    from: 'r.start_at',
    source: NEEDED,
    how: ROWS,
  },
  {
    id: 'slots',
    table: 'slot',
    keep: { months: 24 },
    from: 'r.start_at',
    only: 'NOT EXISTS (SELECT FROM appointment a WHERE a.slot_id = r.id)',
    source: NEEDED,
    how: ROWS,
  },
  {
    // With a person goes what is theirs (ON DELETE CASCADE, see GOES_WITH): who has something open stays, and who
    // holds a PIN, since nobody is given one again (INPS circular 87/2020).
    id: 'identity',
    table: 'citizen',
    keep: { months: 24 },
    from: 'coalesce(r.said_at, r.updated_at)',
    only: `NOT EXISTS (SELECT FROM appointment a WHERE a.citizen_id = r.id AND a.start_at >= $1)
      AND NOT EXISTS (SELECT FROM right_request q WHERE q.citizen_id = r.id AND q.closed_at IS NULL)
      AND NOT EXISTS (SELECT FROM session s WHERE s.citizen_id = r.id)
      AND NOT EXISTS (SELECT FROM pin_credential p WHERE p.citizen_id = r.id)`,
    source: NEEDED,
    how: ROWS,
  },
  {
    // The proof of what somebody had allowed outlives their erasure (GDPR art. 7(1), 17(3)(e)), not their own time.
    id: 'consents',
    table: 'consent_event',
    keep: { months: 24 },
    from: 'greatest(r.at, (SELECT max(q.erased_at) FROM right_request q WHERE q.citizen_id = r.citizen_id))',
    only: 'NOT EXISTS (SELECT FROM citizen c WHERE c.id = r.citizen_id)',
    source: 'GDPR art. 7(1)',
    how: ROWS,
  },
  {
    id: 'contact-changes',
    table: 'contact_change',
    // An address not confirmed may be a stranger's: kept while codes to it are counted, and a day more.
    keep: { days: 2 },
    from: 'r.asked_at',
    source: 'GDPR art. 32',
    how: ROWS,
  },
  {
    // Who, when and how it ended: texts are forgotten once sent, addresses after a week (transport/delivery.rules.ts).
    id: 'messages',
    table: 'outgoing_message',
    keep: { months: 12 },
    from: 'r.created_at',
    source: NEEDED,
    how: ROWS,
  },
  { id: 'notices', table: 'notice', keep: { months: 24 }, from: 'r.created_at', source: NEEDED, how: ROWS },
  {
    id: 'accesses',
    table: 'audit_entry',
    keep: { months: 24 },
    from: 'r.at',
    source: 'GDPR art. 5(1)(f), art. 32',
    // By whole months: a month goes when its last day is over (migrations/0012-audit.ts).
    how: { call: 'audit_retire' },
  },
  {
    id: 'rights',
    table: 'right_request',
    keep: { months: 120 },
    from: 'r.closed_at',
    source: 'GDPR art. 5(2); art. 2946 c.c.',
    how: ROWS,
  },
  {
    // That a copy was asked for and taken; the file itself goes after seven days (profile/export).
    id: 'exports',
    table: 'data_export',
    keep: { months: 3 },
    from: 'r.asked_at',
    only: 'r.ended_at IS NOT NULL',
    source: NEEDED,
    how: ROWS,
  },
  { id: 'staff', table: 'staff_member', keep: { months: 24 }, from: 'r.signed_in_at', source: NEEDED, how: ROWS },
  {
    id: 'spid',
    table: 'saml_exchange',
    keep: { months: 24 },
    from: 'r.received_at',
    source: 'AgID, regole tecniche SPID, conservazione dei log',
    how: { sweeper: 'saml.sweep' },
  },
  {
    // Remembered so long after its end that a form under way is not lost.
    id: 'sessions',
    table: 'session',
    keep: { minutes: 30 },
    from: 'coalesce(r.ended_at, r.expires_at)',
    source: 'GDPR art. 32',
    how: { sweeper: 'auth.sweep' },
  },
  {
    id: 'forms',
    table: 'parked_form',
    keep: { minutes: 30 },
    from: 'r.parked_at',
    source: NEEDED,
    how: { sweeper: 'auth.sweep' },
  },
  {
    id: 'sign-in-attempts',
    table: 'pin_attempt',
    // How long an address stays one that its person enters from.
    keep: { days: 30 },
    from: 'r.at',
    only: "r.outcome = 'ok'",
    source: 'GDPR art. 32',
    how: { sweeper: 'auth.pin-sweep' },
  },
  {
    // Failures matter for two hours; a day lets operators look at an attack.
    id: 'sign-in-failures',
    table: 'pin_attempt',
    keep: { hours: 24 },
    from: 'r.at',
    only: "r.outcome IS DISTINCT FROM 'ok'",
    source: 'GDPR art. 32',
    how: { sweeper: 'auth.pin-sweep' },
  },
];

/** Tables whose rows go with a row of another one, since the database deletes them together (ON DELETE CASCADE). */
export const GOES_WITH: Readonly<Record<string, string>> = {
  export_chunk: 'data_export',
  pin_credential: 'citizen',
  contact: 'citizen',
  postal_address: 'citizen',
  right_event: 'right_request',
  delivery_attempt: 'outgoing_message',
  delivery_report: 'outgoing_message',
  notice_preference: 'citizen',
  notice_setting: 'citizen',
};

/** Tables that no period rules, each with the reason. */
export const WITHOUT_RETENTION: Readonly<Record<string, string>> = {
  migration: 'names of the changes made to the schema',
  saml_request: 'minutes of a sign-in under way: cleared away by saml.sweep',
  saml_seen: 'numbers of messages that cannot be used twice, for as long as they could be: saml.sweep',
  saml_logout: 'minutes of a sign-out under way: saml.sweep',
  cns_ticket: 'a minute of a sign-in under way, sealed: auth.cns-sweep',
  staff_request: 'ten minutes of a staff sign-in under way, sealed: cleared with the next one',
  audit_link: 'seals of the access record, without data of people: they prove that nothing is missing',
  audit_unsealed: 'numbers of entries that wait a second for their seal',
  audit_retirement: 'which months of the access record went, and how many entries',
  protocol_counter: 'the last number of each series',
  retention_rule: 'a copy of these rules',
  retention_run: 'how many rows went, of nobody in particular',
  province: 'public reference data',
  comune: 'public reference data',
  office: 'public reference data',
  topic: 'public reference data',
  office_opening: 'public opening data',
  office_channel: 'public opening data',
  office_topic: 'public opening data',
  office_closure: 'public opening data',
  office_extra_opening: 'public opening data',
  comune_office: 'public opening data',
  office_import: 'which list of offices is in use',
  consent_text: 'the words of consents as they were published; nobody’s data',
};

/** Months the privacy notice names, by what it calls the data. */
export const RETENTION_MONTHS = {
  identity: months('identity'),
  appointments: months('appointments'),
  notices: months('notices'),
  accesses: months('accesses'),
  spid: months('spid'),
} as const;

/** The rule of an id. @throws when there is none: a text would promise what nobody does */
export function retentionRule(id: string): RetentionRule {
  const rule = RETENTION_RULES.find((one) => one.id === id);
  if (!rule) throw new Error(`no retention rule ${id}`);
  return rule;
}

/** The instant until which what begins now is kept, by the calendar in Italy. */
export function keptUntil({ keep }: Pick<RetentionRule, 'keep'>, now: Temporal.Instant): Temporal.Instant {
  return now.toZonedDateTimeISO('Europe/Rome').add(keep).toInstant();
}

/** The instant before which the time of a rule is over: whole months or days of the calendar in Italy. */
export function overBefore({ keep }: Pick<RetentionRule, 'keep'>, now: Temporal.Instant): Temporal.Instant {
  return now.toZonedDateTimeISO('Europe/Rome').subtract(keep).toInstant();
}

function months(id: string): number {
  const { keep } = retentionRule(id);
  return 'months' in keep ? keep.months : 0;
}
