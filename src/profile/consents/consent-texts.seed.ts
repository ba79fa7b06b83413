import { createHash } from 'node:crypto';
import { LANGUAGES } from '../../common/texts.js';
import { CONSENT_TEXTS, type ConsentText } from './texts/index.js';

export type Query = (sql: string, parameters?: unknown[]) => Promise<{ rows: Record<string, unknown>[] }>;

/**
 * Writes the texts that PostgreSQL does not have yet, as owner, at each start and each migration. One that was published
 * stays as it was: if its words here are others, the release stops (GDPR art. 7(1): what was agreed to can be shown).
 */
export async function seedConsentTexts(query: Query, published: readonly ConsentText[] = CONSENT_TEXTS): Promise<void> {
  for (const { purpose, version, publishedOn, texts } of published) {
    for (const language of LANGUAGES) {
      const { title, body } = texts[language];
      const hash = consentHash(title, body);
      const { rows } = await query(PUBLISH, [purpose, version, language, title, body, hash, publishedOn]);
      if (rows[0]?.hash !== hash)
        throw new Error(`the consent text ${purpose} ${version} (${language}) was published in other words`);
    }
  }
}

/** Of the words alone, as the constraint of consent_text reckons it. */
export function consentHash(title: string, body: string): string {
  return createHash('sha256').update(`${title}\n${body}`).digest('hex');
}

const PUBLISH = `
  WITH added AS (
    INSERT INTO consent_text (purpose, version, language, title, body, hash, published_on)
    VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (purpose, version, language) DO NOTHING RETURNING hash)
  SELECT hash FROM added
  UNION ALL SELECT hash FROM consent_text WHERE purpose = $1 AND version = $2 AND language = $3`;
