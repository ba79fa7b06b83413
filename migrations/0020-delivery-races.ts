import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * A stop (a consent withdrawn, a restriction, an objection) reaches the message that a worker has in hand, too: the
 * attempt under way cannot be called back, but it is the last.
 */
export class DeliveryRaces1764000020000 implements MigrationInterface {
  name = 'DeliveryRaces1764000020000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('ALTER TABLE outgoing_message ADD COLUMN stopped boolean NOT NULL DEFAULT false');
    await queryRunner.query(steps(`, ('in invio', 'scaduta')`));
    await queryRunner.query(stopOfConsent(STOP));
    await queryRunner.query(mark(STOP));
  }

  async down(queryRunner: QueryRunner): Promise<void> {
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
