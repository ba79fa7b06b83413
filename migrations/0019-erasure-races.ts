import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The worker looks which erasures are due, and comes to each one a while later: meanwhile the person may ask for
 * something else, or have a seat kept. A request outlives its person, so that it waited for ever for an answer that
 * could not be told; an appointment went with its person, and its seat was given back by nobody. So the last step looks
 * again, at a moment when nothing of this person can be added any more.
 */
export class ErasureRaces1764000019000 implements MigrationInterface {
  name = 'ErasureRaces1764000019000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(eraseCitizen(LOOK_AGAIN));
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(eraseCitizen(''));
  }
}

/**
 * Whatever is written of a person refers to the person's row, a request by the notice that goes with it: who has not
 * written yet waits from here on, and finds nobody. Locked as late as it can be, since others lock what they change
 * first, and the person's row with the notice of it.
 */
const LOOK_AGAIN = `
  PERFORM FROM citizen c WHERE c.id = person FOR UPDATE;
  IF EXISTS (SELECT FROM right_request r WHERE r.citizen_id = person AND r.closed_at IS NULL)
    OR EXISTS (SELECT FROM appointment a WHERE a.citizen_id = person) THEN
    RAISE EXCEPTION 'the person has done something meanwhile' USING ERRCODE = '40001';
  END IF;`;

function eraseCitizen(check: string): string {
  return `
CREATE OR REPLACE FUNCTION erase_citizen(person uuid) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE total bigint := 0; gone bigint;
BEGIN
  IF NOT erasure_granted(person) THEN
    RAISE EXCEPTION 'nobody granted the erasure of this person' USING ERRCODE = '42501';
  END IF;
  DELETE FROM session s WHERE s.citizen_id = person; GET DIAGNOSTICS gone = ROW_COUNT; total := total + gone;
  DELETE FROM parked_form f WHERE f.citizen_id = person; GET DIAGNOSTICS gone = ROW_COUNT; total := total + gone;
  DELETE FROM pin_credential p WHERE p.citizen_id = person; GET DIAGNOSTICS gone = ROW_COUNT; total := total + gone;${check}
  DELETE FROM citizen c WHERE c.id = person; GET DIAGNOSTICS gone = ROW_COUNT; total := total + gone;
  RETURN total;
END $$`;
}
