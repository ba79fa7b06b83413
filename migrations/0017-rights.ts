import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Requests under GDPR art. 16-18 and 21 with their protocol numbers and steps, what a granted one changes, and how
 * long everything is kept. The rules that guard them are here too: who may see a request, which step follows which,
 * that an extension comes once and in time, that nobody is erased whose request was not granted.
 */
export class Rights1764000017000 implements MigrationInterface {
  name = 'Rights1764000017000';

  async up(queryRunner: QueryRunner): Promise<void> {
    for (const part of [PROTOCOL, REQUEST, GUARD, ACCESS, MARKS, EFFECTS, ERASURE, RETENTION])
      await queryRunner.query(part);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      DELETE FROM consent_event e WHERE NOT EXISTS (SELECT FROM citizen c WHERE c.id = e.citizen_id);
      ALTER TABLE consent_event ADD FOREIGN KEY (citizen_id) REFERENCES citizen ON DELETE CASCADE;
      DROP POLICY erasure_knows ON citizen;
      DROP POLICY erasure_counts ON audit_entry;
      DROP POLICY erased ON notice;
      DROP POLICY erased ON appointment;
      DROP POLICY erased ON slot;
      REVOKE SELECT, DELETE ON notice FROM myinps_worker;
      GRANT SELECT ON notice TO myinps_worker;
      DROP TRIGGER citizen_keeps_corrections ON citizen;
      DROP TABLE retention_run, retention_rule, right_event, right_request, protocol_counter CASCADE;
      DROP FUNCTION protocol_next, staff_has, right_request_guard, right_request_person, right_mark, right_mark_lift,
        right_rectify, right_reclaim, right_request_forget, citizen_keeps_corrections, erasure_granted, erasure_appointments, erase_citizen, retention_batch, retention_end CASCADE;
      ALTER TABLE citizen DROP COLUMN restricted_at, DROP COLUMN restricted_by, DROP COLUMN objected_at, DROP COLUMN objected_by,
        DROP COLUMN corrected;`);
  }
}

/**
 * One counter for each series and year. The row stays locked until the transaction ends, so numbers come in the order
 * of the commits and none is missing: what rolls back gives its number back (d.P.R. 445/2000, art. 53 and 57: the
 * progressive number of a protocol starts again each year).
 */
const PROTOCOL = `
CREATE TABLE protocol_counter (
  series text NOT NULL CHECK (series ~ '^[A-Z]{3}$'),
  year smallint NOT NULL CHECK (year BETWEEN 2020 AND 2999),
  last integer NOT NULL CHECK (last BETWEEN 1 AND 9999999),
  PRIMARY KEY (series, year)
);
ALTER TABLE protocol_counter ENABLE ROW LEVEL SECURITY;
CREATE POLICY by_function ON protocol_counter FOR SELECT USING (false);

CREATE FUNCTION protocol_next(which text, of_year integer) RETURNS integer
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
  INSERT INTO protocol_counter AS c (series, year, last) VALUES (which, of_year, 1)
  ON CONFLICT (series, year) DO UPDATE SET last = c.last + 1 RETURNING last $$;
REVOKE ALL ON FUNCTION protocol_next FROM PUBLIC;
GRANT EXECUTE ON FUNCTION protocol_next TO myinps_web;
`;

/**
 * citizen_id names no row of citizen: the request must outlive an erasure, as the proof of it (GDPR art. 5(2), 17(3)(e)).
 * Then person_key, a keyed pseudonym of the identity, is all that leads back: a person who comes again finds the answer.
 */
const REQUEST = `
CREATE TABLE right_request (
  id uuid PRIMARY KEY,
  protocol text NOT NULL UNIQUE CHECK (protocol ~ '^DIR-[0-9]{4}-[0-9]{7}-[0-9]$'),
  submission_id uuid NOT NULL UNIQUE,
  citizen_id uuid NOT NULL,
  kind text NOT NULL CHECK (kind IN ('rectification', 'erasure', 'restriction', 'objection')),
  state text NOT NULL CHECK (state IN ('received', 'working', 'extended', 'accepted', 'partly', 'rejected', 'withdrawn')),
  concerns text[] NOT NULL CHECK (cardinality(concerns) BETWEEN 1 AND 10
    AND concerns <@ ARRAY['identity', 'contacts', 'appointments', 'notices', 'consents', 'accesses', 'other']),
  message text NOT NULL CHECK (length(message) <= 2000),
  current_value text NOT NULL DEFAULT '' CHECK (length(current_value) <= 200),
  right_value text NOT NULL DEFAULT '' CHECK (length(right_value) <= 200),
  received_at timestamptz(3) NOT NULL,
  first_due_on date NOT NULL,
  due_on date NOT NULL,
  taken_by text,
  extended_at timestamptz(3),
  extension_reason text CHECK (length(extension_reason) BETWEEN 1 AND 2000),
  outcome_reason text CHECK (length(outcome_reason) BETWEEN 1 AND 2000),
  -- Of a request for erasure: which parts go; null for all.
  areas text[] CHECK (areas IS NULL OR (kind = 'erasure' AND cardinality(areas) BETWEEN 1 AND 40)),
  closed_at timestamptz(3),
  erased_at timestamptz(3) CHECK (erased_at IS NULL OR (kind = 'erasure' AND state IN ('accepted', 'partly'))),
  person_key text CHECK (length(person_key) = 43),
  version integer NOT NULL DEFAULT 1,
  CHECK (kind = 'rectification' OR (current_value = '' AND right_value = '')),
  CHECK (first_due_on > (received_at AT TIME ZONE 'Europe/Rome')::date AND due_on >= first_due_on),
  -- GDPR art. 12(3): once, by two months at most, the person told within the first month.
  CHECK ((extended_at IS NULL) = (extension_reason IS NULL) AND (extended_at IS NULL) = (due_on = first_due_on)),
  CHECK (extended_at IS NULL OR (extended_at AT TIME ZONE 'Europe/Rome')::date <= first_due_on),
  -- A few days of room: a term that ends on a holiday moves.
  CHECK (due_on <= (received_at AT TIME ZONE 'Europe/Rome')::date + interval '3 months 6 days'),
  -- GDPR art. 12(4): whoever is refused is told why; we tell whoever is granted, too.
  CHECK ((state IN ('accepted', 'partly', 'rejected')) = (outcome_reason IS NOT NULL)),
  CHECK ((state IN ('accepted', 'partly', 'rejected', 'withdrawn')) = (closed_at IS NOT NULL))
);
CREATE UNIQUE INDEX right_request_one_open ON right_request (citizen_id, kind) WHERE closed_at IS NULL;
CREATE INDEX right_request_of_citizen ON right_request (citizen_id, received_at DESC);
CREATE INDEX right_request_due ON right_request (due_on, id) WHERE closed_at IS NULL;
CREATE INDEX right_request_by_state ON right_request (state, due_on, id);
CREATE INDEX right_request_person ON right_request (person_key) WHERE person_key IS NOT NULL;

CREATE TABLE right_event (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  request_id uuid NOT NULL REFERENCES right_request ON DELETE CASCADE,
  at timestamptz(3) NOT NULL,
  what text NOT NULL CHECK (what IN ('received', 'working', 'extended', 'accepted', 'partly', 'rejected', 'withdrawn', 'executed')),
  actor_kind text NOT NULL CHECK (actor_kind IN ('citizen', 'staff', 'system')),
  actor text NOT NULL,
  note text NOT NULL DEFAULT '' CHECK (length(note) <= 2000),
  details jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(details) = 'object')
);
CREATE INDEX right_event_of_request ON right_event (request_id, id);
`;

/** Which step may follow which, and whose it is. A version that is not the next one was decided on an old page. */
const GUARD = `
CREATE FUNCTION right_request_guard() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE who text := coalesce(current_setting('app.kind', true), '');
BEGIN
  IF NEW.version <> OLD.version + 1 THEN
    RAISE EXCEPTION 'the request has changed meanwhile' USING ERRCODE = '40001';
  END IF;
  IF NEW.state <> OLD.state AND NOT (CASE OLD.state
      WHEN 'received' THEN NEW.state IN ('working', 'withdrawn')
      WHEN 'working' THEN NEW.state IN ('extended', 'accepted', 'partly', 'rejected', 'withdrawn')
      WHEN 'extended' THEN NEW.state IN ('accepted', 'partly', 'rejected', 'withdrawn')
      ELSE false END) THEN
    RAISE EXCEPTION 'a request that is % cannot become %', OLD.state, NEW.state USING ERRCODE = '23514';
  END IF;
  IF OLD.state <> NEW.state AND (NEW.state = 'withdrawn') IS DISTINCT FROM (who = 'citizen') THEN
    RAISE EXCEPTION 'only the person withdraws, and only the office does the rest' USING ERRCODE = '42501';
  END IF;
  IF OLD.state = NEW.state AND (NEW.outcome_reason, NEW.due_on, NEW.extended_at, NEW.areas, NEW.closed_at)
      IS DISTINCT FROM (OLD.outcome_reason, OLD.due_on, OLD.extended_at, OLD.areas, OLD.closed_at) THEN
    RAISE EXCEPTION 'an answer is not changed afterwards' USING ERRCODE = '23514';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER right_request_guard BEFORE UPDATE ON right_request FOR EACH ROW EXECUTE FUNCTION right_request_guard();
`;

/** A person sees their own, never through a delegate; of the staff those who answer; the erasure what it must carry out. */
const ACCESS = `
CREATE FUNCTION staff_has(wanted text[]) RETURNS boolean LANGUAGE sql STABLE AS $$
  SELECT EXISTS (SELECT FROM staff_member m WHERE m.id::text = app_staff() AND m.roles && wanted) $$;

ALTER TABLE right_request ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON right_request FOR SELECT USING (citizen_id = (SELECT app_subject()) AND (SELECT app_by() = app_subject()));
CREATE POLICY own_asks ON right_request FOR INSERT TO myinps_web WITH CHECK (
  citizen_id = (SELECT app_subject()) AND (SELECT app_by() = app_subject()) AND state = 'received' AND version = 1
  AND person_key IS NULL AND due_on = first_due_on AND taken_by IS NULL);
CREATE POLICY own_withdraws ON right_request FOR UPDATE TO myinps_web
  USING (citizen_id = (SELECT app_subject()) AND (SELECT app_by() = app_subject()) AND closed_at IS NULL)
  WITH CHECK (citizen_id = (SELECT app_subject()) AND state = 'withdrawn');
CREATE POLICY staff_reads ON right_request FOR SELECT TO myinps_web USING ((SELECT staff_has(ARRAY['operator', 'administrator'])));
CREATE POLICY staff_answers ON right_request FOR UPDATE TO myinps_web
  USING ((SELECT staff_has(ARRAY['operator', 'administrator'])) AND closed_at IS NULL)
  WITH CHECK ((SELECT staff_has(ARRAY['operator', 'administrator'])));
CREATE POLICY erasure ON right_request TO myinps_worker
  USING ((SELECT app_system()) = 'erasure') WITH CHECK ((SELECT app_system()) = 'erasure');
GRANT SELECT, INSERT ON right_request TO myinps_web;
GRANT UPDATE (state, due_on, taken_by, extended_at, extension_reason, outcome_reason, areas, closed_at, version) ON right_request TO myinps_web;
GRANT SELECT, UPDATE (erased_at, person_key, message, current_value, right_value, version) ON right_request TO myinps_worker;

ALTER TABLE right_event ENABLE ROW LEVEL SECURITY;
-- Whoever may see the request may see its steps, and writes only in their own name.
CREATE POLICY of_request ON right_event FOR SELECT USING (EXISTS (SELECT FROM right_request r WHERE r.id = request_id));
CREATE POLICY appends ON right_event FOR INSERT WITH CHECK (
  actor_kind = app_kind() AND actor = coalesce(app_by()::text, app_staff(), app_system())
  AND EXISTS (SELECT FROM right_request r WHERE r.id = request_id));
GRANT SELECT, INSERT ON right_event TO myinps_web, myinps_worker;
`;

/**
 * restricted_at (art. 18) and objected_at (art. 21): since when optional processing rests, and by which request.
 * corrected: what an office corrected, which no later sign-in overwrites.
 */
const MARKS = `
ALTER TABLE citizen
  ADD COLUMN restricted_at timestamptz(3),
  ADD COLUMN restricted_by text,
  ADD COLUMN objected_at timestamptz(3),
  ADD COLUMN objected_by text,
  ADD COLUMN corrected text[] NOT NULL DEFAULT '{}'
    CHECK (corrected <@ ARRAY['name', 'family_name', 'born_on', 'said_address', 'said_municipality']),
  ADD CONSTRAINT citizen_marks CHECK ((restricted_at IS NULL) = (restricted_by IS NULL) AND (objected_at IS NULL) = (objected_by IS NULL));

CREATE FUNCTION citizen_keeps_corrections() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  IF 'name' = ANY (OLD.corrected) THEN NEW.name := OLD.name; END IF;
  IF 'family_name' = ANY (OLD.corrected) THEN NEW.family_name := OLD.family_name; END IF;
  IF 'born_on' = ANY (OLD.corrected) THEN NEW.born_on := OLD.born_on; END IF;
  IF 'said_address' = ANY (OLD.corrected) THEN NEW.said_address := OLD.said_address; END IF;
  IF 'said_municipality' = ANY (OLD.corrected) THEN NEW.said_municipality := OLD.said_municipality; END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER citizen_keeps_corrections BEFORE UPDATE OF name, family_name, born_on, said_address, said_municipality ON citizen
  FOR EACH ROW WHEN (OLD.corrected <> '{}' AND current_setting('app.kind', true) = 'system' AND current_setting('app.subject', true) = 'sign-in')
  EXECUTE FUNCTION citizen_keeps_corrections();
`;

/** What the office needs to know of the person, and what its decision does: by request, never by person. */
const EFFECTS = `
CREATE FUNCTION right_request_person(request uuid)
RETURNS TABLE (name text, family_name text, fiscal_code text, born_on date, said_address text, said_municipality text, said_at timestamptz, corrected text[])
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  IF app_staff() IS NULL OR NOT staff_has(ARRAY['operator', 'administrator']) THEN
    RAISE EXCEPTION 'only the staff who answer see who asks' USING ERRCODE = '42501';
  END IF;
  RETURN QUERY SELECT c.name, c.family_name, c.fiscal_code, c.born_on, c.said_address, c.said_municipality, c.said_at, c.corrected
    FROM right_request r JOIN citizen c ON c.id = r.citizen_id WHERE r.id = request;
END $$;

-- Of a request that was granted just now, to whoever granted it.
CREATE FUNCTION right_mark(request uuid, now_at timestamptz) RETURNS void
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
  UPDATE outgoing_message m SET state = 'scaduta', sealed = NULL, next_attempt_at = NULL, ended_at = now_at
    FROM right_request r JOIN notice n ON n.citizen_id = r.citizen_id
    WHERE r.id = request AND r.kind IN ('restriction', 'objection') AND r.state IN ('accepted', 'partly') AND r.closed_at = now_at
      AND CASE r.kind WHEN 'restriction' THEN n.type NOT IN ('security', 'delegation') ELSE n.type IN ('survey', 'news') END
      AND m.created_at < now_at AND m.citizen_id = n.citizen_id AND m.kind = 'notice' AND m.key = 'notice:' || n.id || ':' || m.channel
      AND m.state IN ('creata', 'errore temporaneo', 'incerta') AND m.next_attempt_at IS NOT NULL;
END $$;

-- A restriction or objection is in the person's own interest: they take it back themselves, no delegate for them.
CREATE FUNCTION right_mark_lift(which text) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  IF app_subject() IS NULL OR app_by() <> app_subject() THEN
    RAISE EXCEPTION 'only the person takes a mark back' USING ERRCODE = '42501';
  END IF;
  IF which = 'restriction' THEN
    UPDATE citizen SET restricted_at = NULL, restricted_by = NULL WHERE id = app_subject() AND restricted_at IS NOT NULL;
  ELSIF which = 'objection' THEN
    UPDATE citizen SET objected_at = NULL, objected_by = NULL WHERE id = app_subject() AND objected_at IS NOT NULL;
  ELSE
    RAISE EXCEPTION 'no such mark' USING ERRCODE = '22023';
  END IF;
  RETURN FOUND;
END $$;

CREATE FUNCTION right_rectify(request uuid, field text, content text, now_at timestamptz) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE person uuid;
BEGIN
  IF app_staff() IS NULL OR NOT staff_has(ARRAY['operator', 'administrator']) THEN
    RAISE EXCEPTION 'only the staff who answer correct data' USING ERRCODE = '42501';
  END IF;
  SELECT r.citizen_id INTO person FROM right_request r WHERE r.id = request AND r.kind = 'rectification'
    AND r.state IN ('accepted', 'partly') AND r.closed_at = now_at;
  IF person IS NULL OR field NOT IN ('name', 'family_name', 'born_on', 'said_address', 'said_municipality') THEN
    RAISE EXCEPTION 'no granted rectification of this' USING ERRCODE = '42501';
  END IF;
  IF field = 'born_on' THEN
    UPDATE citizen SET born_on = content::date WHERE id = person;
  ELSE
    EXECUTE format('UPDATE citizen SET %I = $1 WHERE id = $2', field) USING content, person;
  END IF;
  UPDATE citizen c SET corrected = ARRAY(SELECT DISTINCT unnest(c.corrected || field)), updated_at = now_at WHERE c.id = person;
END $$;

-- Who was erased and comes back finds the answer again: the pseudonyms are made of the identity, with keys of the program's.
CREATE FUNCTION right_reclaim(pseudonyms text[]) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE found_rows bigint;
BEGIN
  IF app_subject() IS NULL OR app_by() <> app_subject() THEN
    RAISE EXCEPTION 'only the person finds their requests' USING ERRCODE = '42501';
  END IF;
  UPDATE right_request r SET citizen_id = app_subject(), version = r.version + 1
    WHERE r.person_key = ANY (pseudonyms) AND r.citizen_id <> app_subject() AND r.closed_at IS NOT NULL;
  GET DIAGNOSTICS found_rows = ROW_COUNT;
  RETURN found_rows;
END $$;

REVOKE ALL ON FUNCTION right_request_person, right_mark, right_mark_lift, right_rectify, right_reclaim FROM PUBLIC;
GRANT EXECUTE ON FUNCTION right_request_person, right_mark, right_mark_lift, right_rectify, right_reclaim TO myinps_web;
`;

/**
 * Nobody is erased whose request was not granted, whatever the program believes. With a person goes what they typed in
 * their requests, however they go (an erasure, the time that is over): what was asked and answered stays as the proof.
 */
const ERASURE = `
CREATE FUNCTION right_request_forget() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  UPDATE right_request r SET message = '', current_value = '', right_value = '', version = r.version + 1
    WHERE r.citizen_id = OLD.id AND (r.message, r.current_value, r.right_value) <> ('', '', '');
  RETURN NULL;
END $$;
REVOKE ALL ON FUNCTION right_request_forget FROM PUBLIC;
CREATE TRIGGER right_request_forget AFTER DELETE ON citizen FOR EACH ROW EXECUTE FUNCTION right_request_forget();

CREATE FUNCTION erasure_granted(person uuid) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
  SELECT app_system() = 'erasure' AND EXISTS (SELECT FROM right_request r WHERE r.citizen_id = person AND r.kind = 'erasure'
    AND r.state IN ('accepted', 'partly') AND r.erased_at IS NULL) $$;

CREATE POLICY erasure_knows ON citizen FOR SELECT TO myinps_worker USING ((SELECT app_system()) = 'erasure' AND erasure_granted(id));
CREATE POLICY erasure_counts ON audit_entry FOR SELECT TO myinps_worker USING ((SELECT app_system()) = 'erasure' AND erasure_granted(subject));
CREATE POLICY erased ON notice TO myinps_worker USING ((SELECT app_system()) = 'erasure' AND erasure_granted(citizen_id));
GRANT DELETE ON notice TO myinps_worker;

CREATE POLICY erased ON appointment TO myinps_worker USING ((SELECT app_system()) = 'erasure' AND erasure_granted(citizen_id));
CREATE FUNCTION erasure_appointments(person uuid) RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
  SELECT a.id FROM appointment a WHERE a.citizen_id = person AND erasure_granted(person) $$;
CREATE POLICY erased ON slot FOR UPDATE TO myinps_worker USING ((SELECT app_system()) = 'erasure');

-- The ledger of consents outlives an erasure, as the proof of what was allowed (GDPR art. 17(3)(e)); it names nobody then.
ALTER TABLE consent_event DROP CONSTRAINT consent_event_citizen_id_fkey;

-- The person, their sessions, kept forms and PIN: sessions have no policy, and identity is written at sign-in alone.
CREATE FUNCTION erase_citizen(person uuid) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE total bigint := 0; gone bigint;
BEGIN
  IF NOT erasure_granted(person) THEN
    RAISE EXCEPTION 'nobody granted the erasure of this person' USING ERRCODE = '42501';
  END IF;
  DELETE FROM session s WHERE s.citizen_id = person; GET DIAGNOSTICS gone = ROW_COUNT; total := total + gone;
  DELETE FROM parked_form f WHERE f.citizen_id = person; GET DIAGNOSTICS gone = ROW_COUNT; total := total + gone;
  DELETE FROM pin_credential p WHERE p.citizen_id = person; GET DIAGNOSTICS gone = ROW_COUNT; total := total + gone;
  DELETE FROM citizen c WHERE c.id = person; GET DIAGNOSTICS gone = ROW_COUNT; total := total + gone;
  RETURN total;
END $$;
REVOKE ALL ON FUNCTION erasure_granted, erasure_appointments, erase_citizen FROM PUBLIC;
GRANT EXECUTE ON FUNCTION erasure_granted, erasure_appointments, erase_citizen TO myinps_worker;
`;

/**
 * The rules of src/common/retention.ts as the owner wrote them here with the migrations (scripts/lib/database.ts), and
 * what each night did by them. The worker can only name a rule: what it means stands in retention_rule, which the
 * program's logins may not write.
 */
const RETENTION = `
CREATE TABLE retention_rule (
  id text PRIMARY KEY,
  position integer NOT NULL,
  table_name text NOT NULL,
  months integer NOT NULL CHECK (months >= 0),
  days integer NOT NULL CHECK (days >= 0 AND months + days > 0),
  from_sql text NOT NULL,
  only_sql text NOT NULL,
  call text,
  -- How far ahead of this server's clock a run may be dated; a day when null. Tests, whose clock is moved, say more.
  ahead interval
);
ALTER TABLE retention_rule ENABLE ROW LEVEL SECURITY;
CREATE POLICY by_function ON retention_rule FOR SELECT USING (false);

CREATE TABLE retention_run (
  run_id uuid NOT NULL,
  rule text NOT NULL,
  dry_run boolean NOT NULL,
  asked_by text NOT NULL CHECK (length(asked_by) <= 64),
  started_at timestamptz(3) NOT NULL,
  before_at timestamptz(3) NOT NULL,
  rows bigint NOT NULL DEFAULT 0,
  finished_at timestamptz(3),
  failure text CHECK (length(failure) <= 200),
  PRIMARY KEY (run_id, rule)
);
CREATE INDEX retention_run_newest ON retention_run (started_at DESC, run_id);
ALTER TABLE retention_run ENABLE ROW LEVEL SECURITY;
CREATE POLICY staff_reads ON retention_run FOR SELECT TO myinps_web USING ((SELECT staff_has(ARRAY['analyst', 'administrator'])));
GRANT SELECT ON retention_run TO myinps_web;

-- One batch of one rule. @returns how many rows went (or, in a dry run, would go); fewer than the batch: there are no more.
CREATE FUNCTION retention_batch(run uuid, which text, dry boolean, asker text, run_at timestamptz, size integer) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE rule retention_rule; before_at timestamptz; n bigint;
BEGIN
  IF app_system() IS DISTINCT FROM 'retention' THEN
    RAISE EXCEPTION 'only the retention deletes what is over' USING ERRCODE = '42501';
  END IF;
  SELECT * INTO rule FROM retention_rule WHERE id = which;
  IF rule.id IS NULL THEN
    RAISE EXCEPTION 'no retention rule %', which USING ERRCODE = '22023';
  END IF;
  -- The only reading of the server's clock: whoever has the worker's login must not end what is not over by a date of theirs.
  IF run_at > clock_timestamp() + coalesce(rule.ahead, interval '1 day') THEN
    RAISE EXCEPTION 'a run of retention cannot be dated ahead' USING ERRCODE = '42501';
  END IF;
  before_at := ((run_at AT TIME ZONE 'Europe/Rome') - make_interval(months => rule.months, days => rule.days)) AT TIME ZONE 'Europe/Rome';
  INSERT INTO retention_run (run_id, rule, dry_run, asked_by, started_at, before_at) VALUES (run, which, dry, asker, run_at, before_at)
    ON CONFLICT DO NOTHING;
  IF rule.call IS NOT NULL THEN
    EXECUTE format('SELECT %I($1, $2)', rule.call) INTO n USING before_at, dry;
  ELSIF dry THEN
    EXECUTE format('SELECT count(*) FROM %I r WHERE %s < $1 AND (%s)', rule.table_name, rule.from_sql, rule.only_sql) INTO n USING before_at;
  ELSE
    EXECUTE format('WITH gone AS (DELETE FROM %1$I WHERE ctid = ANY (ARRAY(
        SELECT r.ctid FROM %1$I r WHERE %2$s < $1 AND (%3$s) LIMIT $2 FOR UPDATE SKIP LOCKED)) RETURNING 1) SELECT count(*) FROM gone',
      rule.table_name, rule.from_sql, rule.only_sql) INTO n USING before_at, size;
  END IF;
  UPDATE retention_run t SET rows = CASE WHEN dry THEN n ELSE t.rows + n END WHERE t.run_id = run AND t.rule = which;
  RETURN n;
END $$;

CREATE FUNCTION retention_end(run uuid, which text, dry boolean, asker text, run_at timestamptz, ended_at timestamptz, why text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  IF app_system() IS DISTINCT FROM 'retention' THEN
    RAISE EXCEPTION 'only the retention reports' USING ERRCODE = '42501';
  END IF;
  INSERT INTO retention_run (run_id, rule, dry_run, asked_by, started_at, before_at, finished_at, failure)
    VALUES (run, which, dry, asker, run_at, run_at, ended_at, why)
    ON CONFLICT (run_id, rule) DO UPDATE SET finished_at = ended_at, failure = why;
END $$;
REVOKE ALL ON FUNCTION retention_batch, retention_end FROM PUBLIC;
GRANT EXECUTE ON FUNCTION retention_batch, retention_end TO myinps_worker;
`;
