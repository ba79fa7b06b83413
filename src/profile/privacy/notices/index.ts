import type { PrivacyNotice } from '../privacy-notice.js';
import { V1 } from './v1.js';
import { V2 } from './v2.js';

/** Every version that was ever in force, oldest first. What was published never changes: write a new version. */
export const PRIVACY_NOTICES: readonly PrivacyNotice[] = [V1, V2];

/** The one in force. */
export const CURRENT_NOTICE = V2;
