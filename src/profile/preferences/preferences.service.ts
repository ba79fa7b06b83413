import { Injectable } from '@nestjs/common';
import { AuditService } from '../../audit/index.js';
import { citizen, system } from '../../common/actor.js';
import type { Acting } from '../../common/acting.js';
import { Clock } from '../../common/clock.js';
import { Database } from '../../common/database.js';
import { Forbidden } from '../../common/errors.js';
import { NOTICE_CHANNELS, noticeTypeRule, type NoticeChannel, type NoticeType } from '../../common/notice-types.js';
import type { Language } from '../../common/texts.js';
import { Transport } from '../../transport/index.js';
import { ConsentsService, type ConsentState } from '../consents/index.js';
import { ContactsService } from '../contacts/index.js';
import { PreferencesRepository, type SettingRow } from './preferences.repository.js';
import { isWanted, quietUntil, USUAL_QUIET_HOURS, wishes, type QuietHours, type Wish } from './preferences.rules.js';

/** A road a notice takes besides the inbox: to which address, in which language, not before when (quiet hours). */
export interface Road {
  channel: NoticeChannel;
  to: string;
  notBefore: Temporal.Instant | null;
  language: Language;
}

export interface Preferences {
  version: number;
  wishes: Wish[];
  quiet: QuietHours;
  language: Language | null;
}

/** What the page shows besides: where messages would go, and what the consents allow. */
export interface PreferencesPage extends Preferences {
  contacts: Record<NoticeChannel, string | null>;
  consents: ConsentState[];
}

export type Saved = { ok: true } | { ok: false; now: Preferences };

/** By which roads a person wants to be told what: type of notice × channel, quiet hours, language. */
@Injectable()
export class PreferencesService {
  constructor(
    private readonly db: Database,
    private readonly preferences: PreferencesRepository,
    private readonly contacts: ContactsService,
    private readonly consents: ConsentsService,
    private readonly transport: Transport,
    private readonly audit: AuditService,
    private readonly clock: Clock,
  ) {}

  async page({ subject, by }: Acting, language: Language): Promise<PreferencesPage> {
    return this.db.actingAs(citizen(subject, by), async () => {
      const said = await this.said(subject);
      const { email, mobile } = await this.contacts.verified(subject);
      return { ...said, contacts: { email, sms: mobile }, consents: await this.consents.states(subject, language) };
    });
  }

  /**
   * Saves the whole form at once. What is stored already is not written again, so a second press is no conflict.
   * @returns what is stored now, when another window saved since the page was made: nothing is written then
   */
  async save(acting: Acting, chosen: Preferences & { language: Language }): Promise<Saved> {
    if (acting.by !== acting.subject) throw new Forbidden('a delegate may not change preferences');
    return this.db.actingAs(citizen(acting.subject, acting.by), async () => {
      const now = await this.said(acting.subject);
      if (now.version > 0 && isSame(now, chosen)) return { ok: true };
      const { quiet, version: after, language } = chosen;
      const [at, { on, from, to }] = [this.clock.now(), quiet];
      const saved = await this.preferences.saveSetting(acting.subject, { after, quiet: on, from, to, at });
      // Two presses at once: the second waited for the first, and finds its own choice stored.
      if (!saved) return this.lost(acting.subject, chosen);
      await this.preferences.saveWishes(acting.subject, chosen.wishes);
      await this.preferences.setLanguage(acting.subject, language, at);
      await this.audit.record({ action: 'preferences.change', subject: acting.subject, purpose: 'service' });
      return { ok: true };
    });
  }

  /**
   * Whether a notice of this type may be sent at all: one that rests on a consent only while it holds, and while the
   * person has neither restricted nor objected to what is done with their data. Joins the unit of work under way, whoever acts in it.
   */
  async allows(subject: string, type: NoticeType): Promise<boolean> {
    const { consent } = noticeTypeRule(type);
    if (consent === null) return true;
    return this.db.actingAs(system('delivery'), () => this.preferences.optionalAllowed(subject, consent));
  }

  /**
   * The roads a notice takes to a person besides the inbox: an address that was confirmed, that they want used for this
   * type, after their quiet hours. While they restrict what is done with their data (GDPR art. 18) only what is locked on
   * leaves the portal. Joins the unit of work under way, whoever acts in it.
   */
  async roads(subject: string, type: NoticeType, now: Temporal.Instant): Promise<Road[]> {
    if (!(await this.allows(subject, type))) return [];
    return this.db.actingAs(system('delivery'), async () => {
      const said = await this.preferences.delivery(subject, type);
      if (said.restricted && noticeTypeRule(type).locked.length === 0) return [];
      const { email, mobile } = await this.contacts.verified(subject);
      const [addresses, language] = [{ email, sms: mobile }, said.language ?? 'it'];
      return NOTICE_CHANNELS.flatMap((channel) => {
        const to = addresses[channel];
        if (!to || !this.transport.available(channel)) return [];
        if (!isWanted(type, channel, said[channel] ?? undefined)) return [];
        return [{ channel, to, language, notBefore: channel === 'sms' ? quietUntil(now, quietOf(said)) : null }];
      });
    });
  }

  private async lost(subject: string, chosen: Preferences): Promise<Saved> {
    const now = await this.said(subject);
    return isSame(now, chosen) ? { ok: true } : { ok: false, now };
  }

  private async said(subject: string): Promise<Preferences> {
    const setting = await this.preferences.setting(subject);
    const said = await this.preferences.wishes(subject);
    const { version, language } = setting;
    return { version, language, quiet: quietOf(setting), wishes: wishes(said) };
  }
}

function quietOf({ quiet, quiet_from: from, quiet_to: to }: Omit<SettingRow, 'version'>): QuietHours {
  return quiet === null || from === null || to === null ? USUAL_QUIET_HOURS : { on: quiet, from, to };
}

function isSame(a: Preferences, b: Preferences): boolean {
  return essence(a) === essence(b);
}

function essence({ wishes: said, quiet, language }: Preferences): string {
  const wanted = said.map(({ type, channel, wanted: yes }) => `${type}:${channel}:${yes}`).toSorted();
  return [language, quiet.on, quiet.from.toString(), quiet.to.toString(), ...wanted].join();
}
