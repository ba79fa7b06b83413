import { formView, type Form } from '../../common/form.js';
import { profileHead } from '../../common/heads.js';
import {
  NOTICE_CHANNELS,
  NOTICE_TYPE_RULES,
  type NoticeChannel,
  type NoticeTypeRule,
} from '../../common/notice-types.js';
import type { PageModel } from '../../common/pages.js';
import type { Translate } from '../../common/texts.js';
import { contactInWords } from '../contacts/index.js';
import type { PreferencesForm } from './preferences.forms.js';
import type { PreferencesPage } from './preferences.service.js';

/** @param conflict another window saved since the form was made: what it saved is named beside each choice that differs */
export function preferencesPage(
  t: Translate,
  found: PreferencesPage,
  form: Form<PreferencesForm>,
  conflict = false,
): PageModel {
  const title = t('preferences.title');
  const rows = (wanted: (rule: NoticeTypeRule) => boolean) =>
    NOTICE_TYPE_RULES.filter(wanted).map((rule) => row(t, rule, found, form, conflict));
  return {
    page: profileHead(t, title),
    title,
    form: formView(form, t),
    addresses: NOTICE_CHANNELS.map((channel) => address(t, channel, found.contacts[channel])),
    channels: NOTICE_CHANNELS.map((channel) => t(`preferences.channel-${channel}`)),
    services: rows(({ consent }) => consent === null),
    optional: rows(({ consent }) => consent !== null),
    quiet: form.value('silenzio') === 'si',
    languages: LANGUAGE_NAMES.map(([value, label]) => ({ value, label, checked: form.value('lingua') === value })),
    // A form that lost against another window wins when it is sent again: the person has seen both.
    version: conflict ? String(found.version) : form.value('versione'),
  };
}

const LANGUAGE_NAMES = [
  ['it', 'Italiano'],
  ['en', 'English'],
  ['de', 'Deutsch'],
] as const;

/** The error of all boxes together leads here. */
const FIRST_BOX = 'security-sms';

function row(
  t: Translate,
  { type, locked, consent }: NoticeTypeRule,
  { wishes, consents }: PreferencesPage,
  form: Form<PreferencesForm>,
  conflict: boolean,
): Record<string, unknown> {
  const name = t(`notifications.type-${type}`);
  const given = consents.some(({ text, status }) => text.purpose === consent && status === 'given');
  return {
    name,
    what: t(`preferences.what-${type}`),
    needsConsent: consent !== null && !given,
    hasConsent: consent !== null && given,
    consentHref: `/dati/consensi#${consent ?? ''}`,
    lockedWhy: locked.length > 0 ? t(`preferences.locked-${type}`) : '',
    roads: NOTICE_CHANNELS.map((channel) => {
      const box = `${type}-${channel}` as const;
      const stored = wishes.some((wish) => wish.type === type && wish.channel === channel && wish.wanted);
      const checked = form.value(box) === 'si';
      return {
        id: box === FIRST_BOX ? 'avvisi' : box,
        box,
        name,
        channel: t(`preferences.channel-${channel}`),
        locked: locked.includes(channel),
        checked,
        stored: conflict && stored !== checked ? t(stored ? 'preferences.stored-on' : 'preferences.stored-off') : '',
      };
    }),
  };
}

function address(t: Translate, channel: NoticeChannel, to: string | null): Record<string, string> {
  return {
    channel: t(`preferences.channel-${channel}`),
    value: to === null ? '' : contactInWords(channel === 'sms' ? 'mobile' : 'email', to),
    missing: to ? '' : t(`preferences.missing-${channel}`),
    action: t(to ? `preferences.change-${channel}` : `preferences.confirm-${channel}`),
  };
}
