import type { TestDatabase } from './database.ts';

/** Empties the record as only a test's superuser can: its triggers refuse it to everybody else, the owner too. */
export async function forgetEntries(db: TestDatabase): Promise<void> {
  await db.query(`DO $$ BEGIN
    PERFORM set_config('session_replication_role', 'replica', true);
    DELETE FROM audit_entry; DELETE FROM audit_link; DELETE FROM audit_unsealed;
  END $$`);
}

/** Does what no role of the program can: past triggers and policies, as somebody would who has the whole server. */
export async function tamper(db: TestDatabase, sql: string): Promise<void> {
  await db.query(`DO $$ BEGIN PERFORM set_config('session_replication_role', 'replica', true); ${sql}; END $$`);
}
