import type { ConsentText } from './consent-text.js';
import { NEWS } from './news.js';
import { SURVEYS } from './surveys.js';

/** Every version that was ever published, in the order they are shown. */
export const CONSENT_TEXTS: readonly ConsentText[] = [...SURVEYS, ...NEWS];
export type { ConsentText };
