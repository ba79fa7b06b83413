// Follows the chain of the access record from its first link to its last, and says what was altered, taken out, moved or
// put in. Reads one consistent state of the database; holds a batch of links at a time.
import { BEFORE_THE_FIRST, digestOf, digestOfLost, macOf, SEAL_KEY, type Sealable } from '#src/audit/index.js';
import type { Keys } from '#src/common/crypto.js';
import { overBefore, retentionRule } from '#src/common/retention.js';
import { misplaced, type Broken } from './audit-order.ts';
import type { Query } from './query.ts';

export type FindingKind =
  /** An entry says something else than when it was sealed. */
  | 'altered'
  /** A sealed entry is gone, and its month was not ended. */
  | 'missing'
  /** An entry that was never sealed, nor waits for it. */
  | 'added'
  /** A link stands at another position than its own. */
  | 'reordered'
  | 'link-altered'
  | 'link-missing'
  /** The chain ends before a head that was written down, or says something else there. */
  | 'cut'
  | 'rewritten'
  /** Sealed with a secret that is not known here, or with none of ours at all. */
  | 'unknown-key'
  | 'wrong-key';

export interface Finding {
  kind: FindingKind;
  position: number | null;
  entry: number | null;
  text: string;
}

export interface Verified {
  links: number;
  /** Links whose entry went with its month. */
  retired: number;
  /** Entries that wait for their seal. */
  waiting: number;
  /** Entries sealed more than a day after the time they say: to be looked at when there are many. */
  late: number;
  findings: Finding[];
  /** More than are listed. */
  more: boolean;
}

/** A line of the file of heads, or of the log. */
export interface Anchor {
  position: number;
  mac: string;
}

interface Row extends Omit<Sealable, 'id' | 'at'> {
  position: number;
  entry_id: number;
  entry_at: Temporal.Instant;
  digest: Buffer;
  mac: Buffer;
  key_id: string;
  sealed_at: Temporal.Instant;
  id: number | null;
  at: Temporal.Instant | null;
}

interface Span {
  from_at: Temporal.Instant;
  until_at: Temporal.Instant;
}

/** Heads from a file of heads or from a log (JSON lines); other lines are left out, and one that a crash cut short. */
export function readAnchors(text: string): Anchor[] {
  return text.split('\n').flatMap((line) => {
    const { position, mac } = /"audit\.head"/.test(line) ? headOf(line) : {};
    return typeof position === 'number' && typeof mac === 'string' ? [{ position, mac }] : [];
  });
}

function headOf(line: string): Partial<Anchor> {
  try {
    return JSON.parse(line) as Partial<Anchor>;
  } catch {
    return {};
  }
}

const BATCH = 5000;
const MOST_FINDINGS = 200;
const DAY_MS = 86_400_000;

export interface VerifyOptions {
  now: Temporal.Instant;
  anchors?: readonly Anchor[];
  progress?: (text: string) => void;
}

/** Verifies everything. @param query one connection of the owner's */
export async function verifyAudit(query: Query, keys: Keys, options: VerifyOptions): Promise<Verified> {
  await query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
  try {
    return await new Verification(query, keys, options).run();
  } finally {
    await query('ROLLBACK');
  }
}

class Verification {
  private readonly result: Verified = { links: 0, retired: 0, waiting: 0, late: 0, findings: [], more: false };
  private readonly broken: Broken[] = [];
  private readonly anchors: Map<number, string>;
  private readonly unknown = new Map<string, { first: number; last: number; links: number }>();
  private retirements: Span[] = [];
  private last: { position: number; mac: Buffer } = { position: 0, mac: BEFORE_THE_FIRST };
  private good = 0;
  private readonly query: Query;
  private readonly keys: Keys;
  private readonly options: VerifyOptions;

  constructor(query: Query, keys: Keys, options: VerifyOptions) {
    this.query = query;
    this.keys = keys;
    this.options = options;
    this.anchors = new Map((options.anchors ?? []).map(({ position, mac }) => [position, mac]));
  }

