import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * A stop (a consent withdrawn, a restriction, an objection) reaches the message that a worker has in hand, too: the
 * attempt under way cannot be called back, but it is the last. And two runs of retention end the months of the access
 * record one after the other.
 */
export class DeliveryRaces1764000020000 implements MigrationInterface {
  name = 'DeliveryRaces1764000020000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('ALTER TABLE outgoing_message ADD COLUMN stopped boolean NOT NULL DEFAULT false');
    await queryRunner.query(steps(`, ('in invio', 'scaduta')`));
    await queryRunner.query(stopOfConsent(STOP));
    await queryRunner.query(mark(STOP));
    await queryRunner.query(retire(IN_TURN));
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(retire(''));
    await queryRunner.query(mark(STOP_BEFORE));
    await queryRunner.query(stopOfConsent(STOP_BEFORE));
    await queryRunner.query(steps(''));
    await queryRunner.query('ALTER TABLE outgoing_message DROP COLUMN stopped');
  }
}

interface Stop {
  set(at: string): string;
  which: string;
  /** What is said of each message, and how those that do not leave are counted by it. */
  each: string;
  count: string;
}

/**
 * A row that is being recorded at this moment is waited for and looked at again, as it is then: whichever of the two
 * comes first, the message does not go on.
 */
const STOP: Stop = {
  set: (at) => `stopped = true,
      state = CASE m.state WHEN 'in invio' THEN m.state ELSE 'scaduta' END,
      sealed = CASE m.state WHEN 'in invio' THEN m.sealed END,
      next_attempt_at = CASE m.state WHEN 'in invio' THEN m.next_attempt_at END,
      ended_at = CASE m.state WHEN 'in invio' THEN m.ended_at ELSE ${at} END`,
  which: 'm.next_attempt_at IS NOT NULL',
  each: 'm.state',
  count: `count(*) FILTER (WHERE state = 'scaduta')`,
};

const STOP_BEFORE: Stop = {
  set: (at) => `state = 'scaduta', sealed = NULL, next_attempt_at = NULL, ended_at = ${at}`,
  which: `m.state IN ('creata', 'errore temporaneo', 'incerta') AND m.next_attempt_at IS NOT NULL`,
  each: '1',
  count: 'count(*)',
};

function steps(more: string): string {
  return `
CREATE OR REPLACE FUNCTION outgoing_message_step() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  IF (OLD.state, NEW.state) IN (
    ('creata', 'in invio'), ('creata', 'scaduta'), ('creata', 'errore definitivo'),
    ('in invio', 'inviata'), ('in invio', 'errore temporaneo'), ('in invio', 'errore definitivo'), ('in invio', 'incerta')${more},
    ('errore temporaneo', 'in invio'), ('errore temporaneo', 'scaduta'), ('errore temporaneo', 'consegnata'), ('errore temporaneo', 'errore definitivo'),
    ('incerta', 'in invio'), ('incerta', 'scaduta'), ('incerta', 'consegnata'), ('incerta', 'errore definitivo'),
    ('inviata', 'consegnata'), ('inviata', 'errore definitivo')
  ) THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'a message does not go from % to %', OLD.state, NEW.state USING ERRCODE = '23514';
END $$`;
}

/** As in migration 0015, but for the stop itself. */
function stopOfConsent({ set, which, each, count }: Stop): string {
  return `
CREATE OR REPLACE FUNCTION notice_messages_stop(types text[], at timestamptz) RETURNS bigint
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
  WITH stopped AS (
    UPDATE outgoing_message m SET ${set('at')}
    FROM notice n
    WHERE n.citizen_id = app_subject() AND app_by() = app_subject() AND n.type = ANY (types)
      AND m.citizen_id = n.citizen_id AND m.kind = 'notice' AND m.key = 'notice:' || n.id || ':' || m.channel
      AND ${which}
    RETURNING ${each})
  SELECT ${count} FROM stopped $$`;
}

