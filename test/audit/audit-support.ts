import { randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { AuditService, HEADS_FILE, SealService } from '#src/audit/index.js';
import { AuditRepository } from '#src/audit/audit.repository.js';
import { SealRepository } from '#src/audit/seal.repository.js';
import { citizen, type Actor } from '#src/common/actor.js';
import { Keys } from '#src/common/crypto.js';
import { Database, Sources } from '#src/common/database.js';
import { createLog } from '#src/common/log.js';
import type { Config } from '#src/config.js';
import { dataSource } from '#src/data-source.js';
import { asOwner } from '../../scripts/lib/database.ts';
import { queryOf } from '../../scripts/lib/query.ts';
import { readAnchors, verifyAudit, type Anchor, type Verified } from '../../scripts/lib/verify-audit.ts';
import { FixedClock, NOW } from '../support/app.ts';
import { testDatabase, type TestDatabase } from '../support/database.ts';

export const KEYS = new Keys('the secret of the tests of the audit record');

/** The record alone, on a database of its own: units of work, appends, the sealer, the verification. */
export interface Ground {
  data: TestDatabase;
  db: Database;
  clock: FixedClock;
  audit: AuditService;
  /** A sealer with a folder of its own for its heads. */
  sealer(keys?: Keys): SealService;
  seal(keys?: Keys): Promise<number>;
  /** What the sealers wrote down. */
  heads(): Anchor[];
  /** Entries about a person, each in a unit of work of its own. */
  append(count: number, subject?: string, actor?: Actor): Promise<void>;
  verify(options?: { keys?: Keys; anchors?: 'heads' | Anchor[]; now?: string }): Promise<Verified>;
  /** A login of the program, or the owner, on a connection of its own, without the program. */
  connection(login: 'web' | 'worker' | 'owner'): Promise<pg.Client>;
  close(): Promise<void>;
}

export const MARIA = '11111111-1111-4111-8111-111111111111';
export const LUCA = '22222222-2222-4222-8222-222222222222';

export async function auditGround(): Promise<Ground> {
  const data = await testDatabase();
  const [web, worker] = [
    dataSource({ url: data.web, pool: 8, name: 't' }),
    dataSource({ url: data.worker, pool: 4, name: 't' }),
  ];
  const db = new Database(new Sources(web, worker));
  await db.onModuleInit();
  const clock = new FixedClock(Temporal.Instant.from(NOW));
  const folder = mkdtempSync(path.join(os.tmpdir(), 'audit-heads-'));
  const audit = new AuditService(new AuditRepository(db), clock);
  const config = { dataDir: folder } as Config;
  const sealer = (keys = KEYS) => new SealService(config, db, keys, new SealRepository(db), clock, createLog('silent'));
  const heads = () => readAnchors(readFileSync(path.join(folder, HEADS_FILE), 'utf8'));
  const clients: pg.Client[] = [];
  return {
    data,
    db,
    clock,
    audit,
    sealer,
    heads,
    seal: (keys) => db.asWorker(() => sealer(keys).sealAll()),
    append: async (count, subject = MARIA, actor = citizen(subject)) => {
      for (let index = 0; index < count; index++)
        await db.actingAs(actor, () =>
          audit.record({
            action: 'test.change',
            subject,
            object: randomUUID(),
            purpose: 'service',
            details: { index },
          }),
        );
    },
    verify: ({ keys = KEYS, anchors = [], now = NOW } = {}) =>
      asOwner(data.owner, (client) =>
        verifyAudit(queryOf(client), keys, {
          now: Temporal.Instant.from(now),
          anchors: anchors === 'heads' ? heads() : anchors,
        }),
      ),
    connection: async (login) => {
      const client = new pg.Client({ connectionString: data[login] });
      client.on('error', () => {});
      clients.push(client);
      await client.connect();
      return client;
    },
    close: async () => {
      for (const client of clients) await client.end();
      await db.onApplicationShutdown();
      await data.drop();
      rmSync(folder, { recursive: true });
    },
  };
}
