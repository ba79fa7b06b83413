import { Injectable } from '@nestjs/common';
import { AuditService } from '../../audit/index.js';
import type { Bounces, Channel } from '../../transport/index.js';
import { ContactChangesRepository } from './contact-changes.repository.js';
import { ContactsRepository } from './contacts.repository.js';

const KINDS = { email: 'email', sms: 'mobile' } as const;

/** What was sent came back: the contact is marked, used no more, and the person is asked to check it. */
@Injectable()
export class ContactBounces implements Bounces {
  constructor(
    private readonly contacts: ContactsRepository,
    private readonly changes: ContactChangesRepository,
    private readonly audit: AuditService,
  ) {}

  /** Safe to repeat; an address that was changed or confirmed again since then is left alone. */
  async bounced(subject: string, channel: Channel, address: string, at: Temporal.Instant): Promise<void> {
    const kind = KINDS[channel];
    await this.changes.markBounced(subject, kind, address, at);
    if (!(await this.contacts.markBounced(subject, kind, address, at))) return;
    await this.audit.record({
      action: 'contacts.bounce',
      subject,
      purpose: 'delivery',
      kind: 'change',
      details: { kind },
    });
  }
}
