import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Each road is looked through by itself: what waits for one that is silent is not read by whoever looks for another. And a
 * failure that says nothing of its reason makes an address doubtful; the second one, of another message, speaks against it.
 */
export class DeliveryLanes1764000026000 implements MigrationInterface {
  name = 'DeliveryLanes1764000026000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      DROP INDEX outgoing_message_due;
      CREATE INDEX outgoing_message_due ON outgoing_message (channel, kind, next_attempt_at) WHERE next_attempt_at IS NOT NULL;`);
    await queryRunner.query(DOUBTS);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      DROP INDEX outgoing_message_due;
      CREATE INDEX outgoing_message_due ON outgoing_message (kind, next_attempt_at) WHERE next_attempt_at IS NOT NULL;
      DELETE FROM delivery_report WHERE verdict = 'dubbia';
      ALTER TABLE delivery_report DROP COLUMN doubts, DROP CONSTRAINT delivery_report_verdict_check,
        ADD CONSTRAINT delivery_report_verdict_check CHECK (verdict IN ('consegnata', 'fallita', 'respinta'));`);
  }
}

/** `doubts` is a keyed pseudonym of the address, on the first such report: one at a time, whoever works on the second. */
const DOUBTS = `
ALTER TABLE delivery_report ADD COLUMN doubts text CHECK (length(doubts) = 43),
  ADD CHECK (doubts IS NULL OR verdict = 'dubbia'),
  DROP CONSTRAINT delivery_report_verdict_check,
  ADD CONSTRAINT delivery_report_verdict_check CHECK (verdict IN ('consegnata', 'fallita', 'dubbia', 'respinta'));
CREATE UNIQUE INDEX delivery_report_doubts ON delivery_report (doubts) WHERE doubts IS NOT NULL;
GRANT UPDATE (doubts) ON delivery_report TO myinps_worker;
`;
