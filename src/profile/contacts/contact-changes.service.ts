import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { AuditService } from '../../audit/index.js';
import type { Acting } from '../../common/acting.js';
import { Clock } from '../../common/clock.js';
import type { Translate } from '../../common/texts.js';
import { ContactChangesRepository } from './contact-changes.repository.js';
import { ContactsRepository, type Contact } from './contacts.repository.js';
import { needsCode, type ContactKind } from './contacts.rules.js';
import { ContactWarnings } from './contact-warnings.js';
import { OwnChanges } from './own-changes.js';

/** Another tab changed it since the form was shown: what it is now. */
export interface Meanwhile {
  ok: false;
  reason: 'meanwhile';
  now: Contact | null;
}

export type Saved = { ok: true } | { ok: false; reason: 'same' } | Meanwhile;
export type Removed = { ok: true } | Meanwhile;

/** Contacts that need no code are saved at once; each can be removed. */
@Injectable()
export class ContactChangesService {
  constructor(
    private readonly own: OwnChanges,
    private readonly contacts: ContactsRepository,
    private readonly changes: ContactChangesRepository,
    private readonly warnings: ContactWarnings,
    private readonly audit: AuditService,
    private readonly clock: Clock,
  ) {}

  /** @param seen version of the contact that the form was filled in against, '' when there was none */
  async save(acting: Acting, kind: 'pec' | 'phone', value: string, seen: string): Promise<Saved> {
    const { subject } = acting;
    return this.own.run(acting, async () => {
      const current = await this.contacts.find(subject, kind);
      const isSeen = (current?.version ?? '') === seen;
      // Changed since, to the very same: the button was pressed twice.
      if (current?.value === value) return isSeen ? { ok: false, reason: 'same' } : { ok: true };
      if (!isSeen) return { ok: false, reason: 'meanwhile', now: current };
      const contact = { value, version: randomUUID(), verifiedAt: null };
      const now = this.clock.now();
      const done = current
        ? await this.contacts.replace(subject, kind, seen, contact, now)
        : await this.contacts.add(subject, kind, contact, now);
      if (!done) throw new Error('a contact changed while its person held the turn');
      await this.audit.record({ action: 'contacts.change', subject, purpose: 'service', details: { kind } });
      return { ok: true };
    });
  }

  /**
   * Removes it, with the change of it that may be under way, and says so where the person could be reached. What is
   * gone already is removed as it was asked: the button was pressed twice.
   */
  async remove(acting: Acting, kind: ContactKind, seen: string, t: Translate): Promise<Removed> {
    const { subject } = acting;
    return this.own.run(acting, async () => {
      const live = await this.contacts.all(subject);
      const current = live.find((one) => one.kind === kind);
      if (!current) return { ok: true };
      if (!(await this.contacts.remove(subject, kind, seen))) return { ok: false, reason: 'meanwhile', now: current };
      const now = this.clock.now();
      if (needsCode(kind)) {
        await this.changes.end(subject, kind, now);
        await this.warnings.tell(subject, { kind, told: 'removed', at: now, live, key: seen }, t);
      }
      await this.audit.record({ action: 'contacts.remove', subject, purpose: 'service', details: { kind } });
      return { ok: true };
    });
  }
}
