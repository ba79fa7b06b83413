import { Injectable } from '@nestjs/common';
import { AuditService } from '../../audit/index.js';
import { dateAndTime } from '../../common/calendar.js';
import { Texts } from '../../common/texts.js';
import { Config } from '../../config.js';
import { Transport } from '../../transport/index.js';
import { ContactsService } from '../contacts/index.js';
import type { Claim } from './export-making.repository.js';

/** Tells that a copy is ready: the record of accesses, and the person, since it might not have been they who asked. */
@Injectable()
export class ExportNews {
  constructor(
    private readonly audit: AuditService,
    private readonly contacts: ContactsService,
    private readonly transport: Transport,
    private readonly texts: Texts,
    private readonly config: Config,
  ) {}

  /** In the unit of work that makes it ready. @param until when it can be taken */
  async ready(claim: Claim, until: Temporal.Instant): Promise<void> {
    const { id: object, citizen_id: subject } = claim;
    await this.audit.record({ action: 'export.ready', subject, object, purpose: 'rights' });
    await this.mail(claim, until);
  }

  /** To an address that a code has confirmed, and to no other; without a link, so that none is asked for by mail. */
  private async mail({ id, citizen_id: subject, language }: Claim, until: Temporal.Instant): Promise<void> {
    const { email } = await this.contacts.verified(subject);
    if (!email) return;
    const t = this.texts.for(language);
    const { institute, baseUrl } = this.config;
    const when = t('notifications.at', dateAndTime(until, language));
    const text = t('export.mail-text', { institute: institute.shortName, host: baseUrl.host, when });
    const title = t('export.mail-title');
    const key = `export:${id}:ready`;
    await this.transport.send({ channel: 'email', subject, to: email, title, text, kind: 'security', key, language });
  }
}
