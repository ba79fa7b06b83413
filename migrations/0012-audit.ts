import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The record of who did what to whose data: by month, append-only for everybody, sealed in order (docs/decisions/0009).
 * An append is a plain insert; what is not sealed yet stands in audit_unsealed, where the sealer finds it whenever its
 * transaction commits.
 */
export class Audit1764000012000 implements MigrationInterface {
  name = 'Audit1764000012000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('ALTER TABLE audit_entry RENAME TO audit_entry_before');
    for (const sql of [ENTRIES, GUARDS, SEALS, READS, PARTITIONS, RETIREMENT, KEPT, SWEEP])
      await queryRunner.query(sql);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    for (const sql of BACK) await queryRunner.query(sql);
  }
}

/**
 * who: as the person it is about sees it. Whoever came in by the person's credentials counts as the person.
 * The partition `rest` takes what no month is ready for, so that an append never fails.
 */
const ENTRIES = `
ALTER TABLE audit_entry_before RENAME CONSTRAINT audit_entry_pkey TO audit_entry_before_pkey;
DROP INDEX audit_entry_subject, audit_entry_subject_at;
CREATE TABLE audit_entry (
  id bigint GENERATED ALWAYS AS IDENTITY,
  at timestamptz(3) NOT NULL,
  action text NOT NULL CHECK (action ~ '^[a-z][a-z0-9-]*(\\.[a-z0-9-]+)+$'),
  kind text NOT NULL DEFAULT 'change' CHECK (kind IN ('read', 'change', 'session', 'sent')),
  subject uuid,
  actor_kind text NOT NULL CHECK (actor_kind IN ('citizen', 'staff', 'system')),
  actor text NOT NULL,
  office text CHECK (office IS NULL OR actor_kind = 'staff'),
  object_id text,
  purpose text NOT NULL CHECK (purpose IN ('service', 'security', 'consent', 'rights', 'legal-duty', 'delivery', 'investigation')),
  details jsonb NOT NULL DEFAULT '{}',
  who text GENERATED ALWAYS AS (CASE
    WHEN actor_kind = 'staff' THEN 'staff'
    WHEN actor_kind = 'system' THEN CASE WHEN kind = 'session' AND actor = 'sign-in' THEN 'self' ELSE 'system' END
    WHEN actor = subject::text THEN 'self' ELSE 'delegate' END) STORED,
  PRIMARY KEY (id, at),
  CONSTRAINT audit_entry_investigation_by_staff CHECK (purpose <> 'investigation' OR actor_kind = 'staff')
) PARTITION BY RANGE (at);
CREATE TABLE audit_entry_rest PARTITION OF audit_entry DEFAULT;
ALTER TABLE audit_entry ENABLE ROW LEVEL SECURITY;
ALTER TABLE audit_entry_rest ENABLE ROW LEVEL SECURITY;
CREATE INDEX audit_entry_subject ON audit_entry (subject, at DESC, id DESC);
CREATE INDEX audit_entry_filter ON audit_entry (subject, who, kind, at DESC, id DESC);

-- What a legal secret covers is not shown (art. 2-undecies d.lgs. 196/2003). A delegate sees what they did themselves.
CREATE POLICY own_reads ON audit_entry FOR SELECT USING (
  subject = (SELECT app_subject()) AND purpose <> 'investigation'
  AND ((SELECT app_by()) = (SELECT app_subject()) OR actor = (SELECT app_by()::text)));
CREATE POLICY sealer_reads ON audit_entry FOR SELECT USING ((SELECT app_system()) = 'sealer');
CREATE POLICY appends ON audit_entry FOR INSERT WITH CHECK (
  actor_kind = app_kind() AND actor = coalesce(app_by()::text, app_staff(), app_system())
  AND office IS NOT DISTINCT FROM app_office()
  AND (app_kind() <> 'citizen' OR subject = app_subject()));
GRANT SELECT, INSERT (at, action, kind, subject, actor_kind, actor, office, object_id, purpose, details)
  ON audit_entry TO myinps_web, myinps_worker;
`;

/**
 * No role of the program has a grant to change or delete; these triggers refuse it to the owner too. Only the functions
 * below pass: they run as the owner, with a setting that they put back (only a superuser could tie it to the function).
 */
