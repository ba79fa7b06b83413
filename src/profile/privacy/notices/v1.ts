import type { PrivacyNotice } from '../privacy-notice.js';
import { V1_DE } from './v1-de.js';
import { V1_EN } from './v1-en.js';
import { V1_IT } from './v1-it.js';

export const V1: PrivacyNotice = {
  version: 1,
  publishedOn: '2026-11-22',
  activities: [
    {
      id: 'identity',
      tables: ['citizen'],
      basis: [],
      subjects: [],
      recipients: [],
      keep: { rule: 'identity', months: 24 },
    },
    { id: 'contacts', tables: ['citizen'], basis: [], subjects: [], recipients: [], keep: null },
    {
      id: 'appointments',
      tables: ['appointment'],
      basis: [],
      subjects: [],
      recipients: [],
      keep: { rule: 'appointments', months: 24 },
    },
    {
      id: 'needs',
      tables: ['appointment'],
      basis: [],
      subjects: [],
      recipients: [],
      keep: { rule: 'appointments', months: 24 },
    },
    {
      id: 'notices',
      tables: ['notice'],
      basis: [],
      subjects: [],
      recipients: [],
      keep: { rule: 'notices', months: 24 },
    },
    {
      id: 'access',
      tables: ['audit_entry'],
      basis: [],
      subjects: [],
      recipients: [],
      keep: { rule: 'accesses', months: 24 },
    },
    {
      id: 'spid',
      tables: ['saml_request', 'saml_seen', 'saml_exchange'],
      basis: [],
      subjects: [],
      recipients: [],
      keep: { rule: 'spid', months: 24 },
    },
    { id: 'session', tables: ['session', 'parked_form'], basis: [], subjects: [], recipients: [], keep: null },
    { id: 'pin', tables: ['pin_credential', 'pin_attempt'], basis: [], subjects: [], recipients: [], keep: null },
  ],
  texts: { it: V1_IT, en: V1_EN, de: V1_DE },
};
