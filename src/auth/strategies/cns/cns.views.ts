import type { Translate } from '../../../common/texts.js';
import type { CnsReason } from './refusal.js';

interface Explanation {
  title: string;
  what: string;
  todo: string;
}

const NONE: Explanation = { title: 'cns.none-title', what: 'cns.none-what', todo: 'cns.none-todo' };
const UNTRUSTED: Explanation = { title: 'cns.untrusted-title', what: 'cns.untrusted-what', todo: 'cns.untrusted-todo' };
const EXPIRED: Explanation = { title: 'cns.expired-title', what: 'cns.expired-what', todo: 'cns.expired-todo' };
const EARLY: Explanation = { title: 'cns.early-title', what: 'cns.early-what', todo: 'cns.early-todo' };
const POLICY: Explanation = { title: 'cns.policy-title', what: 'cns.policy-what', todo: 'cns.policy-todo' };
const REVOKED: Explanation = { title: 'cns.revoked-title', what: 'cns.revoked-what', todo: 'cns.revoked-todo' };
const UNSURE: Explanation = { title: 'cns.unsure-title', what: 'cns.unsure-what', todo: 'cns.unsure-todo' };
const AWAY: Explanation = { title: 'cns.away-title', what: 'cns.away-what', todo: 'cns.away-todo' };
const AGAIN: Explanation = { title: 'cns.again-title', what: 'cns.again-what', todo: 'cns.again-todo' };
const REFUSED: Explanation = { title: 'cns.refused-title', what: 'cns.refused-what', todo: 'cns.refused-todo' };

/** What each reason means for the person: the exact rule is in the log, under the reference number. */
const EXPLANATIONS: Readonly<Record<CnsReason, Explanation>> = {
  'no-certificate': NONE,
  unreadable: REFUSED,
  'proxy-untrusted': REFUSED,
  'self-signed': UNTRUSTED,
  untrusted: UNTRUSTED,
  'bad-signature': UNTRUSTED,
  'weak-signature': UNTRUSTED,
  'weak-key': UNTRUSTED,
  'issuer-not-authority': UNTRUSTED,
  'authority-not-valid': UNTRUSTED,
  'path-too-long': UNTRUSTED,
  'critical-extension': UNTRUSTED,
  'not-yet-valid': EARLY,
  expired: EXPIRED,
  policy: POLICY,
  usage: POLICY,
  subject: REFUSED,
  'fiscal-code': REFUSED,
  revoked: REVOKED,
  'revocation-missing': UNSURE,
  'revocation-stale': UNSURE,
  'revocation-unusable': UNSURE,
  'not-available': AWAY,
  'start-missing': AGAIN,
  'start-expired': AGAIN,
  'ticket-unknown': AGAIN,
  'ticket-used': AGAIN,
  'ticket-expired': AGAIN,
  'ticket-other-browser': AGAIN,
};

/** /cns/accedi: put the card in, then go on to the address that asks for it. */
export function startPage(t: Translate, entrance: string, testEnvironment: boolean) {
  return {
    page: { title: t('cns.start-title'), noindex: true, crumbs: crumbs(t, t('cns.start-title')) },
    entrance,
    testEnvironment,
  };
}

/** Nobody came in: what happened, what to do. */
export function refusedPage(t: Translate, reason: CnsReason, reference: string) {
  const { title, what, todo } = EXPLANATIONS[reason];
  return {
    page: { title: t(title), error: true, noindex: true, crumbs: crumbs(t, t(title)) },
    title: t(title),
    what: t(what),
    todo: t(todo),
    reference,
  };
}

function crumbs(t: Translate, here: string) {
  return [
    { label: t('cns.home'), href: '/' },
    { label: t('cns.sign-in'), href: '/accedi' },
    { label: here, href: '' },
  ];
}