/** As in migration 0017, but for the stop itself. */
function mark({ set, which }: Stop): string {
  return `
-- Of a request that was granted just now, to whoever granted it.
CREATE OR REPLACE FUNCTION right_mark(request uuid, now_at timestamptz) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  IF app_staff() IS NULL OR NOT staff_has(ARRAY['operator', 'administrator']) THEN
    RAISE EXCEPTION 'only the staff who answer set a mark' USING ERRCODE = '42501';
  END IF;
  UPDATE citizen c SET restricted_at = coalesce(c.restricted_at, now_at), restricted_by = coalesce(c.restricted_by, r.protocol)
    FROM right_request r WHERE r.id = request AND c.id = r.citizen_id
      AND r.kind = 'restriction' AND r.state IN ('accepted', 'partly') AND r.closed_at = now_at;
  UPDATE citizen c SET objected_at = coalesce(c.objected_at, now_at), objected_by = coalesce(c.objected_by, r.protocol)
    FROM right_request r WHERE r.id = request AND c.id = r.citizen_id
      AND r.kind = 'objection' AND r.state IN ('accepted', 'partly') AND r.closed_at = now_at;
  -- What still waits is not sent: after an objection what rests on a consent, after a restriction all but the types whose
  -- e-mail is locked on (src/common/notice-types.ts). The answer, written in this same unit, goes.
  UPDATE outgoing_message m SET ${set('now_at')}
    FROM right_request r JOIN notice n ON n.citizen_id = r.citizen_id
    WHERE r.id = request AND r.kind IN ('restriction', 'objection') AND r.state IN ('accepted', 'partly') AND r.closed_at = now_at
      AND CASE r.kind WHEN 'restriction' THEN n.type NOT IN ('security', 'delegation') ELSE n.type IN ('survey', 'news') END
      AND m.created_at < now_at AND m.citizen_id = n.citizen_id AND m.kind = 'notice' AND m.key = 'notice:' || n.id || ':' || m.channel
      AND ${which};
END $$`;
}

/**
 * Before anything is counted: two that have counted a month each wait for the other before they can drop it. Waiting in
 * turn keeps no page waiting, so it may take longer than the locks that do (lock_timeout of the function).
 */
const IN_TURN = `
  PERFORM set_config('lock_timeout', '0', true);
  PERFORM pg_advisory_xact_lock(hashtextextended('audit_retire', 0));
  PERFORM set_config('lock_timeout', '1s', true);`;

/** As in migration 0012, but for the turn. */
function retire(turn: string): string {
  return `
CREATE OR REPLACE FUNCTION audit_retire(before timestamptz, dry_run boolean) RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp SET lock_timeout = '1s' SET timezone = 'UTC' AS $$
DECLARE
  past timestamptz := date_trunc('month', before);
  part record;
  found bigint;
  total bigint := 0;
BEGIN${turn}
  PERFORM set_config('audit.maintenance', 'yes', true);
  FOR part IN
    SELECT c.relname AS name, to_timestamp(right(c.relname, 7), 'YYYY_MM') AS first
    FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
    WHERE i.inhparent = 'public.audit_entry'::regclass AND c.relname ~ '^audit_entry_[0-9]{4}_[0-9]{2}$' ORDER BY 1
  LOOP
    CONTINUE WHEN part.first + interval '1 month' > past OR EXISTS (
      SELECT FROM audit_unsealed u WHERE u.entry_at >= part.first AND u.entry_at < part.first + interval '1 month');
    EXECUTE format('SELECT count(*) FROM public.%I', part.name) INTO found;
    total := total + found;
    CONTINUE WHEN dry_run;
    -- Last, and one month at a time: from here until the commit no page can record a read.
    INSERT INTO audit_retirement (from_at, until_at, entries) VALUES (part.first, part.first + interval '1 month', found);
    EXECUTE format('DROP TABLE public.%I', part.name);
    PERFORM set_config('audit.maintenance', '', true);
    RETURN total;
  END LOOP;
  FOR part IN
    SELECT date_trunc('month', at) AS first, count(*) AS entries FROM audit_entry_rest e
    WHERE at < past AND NOT EXISTS (SELECT FROM audit_unsealed u WHERE u.entry_id = e.id) GROUP BY 1 ORDER BY 1
  LOOP
    total := total + part.entries;
    CONTINUE WHEN dry_run;
    DELETE FROM audit_entry_rest e WHERE at >= part.first AND at < part.first + interval '1 month'
      AND NOT EXISTS (SELECT FROM audit_unsealed u WHERE u.entry_id = e.id);
    INSERT INTO audit_retirement (from_at, until_at, entries) VALUES (part.first, part.first + interval '1 month', part.entries);
  END LOOP;
  PERFORM set_config('audit.maintenance', '', true);
  RETURN total;
END $$`;
}