  async run(): Promise<Verified> {
    await this.readRetirements();
    for (let rows = await this.batch(); rows.length > 0; rows = await this.batch()) {
      await this.findMoved(rows);
      for (const row of rows) this.check(row);
      this.options.progress?.(`${this.result.links} links followed`);
    }
    for (const [id, { first, last, links }] of this.unknown)
      this.found(
        'unknown-key',
        first,
        null,
        `${links} links from ${first} to ${last} are of the key ${id}, not known here`,
      );
    this.placeBroken();
    this.checkAnchors();
    await this.findUnsealed();
    return this.result;
  }

  /** A month counts as ended only when its time really is over: writing a row is no way to get rid of entries. */
  private async readRetirements(): Promise<void> {
    const over = overBefore(retentionRule('accesses'), this.options.now);
    const { rows } = await this.query('SELECT from_at, until_at FROM audit_retirement');
    this.retirements = (rows as unknown as Span[]).filter(
      ({ until_at: until }) => until.epochMilliseconds <= over.epochMilliseconds,
    );
  }

  private async batch(): Promise<Row[]> {
    const { rows } = await this.query(
      `SELECT l.position, l.entry_id, l.entry_at, l.digest, l.mac, l.key_id, l.sealed_at,
         e.id, e.at, e.action, e.kind, e.subject, e.actor_kind, e.actor, e.office, e.object_id, e.purpose, e.details::text AS details
       FROM (SELECT * FROM audit_link WHERE position > $1 ORDER BY position LIMIT ${BATCH}) l
       LEFT JOIN audit_entry e ON e.id = l.entry_id AND e.at = l.entry_at ORDER BY l.position`,
      [this.last.position],
    );
    return rows as unknown as Row[];
  }

  /** An entry that is not at its time may be there at another: its time was altered. */
  private async findMoved(rows: readonly Row[]): Promise<void> {
    const lost = rows.filter((row) => row.id === null && !this.isRetired(row.entry_at));
    if (lost.length === 0) return;
    const { rows: found } = await this.query('SELECT id, at FROM audit_entry WHERE id = ANY($1::bigint[])', [
      lost.map(({ entry_id: id }) => id),
    ]);
    const times = new Map(found.map(({ id, at }) => [Number(id), at as Temporal.Instant]));
    for (const row of lost) {
      row.id = times.has(row.entry_id) ? row.entry_id : null;
      row.at = times.get(row.entry_id) ?? null;
    }
  }

  private check(row: Row): void {
    const { position } = row;
    this.result.links++;
    if (row.sealed_at.epochMilliseconds - row.entry_at.epochMilliseconds > DAY_MS) this.result.late++;
    const follows = position === this.last.position + 1;
    if (!follows) this.missingLinks(this.last.position + 1, position - 1);
    const key = this.keys.keyOf(SEAL_KEY, row.key_id);
    if (key) {
      const intact = this.checkEntry(key, row);
      if (follows) this.checkLink(key, row, intact);
    } else this.noteUnknown(row);
    this.checkAnchor(row);
    this.last = { position, mac: row.mac };
  }

  private missingLinks(from: number, to: number): void {
    const which = from === to ? `the link ${from} is` : `the links ${from} to ${to} are`;
    this.found('link-missing', from, null, `${which} missing`);
  }

  /** @returns whether the entry is as it was sealed; a retired one cannot say otherwise */
  private checkEntry(key: Buffer, row: Row): boolean {
    const { position, entry_id: entry, entry_at: at } = row;
    if (row.id === null) {
      if (this.isRetired(at)) {
        this.result.retired++;
        return true;
      }
      const lost = digestOfLost(key, { id: entry, at }).equals(row.digest);
      const when = lost ? 'was gone before its seal' : 'is missing';
      this.found('missing', position, entry, `the entry ${entry} of ${at.toString()} ${when} (link ${position})`);
      return false;
    }
    if (row.at?.epochMilliseconds !== at.epochMilliseconds) {
      this.found(
        'altered',
        position,
        entry,
        `the entry ${entry} had the time ${at.toString()} when it was sealed (link ${position})`,
      );
      return false;
    }
    if (digestOf(key, { ...row, id: row.id, at }).equals(row.digest)) return true;
    this.found('altered', position, entry, `the entry ${entry} of ${at.toString()} was altered (link ${position})`);
    return false;
  }

