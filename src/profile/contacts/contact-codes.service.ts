import { randomInt, randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { AuditService } from '../../audit/index.js';
import { citizen } from '../../common/actor.js';
import type { Acting } from '../../common/acting.js';
import { Clock } from '../../common/clock.js';
import { Keys, sameBytes } from '../../common/crypto.js';
import { Database } from '../../common/database.js';
import type { Translate } from '../../common/texts.js';
import { ContactChangesRepository, type CodeLimit, type ContactChange } from './contact-changes.repository.js';
import type { Meanwhile } from './contact-changes.service.js';
import { ContactsRepository } from './contacts.repository.js';
import {
  CODE_DIGITS,
  CODE_TRIES,
  CODES_WITHIN,
  codeState,
  codesLeft,
  countedAddress,
  type CodeKind,
} from './contacts.rules.js';
import { ContactWarnings } from './contact-warnings.js';
import { OwnChanges } from './own-changes.js';

export type Asked =
  /** `sent` is false where the code sent before still serves. */
  | { ok: true; sent: boolean }
  | { ok: false; reason: 'same' }
  | { ok: false; reason: 'none' }
  | { ok: false; reason: 'limit'; limit: CodeLimit }
  | Meanwhile;

export type Confirmed =
  | { ok: true }
  | { ok: false; reason: 'none' | 'other' | 'expired' | 'used-up' | 'meanwhile' }
  | { ok: false; reason: 'wrong'; left: number };

/** A change under way and how many codes may still be asked for today. */
export interface Pending {
  change: ContactChange;
  left: number;
  /** From when on, where none is left. */
  again: Temporal.Instant | null;
  now: Temporal.Instant;
}

/** E-mail and mobile go live after a one-time code (design.md, Contacts); until then what was live stays. */
@Injectable()
export class ContactCodesService {
  constructor(
    private readonly db: Database,
    private readonly own: OwnChanges,
    private readonly contacts: ContactsRepository,
    private readonly changes: ContactChangesRepository,
    private readonly warnings: ContactWarnings,
    private readonly keys: Keys,
    private readonly audit: AuditService,
    private readonly clock: Clock,
  ) {}

  async pending({ subject, by }: Acting, kind: CodeKind): Promise<Pending | null> {
    const now = this.clock.now();
    return this.db.actingAs(citizen(subject, by), async () => {
      const change = await this.changes.find(subject, kind);
      if (!change) return null;
      const asked = await this.changes.asked(subject, now.subtract(CODES_WITHIN));
      const left = codesLeft(asked, now);
      return { change, left, again: left > 0 ? null : (asked.at(-1)?.add(CODES_WITHIN) ?? null), now };
    });
  }

  /**
   * Sends a code to a new address. Whether somebody else uses it is never looked at: who can read the code may have it.
   * @param seen version of the contact that the form was filled in against, '' when there was none
   */
  async ask(acting: Acting, kind: CodeKind, value: string, seen: string, t: Translate): Promise<Asked> {
    const { subject } = acting;
    return this.own.run(acting, async () => {
      const current = await this.contacts.find(subject, kind);
      if ((current?.version ?? '') !== seen) return { ok: false, reason: 'meanwhile', now: current };
      if (current?.value === value && current.bouncedAt === null) return { ok: false, reason: 'same' };
      const open = await this.changes.find(subject, kind);
      // A second press of the button, or the way back to the page of the code: no second message.
      if (open?.value === value && codeState(open, this.clock.now()) === 'live') return { ok: true, sent: false };
      return this.send(subject, kind, value, current?.version ?? null, t);
    });
  }

  /**
   * Another code for the change under way; the one before serves no more. A second press of the button sends nothing:
   * it would void the code that the first has just sent. @param of the change that the page with the button was of
   */
  async askAgain(acting: Acting, kind: CodeKind, of: string, t: Translate): Promise<Asked> {
    const { subject } = acting;
    return this.own.run(acting, async () => {
      const open = await this.changes.find(subject, kind);
      if (!open) return { ok: false, reason: 'none' };
      if (open.id === of || codeState(open, this.clock.now()) !== 'live')
        return this.send(subject, kind, open.value, open.replaces, t);
      const before = await this.changes.ofForm(subject, kind, of);
      return { ok: true, sent: before?.value === open.value };
    });
  }

  /** Judges a code. The try is counted first and stays counted, so that of many at once five are judged. */
  async confirm(
    acting: Acting,
    kind: CodeKind,
    { id, code }: { id: string; code: string },
    t: Translate,
  ): Promise<Confirmed> {
    const { subject } = acting;
    return this.own.run(acting, async () => {
      const now = this.clock.now();
      const change = await this.changes.find(subject, kind);
      if (change?.id !== id) {
        if ((await this.outcomeOf(subject, kind, id)) === 'live') return { ok: true };
        return { ok: false, reason: change ? 'other' : 'none' };
      }
      const hash = await this.changes.countTry(subject, id, now);
      if (hash === null) return { ok: false, reason: codeState(change, now) === 'expired' ? 'expired' : 'used-up' };
      const details = { kind };
      if (!this.hashes(subject, change, code).some((one) => sameBytes(Buffer.from(hash), Buffer.from(one)))) {
        await this.audit.record({ action: 'contacts.code-wrong', subject, object: id, purpose: 'security', details });
        return { ok: false, reason: 'wrong', left: CODE_TRIES - change.tries - 1 };
      }
      return this.goLive(subject, change, now, t);
    });
  }

  /** @param of the change that the page was of @returns false when there is none to give up: it was confirmed before */
  async giveUp(acting: Acting, kind: CodeKind, of: string): Promise<boolean> {
    const { subject } = acting;
    return this.own.run(acting, async () => {
      if (await this.changes.end(subject, kind, this.clock.now())) return true;
      return (await this.outcomeOf(subject, kind, of)) === 'ended';
    });
  }

  /** What became of the change that a form was of; null where that is not what holds any more. */
  private async outcomeOf(subject: string, kind: CodeKind, id: string): Promise<'live' | 'ended' | null> {
    const change = await this.changes.ofForm(subject, kind, id);
    if (!change) return null;
    const isLive = (await this.contacts.find(subject, kind))?.value === change.value;
    if (change.confirmedAt) return isLive ? 'live' : null;
    // Another code for the same address may have confirmed it since.
    return change.endedAt && !isLive ? 'ended' : null;
  }

  private async send(
    subject: string,
    kind: CodeKind,
    value: string,
    replaces: string | null,
    t: Translate,
  ): Promise<Asked> {
    const id = randomUUID();
    const code = String(randomInt(10 ** CODE_DIGITS)).padStart(CODE_DIGITS, '0');
    const change = { id, kind, value, replaces };
    const addresses = this.keys.pseudonyms('contact-address', `${kind}:${countedAddress(kind, value)}`);
    const codeHash = this.hashes(subject, change, code)[0]!;
    const limit = await this.changes.ask({ ...change, addresses, codeHash }, this.clock.now());
    if (limit) return { ok: false, reason: 'limit', limit };
    await this.warnings.sendCode(subject, change, code, t);
    await this.audit.record({ action: 'contacts.code', subject, object: id, purpose: 'service', details: { kind } });
    return { ok: true, sent: true };
  }

  private async goLive(
    subject: string,
    change: ContactChange,
    now: Temporal.Instant,
    t: Translate,
  ): Promise<Confirmed> {
    const { id, kind, value, replaces } = change;
    const live = await this.contacts.all(subject);
    const old = live.find((one) => one.kind === kind);
    if ((old?.version ?? null) !== replaces) {
      await this.changes.end(subject, kind, now);
      return { ok: false, reason: 'meanwhile' };
    }
    await this.changes.confirm(subject, id, now);
    const contact = { value, version: randomUUID(), verifiedAt: now };
    const done = replaces
      ? await this.contacts.replace(subject, kind, replaces, contact, now)
      : await this.contacts.add(subject, kind, contact, now);
    if (!done) throw new Error('a contact changed while its person held the turn');
    if (old?.value !== value) await this.warnings.tell(subject, { kind, told: 'changed', at: now, live, key: id }, t);
    await this.audit.record({ action: 'contacts.change', subject, object: id, purpose: 'service', details: { kind } });
    return { ok: true };
  }

  /**
   * Keyed: six digits are guessed in a moment by whoever has the rows but not the key. Good for this change alone.
   * @returns the hash under the current key, then under former ones, so that a rotation of keys voids no code
   */
  private hashes(
    subject: string,
    { id, kind, value }: { id: string; kind: CodeKind; value: string },
    code: string,
  ): string[] {
    return this.keys.pseudonyms('contact-code', [id, subject, kind, value, code].join(' '));
  }
}
