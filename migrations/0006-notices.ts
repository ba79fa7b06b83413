import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Notices of the Centro notifiche. The row is the record; other channels will only point to it. */
export class Notices1764000006000 implements MigrationInterface {
  name = 'Notices1764000006000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      CREATE TABLE notice (
        id uuid PRIMARY KEY,
        citizen_id uuid NOT NULL REFERENCES citizen ON DELETE CASCADE,
        type text NOT NULL CHECK (type IN ('appointment', 'institutional')),
        source text NOT NULL CHECK (length(source) BETWEEN 1 AND 60),
        source_id text NOT NULL CHECK (length(source_id) BETWEEN 1 AND 200),
        text_key text NOT NULL CHECK (text_key ~ '^[a-z0-9.-]+$'),
        parameters jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(parameters) = 'object'),
        link text CHECK (link ~ '^/[^/\\\\]' AND length(link) <= 300),
        created_at timestamptz(3) NOT NULL,
        read_at timestamptz(3) CHECK (read_at >= created_at),
        UNIQUE (source, source_id)
      );
      CREATE INDEX notice_newest ON notice (citizen_id, created_at DESC, id DESC);
      CREATE INDEX notice_unread ON notice (citizen_id, created_at DESC, id DESC) WHERE read_at IS NULL;
      ALTER TABLE notice ENABLE ROW LEVEL SECURITY;
      CREATE POLICY own ON notice USING (citizen_id = (SELECT app_subject())) WITH CHECK (citizen_id = (SELECT app_subject()));
      CREATE POLICY system_writes ON notice FOR INSERT WITH CHECK ((SELECT app_system()) IN ('seed', 'worker'));
      GRANT SELECT, INSERT ON notice TO myinps_web, myinps_worker;
      GRANT UPDATE (read_at) ON notice TO myinps_web;`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP TABLE notice');
  }
}