const GUARDS = `
CREATE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  IF coalesce(current_setting('audit.maintenance', true), '') = 'yes'
    AND current_user = (SELECT pg_get_userbyid(relowner) FROM pg_class WHERE oid = 'public.audit_entry'::regclass) THEN
    RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NULL END;
  END IF;
  RAISE EXCEPTION 'the audit record is append-only: % on % is refused', TG_OP, TG_TABLE_NAME USING ERRCODE = '42501';
END $$;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON audit_entry FOR EACH ROW EXECUTE FUNCTION audit_refuse();
CREATE TRIGGER append_only_all BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_entry FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse();
CREATE TRIGGER append_only_all BEFORE TRUNCATE ON audit_entry_rest FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse();
`;

/** Links stay when the month of their entry goes. The queue is emptied by the sealer alone. */
const SEALS = `
CREATE TABLE audit_link (
  position bigint PRIMARY KEY CHECK (position > 0),
  entry_id bigint NOT NULL,
  entry_at timestamptz(3) NOT NULL,
  digest bytea NOT NULL CHECK (length(digest) = 32),
  mac bytea NOT NULL CHECK (length(mac) = 32),
  key_id text NOT NULL CHECK (length(key_id) BETWEEN 1 AND 64),
  sealed_at timestamptz(3) NOT NULL,
  UNIQUE (entry_id, entry_at)
);
ALTER TABLE audit_link ENABLE ROW LEVEL SECURITY;
CREATE POLICY sealer ON audit_link USING ((SELECT app_system()) = 'sealer') WITH CHECK ((SELECT app_system()) = 'sealer');
GRANT SELECT, INSERT ON audit_link TO myinps_worker;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_link FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse();

CREATE TABLE audit_unsealed (entry_id bigint PRIMARY KEY, entry_at timestamptz(3) NOT NULL);
ALTER TABLE audit_unsealed ENABLE ROW LEVEL SECURITY;
CREATE POLICY sealer ON audit_unsealed USING ((SELECT app_system()) = 'sealer') WITH CHECK (false);
GRANT SELECT, DELETE ON audit_unsealed TO myinps_worker;

CREATE FUNCTION audit_enqueue() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
  INSERT INTO public.audit_unsealed (entry_id, entry_at) VALUES (NEW.id, NEW.at);
  RETURN NULL;
END $$;
REVOKE ALL ON FUNCTION audit_enqueue FROM PUBLIC;
CREATE TRIGGER to_seal AFTER INSERT ON audit_entry FOR EACH ROW EXECUTE FUNCTION audit_enqueue();
`;

/**
 * Goes along with the BEGIN of a page (src/common/carried.ts). As the owner, since it says nothing but what the unit of
 * work is: the policies would compare the settings with themselves. In plpgsql the plan is kept. A search path of its own
 * would throw the plan away each time (a third of its cost), so, like audit_enqueue, it names everything in full, types
 * too: pg_temp is searched for relations and types before pg_catalog, but never for functions and operators.
 */
const READS = `
CREATE FUNCTION audit_read(read_at timestamptz, what text, which text) RETURNS void LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE
  reader pg_catalog.text := pg_catalog.current_setting('app.by', true);
BEGIN
  IF pg_catalog.current_setting('app.kind', true) IS DISTINCT FROM 'citizen' THEN
    RAISE EXCEPTION 'a page is read on behalf of a citizen' USING ERRCODE = '42501';
  END IF;
  INSERT INTO public.audit_entry (at, action, kind, subject, actor_kind, actor, object_id, purpose)
  VALUES (read_at, what, 'read', pg_catalog.current_setting('app.subject')::pg_catalog.uuid, 'citizen', reader::pg_catalog.uuid::pg_catalog.text,
    which, 'service');
END $$;
REVOKE ALL ON FUNCTION audit_read FROM PUBLIC;
GRANT EXECUTE ON FUNCTION audit_read TO myinps_web;

-- Who acted for the person of this unit, by name, in the entries asked for: to that person alone.
CREATE FUNCTION own_delegates(entries bigint[], times timestamptz[]) RETURNS TABLE (id uuid, name text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
  SELECT DISTINCT c.id, c.name || ' ' || c.family_name
  FROM unnest(entries[1:100], times[1:100]) AS asked(id, at)
  JOIN audit_entry e ON e.id = asked.id AND e.at = asked.at AND e.subject = app_subject() AND e.who = 'delegate'
  JOIN citizen c ON c.id = e.actor::uuid
  WHERE app_by() = app_subject() $$;
REVOKE ALL ON FUNCTION own_delegates FROM PUBLIC;
GRANT EXECUTE ON FUNCTION own_delegates TO myinps_web;
`;

