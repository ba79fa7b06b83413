import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Consents, what a person wants to be told by which road, and the kinds of notice there are. The ledger of consents is
 * append-only and points to the exact text that was read (GDPR art. 7(1)); a delegate changes none of this.
 */
export class Consents1764000015000 implements MigrationInterface {
  name = 'Consents1764000015000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(APPEND_ONLY);
    await queryRunner.query(TEXTS);
    await queryRunner.query(LEDGER);
    await queryRunner.query(PREFERENCES);
    await queryRunner.query(NOTICES);
    await queryRunner.query(DELIVERIES);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      DROP POLICY other_writers ON notice;
      ALTER TABLE notice DROP CONSTRAINT notice_type_check,
        ADD CONSTRAINT notice_type_check CHECK (type IN ('appointment', 'institutional'));
      DROP FUNCTION message_language, message_restricted, message_objected, notice_messages, notice_messages_stop;
      DROP TABLE notice_preference, notice_setting, consent_event, consent_text;
      DROP FUNCTION append_only;`);
  }
}

/**
 * Whoever is given a right by mistake finds this behind it. The owner of the table may delete, and does so with a person
 * whose time is over (a cascade runs as the owner); nobody changes a line.
 */
const APPEND_ONLY = `
CREATE FUNCTION append_only() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  IF TG_OP = 'DELETE' AND current_user = (SELECT pg_get_userbyid(relowner) FROM pg_class WHERE oid = TG_RELID) THEN
    RETURN OLD;
  END IF;
  RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = '42501';
END $$;
`;

/**
 * The words a person agrees to, word for word: src/profile/consents/texts, written with the reference data. The hash is
 * PostgreSQL's own reading of them; a text that changes is a new version.
 */
const TEXTS = `
CREATE TABLE consent_text (
  purpose text NOT NULL CHECK (purpose ~ '^[a-z][a-z-]{1,30}$'),
  version smallint NOT NULL CHECK (version >= 1),
  language text NOT NULL CHECK (language IN ('it', 'en', 'de')),
  title text NOT NULL CHECK (length(title) BETWEEN 1 AND 200),
  body text NOT NULL CHECK (length(body) BETWEEN 1 AND 4000),
  hash text NOT NULL CHECK (hash = encode(sha256(convert_to(title || E'\\n' || body, 'UTF8')), 'hex')),
  published_on date NOT NULL,
  PRIMARY KEY (purpose, version, language)
);
ALTER TABLE consent_text ENABLE ROW LEVEL SECURITY;
CREATE POLICY everybody_reads ON consent_text FOR SELECT USING (true);
GRANT SELECT ON consent_text TO myinps_web, myinps_worker;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON consent_text FOR EACH ROW EXECUTE FUNCTION append_only();
CREATE TRIGGER append_only_whole BEFORE TRUNCATE ON consent_text EXECUTE FUNCTION append_only();
`;

/** number: 1, 2, 3… of a person and purpose, so that of two tabs one alone writes the next line. */
const LEDGER = `
CREATE TABLE consent_event (
  id uuid PRIMARY KEY,
  citizen_id uuid NOT NULL REFERENCES citizen ON DELETE CASCADE,
  purpose text NOT NULL,
  number int NOT NULL CHECK (number >= 1),
  given boolean NOT NULL,
  version smallint NOT NULL,
  language text NOT NULL,
  channel text NOT NULL CHECK (channel IN ('web', 'counter', 'phone', 'paper')),
  session_id uuid,
  at timestamptz(3) NOT NULL,
  UNIQUE (citizen_id, purpose, number),
  FOREIGN KEY (purpose, version, language) REFERENCES consent_text,
  CHECK (channel <> 'web' OR session_id IS NOT NULL)
);
CREATE INDEX consent_event_newest ON consent_event (citizen_id, at DESC, id DESC);
ALTER TABLE consent_event ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_reads ON consent_event FOR SELECT USING (citizen_id = (SELECT app_subject()));
CREATE POLICY own_appends ON consent_event FOR INSERT WITH CHECK (
  citizen_id = (SELECT app_subject()) AND app_by() = app_subject() AND channel = 'web'
  AND (NOT given OR version = (SELECT max(t.version) FROM consent_text t WHERE t.purpose = consent_event.purpose)));
CREATE POLICY system_reads ON consent_event FOR SELECT USING ((SELECT app_system()) IN ('delivery', 'erasure'));
GRANT SELECT, INSERT ON consent_event TO myinps_web;
GRANT SELECT ON consent_event TO myinps_worker;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON consent_event FOR EACH ROW EXECUTE FUNCTION append_only();
CREATE TRIGGER append_only_whole BEFORE TRUNCATE ON consent_event EXECUTE FUNCTION append_only();
`;

const TYPES = `'security', 'delegation', 'pension-payment', 'payment', 'domestic-work', 'application', 'request',
    'mailbox', 'appointment', 'institutional', 'survey', 'news'`;

/** What is locked on (src/common/notice-types.ts) cannot be written as off. version: of two tabs the second is told. */
const PREFERENCES = `
CREATE TABLE notice_preference (
  citizen_id uuid NOT NULL REFERENCES citizen ON DELETE CASCADE,
  type text NOT NULL CHECK (type IN (${TYPES})),
  channel text NOT NULL CHECK (channel IN ('email', 'sms')),
  wanted boolean NOT NULL,
  PRIMARY KEY (citizen_id, type, channel),
  CONSTRAINT notice_preference_locked CHECK (wanted OR NOT (channel = 'email' AND type IN ('security', 'delegation')))
);
CREATE TABLE notice_setting (
  citizen_id uuid PRIMARY KEY REFERENCES citizen ON DELETE CASCADE,
  version int NOT NULL CHECK (version >= 1),
  quiet boolean NOT NULL,
  quiet_from time(0) NOT NULL,
  quiet_to time(0) NOT NULL CHECK (quiet_to <> quiet_from),
  changed_at timestamptz(3) NOT NULL
);
ALTER TABLE notice_preference ENABLE ROW LEVEL SECURITY;
ALTER TABLE notice_setting ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_reads ON notice_preference FOR SELECT USING (citizen_id = (SELECT app_subject()));
CREATE POLICY own_reads ON notice_setting FOR SELECT USING (citizen_id = (SELECT app_subject()));
CREATE POLICY own_adds ON notice_preference FOR INSERT WITH CHECK (citizen_id = (SELECT app_subject()) AND app_by() = app_subject());
CREATE POLICY own_adds ON notice_setting FOR INSERT WITH CHECK (citizen_id = (SELECT app_subject()) AND app_by() = app_subject());
CREATE POLICY own_changes ON notice_preference FOR UPDATE USING (citizen_id = (SELECT app_subject()))
  WITH CHECK (citizen_id = (SELECT app_subject()) AND app_by() = app_subject());
CREATE POLICY own_changes ON notice_setting FOR UPDATE USING (citizen_id = (SELECT app_subject()))
  WITH CHECK (citizen_id = (SELECT app_subject()) AND app_by() = app_subject());
CREATE POLICY system_reads ON notice_preference FOR SELECT USING ((SELECT app_system()) IN ('delivery', 'erasure'));
CREATE POLICY system_reads ON notice_setting FOR SELECT USING ((SELECT app_system()) IN ('delivery', 'erasure'));
CREATE POLICY erases ON notice_preference FOR DELETE USING ((SELECT app_system()) = 'erasure');
CREATE POLICY erases ON notice_setting FOR DELETE USING ((SELECT app_system()) = 'erasure');
GRANT SELECT, INSERT, DELETE ON notice_preference, notice_setting TO myinps_web;
GRANT UPDATE (wanted) ON notice_preference TO myinps_web;
GRANT UPDATE (version, quiet, quiet_from, quiet_to, changed_at) ON notice_setting TO myinps_web;
GRANT SELECT, DELETE ON notice_preference, notice_setting TO myinps_worker;

-- The language to write to somebody in, for whoever sends; nothing else of the person is shown.
CREATE FUNCTION message_language(citizen uuid) RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS
  $$ SELECT language FROM citizen c WHERE c.id = citizen AND (app_system() = 'delivery' OR app_subject() = citizen) $$;
-- Whether the person restricted what is done with their data (GDPR art. 18): then nothing leaves the portal but what is
-- locked on. PL/pgSQL, since the columns come with migration 0017.
CREATE FUNCTION message_restricted(citizen uuid) RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  RETURN app_system() = 'delivery' AND EXISTS (SELECT FROM citizen c WHERE c.id = citizen AND c.restricted_at IS NOT NULL);
END $$;
-- Whether the person objected (GDPR art. 21): then nothing that rests on a consent is sent.
CREATE FUNCTION message_objected(citizen uuid) RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  RETURN app_system() = 'delivery' AND EXISTS (SELECT FROM citizen c WHERE c.id = citizen AND c.objected_at IS NOT NULL);
END $$;
REVOKE ALL ON FUNCTION message_language, message_restricted, message_objected FROM PUBLIC;
GRANT EXECUTE ON FUNCTION message_language, message_restricted, message_objected TO myinps_web, myinps_worker;
`;

/** Staff who handle a request, and the jobs, tell the person about it: they add notices and read none. */
const NOTICES = `
ALTER TABLE notice DROP CONSTRAINT notice_type_check, ADD CONSTRAINT notice_type_check CHECK (type IN (${TYPES}));
CREATE POLICY other_writers ON notice FOR INSERT WITH CHECK (
  (SELECT app_staff()) IS NOT NULL OR (SELECT app_system()) IN ('delivery', 'export', 'retention', 'erasure'));
`;

/**
 * The page of a notice shows where it was sent and what became of it; the messages are found by their key, which no page
 * may read (one-time codes have keys too). A consent that is withdrawn stops what rests on it and still waits: what a
 * worker has in hand at that very moment cannot be called back.
 */
const DELIVERIES = `
CREATE FUNCTION notice_messages(notice_id uuid)
RETURNS TABLE (channel text, state text, created_at timestamptz, waits_until timestamptz, sent_at timestamptz, delivered_at timestamptz, ended_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
  SELECT m.channel, m.state, m.created_at, CASE WHEN m.state = 'creata' THEN m.next_attempt_at END,
    (SELECT min(a.ended_at) FROM delivery_attempt a WHERE a.message_id = m.id AND a.outcome = 'inviata'),
    (SELECT min(r.reported_at) FROM delivery_report r WHERE r.message_id = m.id AND r.verdict = 'consegnata'), m.ended_at
  FROM unnest(ARRAY['email', 'sms']) road JOIN outgoing_message m
    ON m.citizen_id = app_subject() AND m.channel = road AND m.kind = 'notice' AND m.key = 'notice:' || notice_id || ':' || road
  ORDER BY m.channel $$;

CREATE FUNCTION notice_messages_stop(types text[], at timestamptz) RETURNS bigint
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
  WITH stopped AS (
    UPDATE outgoing_message m SET state = 'scaduta', sealed = NULL, next_attempt_at = NULL, ended_at = at
    FROM notice n
    WHERE n.citizen_id = app_subject() AND app_by() = app_subject() AND n.type = ANY (types)
      AND m.citizen_id = n.citizen_id AND m.kind = 'notice' AND m.key = 'notice:' || n.id || ':' || m.channel
      AND m.state IN ('creata', 'errore temporaneo', 'incerta') AND m.next_attempt_at IS NOT NULL
    RETURNING 1)
  SELECT count(*) FROM stopped $$;
REVOKE ALL ON FUNCTION notice_messages, notice_messages_stop FROM PUBLIC;
GRANT EXECUTE ON FUNCTION notice_messages, notice_messages_stop TO myinps_web;
`;
