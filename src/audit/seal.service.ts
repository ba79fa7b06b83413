import { appendFile, mkdir } from 'node:fs/promises';
import path from 'node:path';
import { Inject, Injectable } from '@nestjs/common';
import { system } from '../common/actor.js';
import { Clock } from '../common/clock.js';
import { Keys } from '../common/crypto.js';
import { Database } from '../common/database.js';
import { LOG } from '../common/log-token.js';
import type { Log } from '../common/log.js';
import { Config } from '../config.js';
import { BEFORE_THE_FIRST, digestOf, digestOfLost, macOf, SEAL_KEY } from './seal.js';
import { SealRepository, type Head, type SealedLink, type Waiting } from './seal.repository.js';

const BATCH = 1000;
/** In one run; the next comes a second later. */
const BATCHES = 30;
const MONTHS_AHEAD = 3;
/** The file of heads in DATA_DIR: to be copied away from this machine (docs/operations.md). */
export const HEADS_FILE = 'audit-heads.jsonl';
const ANCHOR_EVERY = { minutes: 1 };

/**
 * Seals what was appended, in order: a chain in which each link's code rests on the one before, with a key the database
 * does not have. Its head is written elsewhere, so that a shortened chain is found too (`npm run audit:verify`).
 */
@Injectable()
export class SealService {
  private pending: Head | null = null;
  private anchoredAt: Temporal.Instant | null = null;

  constructor(
    private readonly config: Config,
    private readonly db: Database,
    private readonly keys: Keys,
    private readonly seals: SealRepository,
    private readonly clock: Clock,
    @Inject(LOG) private readonly log: Log,
  ) {}

  /** In batches, each a transaction of its own, so that a long backlog holds nobody up. @returns how many were sealed */
  async sealAll(): Promise<number> {
    let sealed = 0;
    for (let turn = 0; turn < BATCHES; turn++) {
      const batch = await this.db.actingAs(system('sealer'), () => this.sealBatch());
      sealed += batch.filter(({ entry }) => entry !== null).length;
      if (batch.length < BATCH) break;
    }
    await this.anchor();
    return sealed;
  }

  /** Months ahead get their partition before anything is appended to them. */
  async makeMonths(): Promise<void> {
    const made = await this.db.actingAs(system('sealer'), () => this.seals.makeMonths(this.clock.now(), MONTHS_AHEAD));
    if (made > 0) this.log.info({ event: 'audit.months', made }, 'months of the audit record made');
  }

  private async sealBatch(): Promise<Waiting[]> {
    if (!(await this.seals.lock())) return [];
    const waiting = await this.seals.unsealed(BATCH);
    if (waiting.length === 0) return [];
    const links = this.linked(await this.seals.head(), waiting);
    await this.seals.append(links, this.keys.id);
    const { position, mac } = links.at(-1)!;
    this.db.afterCommit(() => {
      this.pending = { position, mac };
      this.tellLost(waiting);
    });
    return waiting;
  }

  private tellLost(waiting: readonly Waiting[]): void {
    const lost = waiting.filter(({ entry }) => entry === null);
    if (lost.length === 0) return;
    const [first, last] = [lost[0]!.id, lost.at(-1)!.id];
    this.log.error({ event: 'audit.lost', entries: lost.length, first, last }, 'entries are gone before their seal');
  }

  private linked(head: Head | null, waiting: readonly Waiting[]): SealedLink[] {
    const key = this.keys.key(SEAL_KEY);
    const sealedAt = this.clock.now();
    let before = head?.mac ?? BEFORE_THE_FIRST;
    return waiting.map(({ id, at, entry }, index) => {
      const position = (head?.position ?? 0) + index + 1;
      const digest = entry ? digestOf(key, entry) : digestOfLost(key, { id, at });
      const link = { position, entryId: id, entryAt: entry?.at ?? at, digest, sealedAt };
      before = macOf(key, before, link);
      return { ...link, mac: before };
    });
  }

  /** At most once a minute, and only a head that is new. */
  private async anchor(): Promise<void> {
    const now = this.clock.now();
    const due = !this.anchoredAt || Temporal.Instant.compare(now, this.anchoredAt.add(ANCHOR_EVERY)) >= 0;
    if (!this.pending || !due) return;
    const head = { event: 'audit.head', position: this.pending.position, mac: this.pending.mac.toString('hex') };
    this.pending = null;
    this.anchoredAt = now;
    this.log.info(head, 'head of the audit chain');
    const line = JSON.stringify({ ...head, at: now.toString() });
    try {
      await mkdir(this.config.dataDir, { recursive: true });
      await appendFile(path.join(this.config.dataDir, HEADS_FILE), `${line}\n`, { mode: 0o600 });
    } catch (error) {
      // The line of the log is an anchor too.
      this.log.warn({ err: error }, 'the head of the audit chain could not be written to its file');
    }
  }
}