/**
 * Makes the months (UTC) from that of now_at to `ahead` months later, and moves into each what had gone to `rest`.
 * Attaching waits for short locks only, at most 1 s, and is tried again by the worker's next run.
 */
const PARTITIONS = `
CREATE FUNCTION audit_month(first timestamptz) RETURNS boolean LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp SET lock_timeout = '1s' SET timezone = 'UTC' AS $$
DECLARE
  name text := 'audit_entry_' || to_char(first, 'YYYY_MM');
  past timestamptz := first + interval '1 month';
BEGIN
  IF to_regclass('public.' || name) IS NOT NULL THEN RETURN false; END IF;
  PERFORM set_config('audit.maintenance', 'yes', true);
  LOCK TABLE public.audit_entry IN SHARE UPDATE EXCLUSIVE MODE;
  IF to_regclass('public.' || name) IS NOT NULL THEN
    PERFORM set_config('audit.maintenance', '', true);
    RETURN false;
  END IF;
  LOCK TABLE public.audit_entry_rest IN ACCESS EXCLUSIVE MODE;
  EXECUTE format('CREATE TABLE public.%I (LIKE public.audit_entry INCLUDING DEFAULTS INCLUDING CONSTRAINTS INCLUDING GENERATED)', name);
  EXECUTE format('ALTER TABLE public.%I ENABLE ROW LEVEL SECURITY', name);
  EXECUTE format('WITH moved AS (DELETE FROM public.audit_entry_rest WHERE at >= $1 AND at < $2 RETURNING *)
    INSERT INTO public.%I (id, at, action, kind, subject, actor_kind, actor, office, object_id, purpose, details)
    SELECT id, at, action, kind, subject, actor_kind, actor, office, object_id, purpose, details FROM moved', name) USING first, past;
  EXECUTE format('ALTER TABLE public.audit_entry ATTACH PARTITION public.%I FOR VALUES FROM (%L) TO (%L)', name, first, past);
  EXECUTE format('CREATE TRIGGER append_only_all BEFORE TRUNCATE ON public.%I FOR EACH STATEMENT EXECUTE FUNCTION public.audit_refuse()', name);
  PERFORM set_config('audit.maintenance', '', true);
  RETURN true;
END $$;

CREATE FUNCTION audit_partitions(now_at timestamptz, ahead int) RETURNS int LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp SET timezone = 'UTC' AS $$
DECLARE
  made int := 0;
BEGIN
  IF ahead NOT BETWEEN 0 AND 24 THEN RAISE EXCEPTION 'at most 24 months ahead'; END IF;
  FOR month IN 0 .. ahead LOOP
    IF audit_month(date_trunc('month', now_at) + make_interval(months => month)) THEN made := made + 1; END IF;
  END LOOP;
  RETURN made;
END $$;
REVOKE ALL ON FUNCTION audit_month, audit_partitions FROM PUBLIC;
GRANT EXECUTE ON FUNCTION audit_partitions TO myinps_worker;
`;

/**
 * Ends the months whose time is over: a month goes when its last instant is, and none of its entries waits for its seal.
 * Each is written down, so that the verification knows why the entries of its links are gone. No role of the program may
 * call it: retention does, as the owner.
 */
const RETIREMENT = `
CREATE TABLE audit_retirement (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  from_at timestamptz(3) NOT NULL,
  until_at timestamptz(3) NOT NULL CHECK (until_at > from_at),
  entries bigint NOT NULL CHECK (entries >= 0)
);
ALTER TABLE audit_retirement ENABLE ROW LEVEL SECURITY;
CREATE POLICY sealer ON audit_retirement FOR SELECT USING ((SELECT app_system()) = 'sealer');
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_retirement FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse();

CREATE FUNCTION audit_retire(before timestamptz, dry_run boolean) RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp SET lock_timeout = '1s' SET timezone = 'UTC' AS $$
DECLARE
  past timestamptz := date_trunc('month', before);
  part record;
  found bigint;
  total bigint := 0;
BEGIN
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
END $$;
REVOKE ALL ON FUNCTION audit_retire FROM PUBLIC;
`;