  private checkLink(key: Buffer, row: Row, intact: boolean): void {
    const { position, entry_id: entryId, entry_at: entryAt, digest, sealed_at: sealedAt, mac } = row;
    const link = { position, entryId, entryAt, digest, sealedAt };
    if (macOf(key, this.last.mac, link).equals(mac)) {
      if (intact) this.good++;
      return;
    }
    this.broken.push({ ...link, mac, before: this.last.mac, key });
  }

  private noteUnknown({ key_id: id, position }: Row): void {
    const known = this.unknown.get(id) ?? { first: position, last: position, links: 0 };
    this.unknown.set(id, { ...known, last: position, links: known.links + 1 });
  }

  private placeBroken(): void {
    if (this.good === 0 && this.broken.length > 0) {
      // Nothing fits: one cause, told once.
      this.result.findings = this.result.findings.filter(({ kind }) => kind !== 'altered');
      return this.found('wrong-key', null, null, 'no link fits this secret: another was used, or the chain is forged');
    }
    for (const { position, entryId, belongs } of misplaced(this.broken)) {
      if (belongs === null)
        this.found('link-altered', position, entryId, `the link ${position} (entry ${entryId}) was altered, or put in`);
      else if (belongs !== position)
        this.found(
          'reordered',
          position,
          entryId,
          `the entry ${entryId} stands at ${position} and belongs at ${belongs}`,
        );
    }
  }

  private checkAnchor({ position, mac }: Row): void {
    const written = this.anchors.get(position);
    if (written === undefined) return;
    this.anchors.delete(position);
    if (written !== mac.toString('hex'))
      this.found('rewritten', position, null, `the head written down at ${position} is not what the chain says there`);
  }

  private checkAnchors(): void {
    const beyond = [...this.anchors.keys()].filter((position) => position > this.last.position);
    if (beyond.length === 0) return;
    const head = Math.max(...beyond);
    this.found('cut', head, null, `the chain ends at ${this.last.position}; a head at ${head} was written down`);
  }

  /** What is neither sealed nor waits for its seal came in by another way; what waits and is gone was taken out. */
  private async findUnsealed(): Promise<void> {
    const told = new Set(this.result.findings.map(({ entry }) => entry));
    const { rows: added } = await this.query(
      `SELECT e.id, e.at FROM audit_entry e
       LEFT JOIN audit_link l ON l.entry_id = e.id AND l.entry_at = e.at
       LEFT JOIN audit_unsealed u ON u.entry_id = e.id
       WHERE l.entry_id IS NULL AND u.entry_id IS NULL ORDER BY e.id LIMIT ${MOST_FINDINGS}`,
    );
    for (const { id, at } of added as unknown as { id: number; at: Temporal.Instant }[])
      if (!told.has(id)) this.found('added', null, id, `the entry ${id} of ${at.toString()} was never sealed`);
    const { rows: gone } = await this.query(
      `SELECT u.entry_id AS id FROM audit_unsealed u LEFT JOIN audit_entry e ON e.id = u.entry_id AND e.at = u.entry_at
       WHERE e.id IS NULL ORDER BY 1 LIMIT ${MOST_FINDINGS}`,
    );
    for (const { id } of gone as unknown as { id: number }[])
      this.found('missing', null, id, `the entry ${id} is missing; it had no seal yet`);
    const { rows: waiting } = await this.query('SELECT count(*) AS n FROM audit_unsealed');
    this.result.waiting = Number(waiting[0]?.n);
  }

  private isRetired(at: Temporal.Instant): boolean {
    const ms = at.epochMilliseconds;
    return this.retirements.some(
      ({ from_at: from, until_at: until }) => from.epochMilliseconds <= ms && ms < until.epochMilliseconds,
    );
  }

  private found(kind: FindingKind, position: number | null, entry: number | null, text: string): void {
    if (this.result.findings.length < MOST_FINDINGS) this.result.findings.push({ kind, position, entry, text });
    else this.result.more = true;
  }
}
