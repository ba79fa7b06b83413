import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * How a person wants to be reached, apart from what their identity provider said (citizen.said_*): contacts, the postal
 * address, the changes that wait for their one-time code; and the residence abroad. A delegate reads contacts to fill in
 * a form and changes none.
 */
export class Contacts1764000014000 implements MigrationInterface {
  name = 'Contacts1764000014000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(CHANGES);
    await queryRunner.query(ASKING);
    await queryRunner.query(CONTACTS);
    await queryRunner.query(ADDRESSES);
    await queryRunner.query(RESIDENCE);
    await queryRunner.query(RIGHTS);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      DROP TRIGGER residence_own ON citizen;
      DROP TABLE postal_address, contact, contact_change;
      DROP FUNCTION residence_own, contact_confirmed, contact_change_step, contact_change_ask;
      ALTER TABLE citizen DROP COLUMN residence_country, DROP COLUMN residence_locality;`);
  }
}

/**
 * One row for each one-time code (design.md, Contacts): 30 minutes, 5 tries, used once. `address` is a keyed pseudonym,
 * so that codes to one address are counted whoever asks for them; the code itself is kept as a keyed hash alone.
 * `replaces` is the version of the contact that was live when the change was asked for.
 */
const CHANGES = `
CREATE TABLE contact_change (
  id uuid PRIMARY KEY,
  citizen_id uuid NOT NULL REFERENCES citizen ON DELETE CASCADE,
  kind text NOT NULL CHECK (kind IN ('email', 'mobile')),
  value text NOT NULL CHECK (length(value) BETWEEN 3 AND 254),
  address text NOT NULL CHECK (length(address) = 43),
  replaces uuid,
  code_hash text NOT NULL CHECK (length(code_hash) = 43),
  tries smallint NOT NULL DEFAULT 0 CHECK (tries BETWEEN 0 AND 5),
  asked_at timestamptz(3) NOT NULL,
  expires_at timestamptz(3) NOT NULL CHECK (expires_at = asked_at + interval '30 minutes'),
  confirmed_at timestamptz(3) CHECK (confirmed_at < expires_at),
  ended_at timestamptz(3),
  bounced_at timestamptz(3),
  CHECK (confirmed_at IS NULL OR (ended_at IS NULL AND tries > 0))
);
CREATE UNIQUE INDEX contact_change_open ON contact_change (citizen_id, kind) WHERE confirmed_at IS NULL AND ended_at IS NULL;
CREATE INDEX contact_change_person ON contact_change (citizen_id, asked_at);
CREATE INDEX contact_change_address ON contact_change (address, asked_at);
CREATE INDEX contact_change_age ON contact_change (asked_at);
ALTER TABLE contact_change ENABLE ROW LEVEL SECURITY;

CREATE FUNCTION contact_change_step() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  IF OLD.confirmed_at IS NOT NULL OR OLD.ended_at IS NOT NULL OR NEW.tries NOT BETWEEN OLD.tries AND OLD.tries + 1 THEN
    RAISE EXCEPTION 'a change of contact is over, or its tries do not count up' USING ERRCODE = '23514';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER step BEFORE UPDATE OF tries, confirmed_at, ended_at ON contact_change FOR EACH ROW EXECUTE FUNCTION contact_change_step();
`;

/**
 * The only way to a new code, so that nobody is bombed with them: at most five a day for a person and five a day to an
 * address, whoever asks. Runs as the owner, since the codes that others sent to the same address count too; it tells of
 * them only from when on the address may get another one.
 */
const ASKING = `
CREATE FUNCTION contact_change_ask(new_id uuid, new_kind text, new_value text, counted_as text[], new_replaces uuid, new_hash text, now_at timestamptz)
RETURNS TABLE (reached text, until timestamptz) LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  person uuid := app_subject();
  oldest timestamptz;
BEGIN
  IF person IS NULL OR app_by() IS DISTINCT FROM person THEN
    RAISE EXCEPTION 'contacts are changed by the person themselves' USING ERRCODE = '42501';
  END IF;
  IF coalesce(cardinality(counted_as), 0) = 0 OR array_position(counted_as, NULL) IS NOT NULL THEN
    RAISE EXCEPTION 'a code is counted by its address' USING ERRCODE = '22023';
  END IF;
  -- Always in this order: whoever counts waits for those who counted before and have not committed yet.
  PERFORM pg_advisory_xact_lock(hashtextextended('contact-person:' || person, 0));
  PERFORM pg_advisory_xact_lock(hashtextextended('contact-address:' || a, 0)) FROM (SELECT unnest(counted_as) AS a ORDER BY 1) AS addresses;
  SELECT c.asked_at INTO oldest FROM contact_change c
    WHERE c.citizen_id = person AND c.asked_at > now_at - interval '24 hours' ORDER BY c.asked_at DESC OFFSET 4 LIMIT 1;
  IF FOUND THEN
    RETURN QUERY SELECT 'person', oldest + interval '24 hours';
    RETURN;
  END IF;
  SELECT c.asked_at INTO oldest FROM contact_change c
    WHERE c.address = ANY (counted_as) AND c.asked_at > now_at - interval '24 hours' ORDER BY c.asked_at DESC OFFSET 4 LIMIT 1;
  IF FOUND THEN
    RETURN QUERY SELECT 'address', oldest + interval '24 hours';
    RETURN;
  END IF;
  UPDATE contact_change c SET ended_at = now_at
    WHERE c.citizen_id = person AND c.kind = new_kind AND c.confirmed_at IS NULL AND c.ended_at IS NULL;
  INSERT INTO contact_change (id, citizen_id, kind, value, address, replaces, code_hash, asked_at, expires_at)
    VALUES (new_id, person, new_kind, new_value, counted_as[1], new_replaces, new_hash, now_at, now_at + interval '30 minutes');
END $$;
REVOKE ALL ON FUNCTION contact_change_ask FROM PUBLIC;
GRANT EXECUTE ON FUNCTION contact_change_ask TO myinps_web;
`;

/** What is live. An e-mail address or mobile number only becomes so through a change that its code confirmed. */
const CONTACTS = `
CREATE TABLE contact (
  citizen_id uuid NOT NULL REFERENCES citizen ON DELETE CASCADE,
  kind text NOT NULL CHECK (kind IN ('email', 'mobile', 'pec', 'phone')),
  value text NOT NULL,
  version uuid NOT NULL,
  verified_at timestamptz(3),
  bounced_at timestamptz(3),
  created_at timestamptz(3) NOT NULL,
  updated_at timestamptz(3) NOT NULL,
  PRIMARY KEY (citizen_id, kind),
  CHECK ((kind IN ('email', 'mobile')) = (verified_at IS NOT NULL)),
  CHECK (CASE WHEN kind IN ('email', 'pec') THEN length(value) <= 254 AND value ~ '^[^[:space:][:cntrl:]@]{1,64}@[a-z0-9.-]{3,189}$'
    ELSE value ~ '^\\+[1-9][0-9]{5,14}$' END)
);
ALTER TABLE contact ENABLE ROW LEVEL SECURITY;

CREATE FUNCTION contact_confirmed() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  IF NEW.kind IN ('email', 'mobile') AND NOT EXISTS (
    SELECT FROM contact_change c
    WHERE c.citizen_id = NEW.citizen_id AND c.kind = NEW.kind AND c.value = NEW.value AND c.confirmed_at = NEW.verified_at
  ) THEN
    RAISE EXCEPTION 'no code has confirmed this contact' USING ERRCODE = '23514';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER confirmed BEFORE INSERT OR UPDATE OF citizen_id, kind, value, verified_at ON contact FOR EACH ROW EXECUTE FUNCTION contact_confirmed();
`;

/** In Italy with its CAP and one of our comuni; abroad with the country (ISO 3166-1) and a place in the person's words. */
const ADDRESSES = `
CREATE TABLE postal_address (
  citizen_id uuid PRIMARY KEY REFERENCES citizen ON DELETE CASCADE,
  country text NOT NULL CHECK (country ~ '^[A-Z]{2}$'),
  street text NOT NULL CHECK (length(street) BETWEEN 1 AND 120),
  number text NOT NULL CHECK (length(number) <= 15),
  extra text NOT NULL CHECK (length(extra) <= 120),
  postal_code text NOT NULL CHECK (length(postal_code) <= 12),
  comune_istat text REFERENCES comune,
  locality text NOT NULL CHECK (length(locality) <= 100),
  region text NOT NULL CHECK (length(region) <= 100),
  version uuid NOT NULL,
  created_at timestamptz(3) NOT NULL,
  updated_at timestamptz(3) NOT NULL,
  CHECK (CASE WHEN country = 'IT' THEN comune_istat IS NOT NULL AND postal_code ~ '^[0-9]{5}$' AND number <> '' AND locality = '' AND region = ''
    ELSE comune_istat IS NULL AND number = '' AND locality <> '' END)
);
ALTER TABLE postal_address ENABLE ROW LEVEL SECURITY;
`;

/** Where the person lives: a comune, or a place abroad. */
const RESIDENCE = `
ALTER TABLE citizen
  ADD COLUMN residence_country text CHECK (residence_country ~ '^[A-Z]{2}$' AND residence_country <> 'IT'),
  ADD COLUMN residence_locality text CHECK (length(residence_locality) BETWEEN 1 AND 100),
  ADD CHECK ((residence_country IS NULL) = (residence_locality IS NULL)),
  ADD CHECK (residence_country IS NULL OR residence_istat IS NULL);
GRANT UPDATE (residence_country, residence_locality) ON citizen TO myinps_web;

CREATE FUNCTION residence_own() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  -- Two questions, since AND does not say which comes first: the owner's own work names nobody, and app_by() would refuse it.
  IF current_setting('app.kind', true) = 'citizen' THEN
    IF app_by() <> app_subject() THEN
      RAISE EXCEPTION 'the residence is changed by the person themselves' USING ERRCODE = '42501';
    END IF;
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER residence_own BEFORE UPDATE OF residence_istat, residence_country, residence_locality ON citizen
  FOR EACH ROW EXECUTE FUNCTION residence_own();
`;

const RIGHTS = `
CREATE POLICY own_reads ON contact FOR SELECT USING (citizen_id = (SELECT app_subject()));
CREATE POLICY own_adds ON contact FOR INSERT WITH CHECK (citizen_id = (SELECT app_subject()) AND (SELECT app_by()) = (SELECT app_subject()));
CREATE POLICY own_changes ON contact FOR UPDATE USING (citizen_id = (SELECT app_subject()))
  WITH CHECK (citizen_id = (SELECT app_subject()) AND (SELECT app_by()) = (SELECT app_subject()));
CREATE POLICY own_removes ON contact FOR DELETE USING (citizen_id = (SELECT app_subject()) AND (SELECT app_by()) = (SELECT app_subject()));
CREATE POLICY system_reads ON contact FOR SELECT USING ((SELECT app_system()) IN ('delivery', 'worker', 'export', 'erasure'));
CREATE POLICY bounces ON contact FOR UPDATE USING ((SELECT app_system()) = 'delivery') WITH CHECK ((SELECT app_system()) = 'delivery');
CREATE POLICY erasure ON contact FOR DELETE USING ((SELECT app_system()) = 'erasure');

CREATE POLICY own_reads ON postal_address FOR SELECT USING (citizen_id = (SELECT app_subject()));
CREATE POLICY own_adds ON postal_address FOR INSERT WITH CHECK (citizen_id = (SELECT app_subject()) AND (SELECT app_by()) = (SELECT app_subject()));
CREATE POLICY own_changes ON postal_address FOR UPDATE USING (citizen_id = (SELECT app_subject()))
  WITH CHECK (citizen_id = (SELECT app_subject()) AND (SELECT app_by()) = (SELECT app_subject()));
CREATE POLICY own_removes ON postal_address FOR DELETE USING (citizen_id = (SELECT app_subject()) AND (SELECT app_by()) = (SELECT app_subject()));
CREATE POLICY erasure_finds ON postal_address FOR SELECT USING ((SELECT app_system()) = 'erasure');
CREATE POLICY erasure ON postal_address FOR DELETE USING ((SELECT app_system()) = 'erasure');

CREATE POLICY own_reads ON contact_change FOR SELECT USING (citizen_id = (SELECT app_subject()));
CREATE POLICY own_tries ON contact_change FOR UPDATE USING (citizen_id = (SELECT app_subject()))
  WITH CHECK (citizen_id = (SELECT app_subject()) AND (SELECT app_by()) = (SELECT app_subject()));
CREATE POLICY delivery_finds ON contact_change FOR SELECT USING ((SELECT app_system()) IN ('delivery', 'erasure'));
CREATE POLICY bounces ON contact_change FOR UPDATE USING ((SELECT app_system()) = 'delivery') WITH CHECK ((SELECT app_system()) = 'delivery');
CREATE POLICY erasure ON contact_change FOR DELETE USING ((SELECT app_system()) = 'erasure');

GRANT SELECT, INSERT, UPDATE (value, version, verified_at, bounced_at, updated_at), DELETE ON contact TO myinps_web;
GRANT SELECT, UPDATE (bounced_at), DELETE ON contact TO myinps_worker;
GRANT SELECT, INSERT, UPDATE (country, street, number, extra, postal_code, comune_istat, locality, region, version, updated_at), DELETE
  ON postal_address TO myinps_web;
GRANT SELECT, DELETE ON postal_address TO myinps_worker;
GRANT SELECT, UPDATE (tries, confirmed_at, ended_at) ON contact_change TO myinps_web;
GRANT SELECT (id, citizen_id, kind, value, asked_at, confirmed_at, ended_at), UPDATE (bounced_at), DELETE ON contact_change TO myinps_worker;
`;