/** What was recorded before goes on, in the months it belongs to, and waits for its seal. */
const KEPT = `
DO $$
DECLARE
  month timestamptz;
BEGIN
  FOR month IN SELECT DISTINCT date_trunc('month', at AT TIME ZONE 'UTC') AT TIME ZONE 'UTC' FROM audit_entry_before LOOP
    PERFORM audit_month(month);
  END LOOP;
END $$;
INSERT INTO audit_entry (id, at, action, kind, subject, actor_kind, actor, object_id, purpose, details) OVERRIDING SYSTEM VALUE
SELECT id, at, action,
  CASE WHEN action LIKE 'session.%' THEN 'session' WHEN action ~ '\\.(read|download)$' THEN 'read' ELSE 'change' END,
  subject, actor_kind, actor, object_id, purpose, details FROM audit_entry_before ORDER BY id;
SELECT setval(pg_get_serial_sequence('audit_entry', 'id'), greatest((SELECT max(id) FROM audit_entry), 1));
DROP TABLE audit_entry_before;
`;

/** As in migration 0009, and says that it is about a session. */
const SWEEP = `
CREATE OR REPLACE FUNCTION sessions_sweep(tombstones_until timestamptz)
RETURNS bigint LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
  WITH gone AS (
    DELETE FROM session WHERE coalesce(ended_at, expires_at) < tombstones_until
    RETURNING citizen_id, ended_at, expires_at, public_id, method, level, device),
  noted AS (
    INSERT INTO audit_entry (at, action, kind, subject, actor_kind, actor, object_id, purpose, details)
    SELECT expires_at, 'session.expire', 'session', citizen_id, 'system', 'sweeper', public_id::text, 'security',
      jsonb_strip_nulls(jsonb_build_object('method', method, 'level', level, 'device', device))
    FROM gone WHERE citizen_id IS NOT NULL AND ended_at IS NULL)
  SELECT count(*) FROM gone $$;
`;

const BACK = [
  `CREATE TABLE audit_entry_after (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at timestamptz(3) NOT NULL,
    action text NOT NULL CHECK (action ~ '^[a-z][a-z0-9-]*(\\.[a-z0-9-]+)+$'),
    subject uuid,
    actor_kind text NOT NULL CHECK (actor_kind IN ('citizen', 'staff', 'system')),
    actor text NOT NULL,
    object_id text,
    purpose text NOT NULL,
    details jsonb NOT NULL DEFAULT '{}'
  );
  INSERT INTO audit_entry_after (id, at, action, subject, actor_kind, actor, object_id, purpose, details) OVERRIDING SYSTEM VALUE
    SELECT id, at, action, subject, actor_kind, actor, object_id, purpose, details FROM audit_entry;
  SELECT setval(pg_get_serial_sequence('audit_entry_after', 'id'), greatest((SELECT max(id) FROM audit_entry_after), 1))`,
  `DROP FUNCTION own_delegates, audit_read, audit_retire, audit_partitions, audit_month;
  DROP TABLE audit_entry, audit_link, audit_unsealed, audit_retirement;
  DROP FUNCTION audit_enqueue, audit_refuse;
  ALTER TABLE audit_entry_after RENAME TO audit_entry;
  ALTER TABLE audit_entry RENAME CONSTRAINT audit_entry_after_pkey TO audit_entry_pkey;
  ALTER SEQUENCE audit_entry_after_id_seq RENAME TO audit_entry_id_seq;
  CREATE INDEX audit_entry_subject ON audit_entry (subject, id DESC);
  CREATE INDEX audit_entry_subject_at ON audit_entry (subject, at DESC, id DESC);
  ALTER TABLE audit_entry ENABLE ROW LEVEL SECURITY;
  CREATE POLICY own_reads ON audit_entry FOR SELECT USING (subject = (SELECT app_subject()));
  CREATE POLICY appends ON audit_entry FOR INSERT WITH CHECK (
    actor_kind = app_kind() AND actor = coalesce(app_by()::text, app_staff(), app_system())
    AND (app_kind() <> 'citizen' OR subject = app_subject()));
  GRANT SELECT, INSERT ON audit_entry TO myinps_web, myinps_worker`,
  `CREATE OR REPLACE FUNCTION sessions_sweep(tombstones_until timestamptz)
  RETURNS bigint LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    WITH gone AS (
      DELETE FROM session WHERE coalesce(ended_at, expires_at) < tombstones_until
      RETURNING citizen_id, ended_at, expires_at, public_id, method, level, device),
    noted AS (
      INSERT INTO audit_entry (at, action, subject, actor_kind, actor, object_id, purpose, details)
      SELECT expires_at, 'session.expire', citizen_id, 'system', 'sweeper', public_id::text, 'security',
        jsonb_strip_nulls(jsonb_build_object('method', method, 'level', level, 'device', device))
      FROM gone WHERE citizen_id IS NOT NULL AND ended_at IS NULL)
    SELECT count(*) FROM gone $$;`,
];
