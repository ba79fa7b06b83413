import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, it } from 'node:test';
import { CONSENT_PURPOSES, NOTICE_TYPE_RULES } from '#src/common/notice-types.js';
import { LANGUAGES, Texts } from '#src/common/texts.js';
import { consentStatus, outcomeOf, type LastChoice } from '#src/profile/consents/consents.rules.js';
import { CONSENT_TEXTS } from '#src/profile/consents/texts/index.js';

const last = (given: boolean, version: number, number = 3): LastChoice => ({ given, version, number });
const give = (version: number, after: number) => ({ give: true, version, after });
const withdraw = (version: number, after: number) => ({ give: false, version, after });

describe('a consent', () => {
  it('holds only for the words of today', () => {
    assert.equal(consentStatus(null, 2), 'never');
    assert.equal(consentStatus(last(true, 2), 2), 'given');
    assert.equal(consentStatus(last(true, 1), 2), 'outdated');
    assert.equal(consentStatus(last(false, 2), 2), 'withdrawn');
    assert.equal(consentStatus(last(false, 1), 2), 'withdrawn');
  });

  it('is given once, for the words of today, by a page that knew of the last line', () => {
    assert.equal(outcomeOf(give(2, 0), null, 2), 'write');
    assert.equal(outcomeOf(give(2, 3), last(true, 1), 2), 'write');
    assert.equal(outcomeOf(give(2, 3), last(false, 2), 2), 'write');
    assert.equal(outcomeOf(give(2, 0), last(true, 2), 2), 'nothing');
    assert.equal(outcomeOf(give(1, 0), null, 2), 'replaced');
    assert.equal(outcomeOf(give(9, 0), null, 2), 'replaced');
    assert.equal(outcomeOf(give(2, 2), last(false, 2), 2), 'elsewhere');
    assert.equal(outcomeOf(give(1, 3), last(true, 1), 2), 'replaced');
  });

  it('is withdrawn whatever the page knew: nothing may make that harder than giving', () => {
    assert.equal(outcomeOf(withdraw(1, 0), last(true, 2), 2), 'write');
    assert.equal(outcomeOf(withdraw(1, 0), last(true, 1), 2), 'write');
    assert.equal(outcomeOf(withdraw(2, 3), last(false, 2), 2), 'nothing');
    assert.equal(outcomeOf(withdraw(2, 0), null, 2), 'nothing');
  });
});

/**
 * What was published. A line is added with each new version and none is ever changed: who changes the words of a
 * version that people agreed to changes what they agreed to.
 */
const PUBLISHED: Record<string, string> = {
  'surveys 1': '4162ddb18b2c9069',
  'news 1': 'd0156f38238ec63e',
  'news 2': 'e8f795974ee19960',
};

describe('the texts of consents', () => {
  it('are as they were published: other words are a new version', () => {
    const hashes = CONSENT_TEXTS.map((text) => [
      `${text.purpose} ${text.version}`,
      createHash('sha256').update(JSON.stringify(text)).digest('hex').slice(0, 16),
    ]);
    assert.deepEqual(Object.fromEntries(hashes), PUBLISHED);
  });

  it('are there for every purpose, in every language, in versions without a gap', () => {
    for (const purpose of CONSENT_PURPOSES) {
      const versions = CONSENT_TEXTS.filter((text) => text.purpose === purpose);
      assert.deepEqual(
        versions.map(({ version }) => version),
        versions.map((_, index) => index + 1),
      );
      assert.ok(versions.length > 0);
      for (const { texts } of versions)
        for (const language of LANGUAGES) assert.ok(texts[language].title !== '' && texts[language].body.length > 80);
    }
  });

  it('ask for what something uses: a purpose without a kind of notice is not published', () => {
    const used = new Set(NOTICE_TYPE_RULES.map(({ consent }) => consent));
    for (const { purpose } of CONSENT_TEXTS) assert.ok(used.has(purpose), purpose);
  });

  it('promise no number of messages, since nobody counts them', () => {
    const often = /volt[ae]|al mese|l’anno|times|(?<!at )once|a month|a year|[a-z]mal\b|im Monat|im Jahr/;
    for (const { texts } of CONSENT_TEXTS)
      for (const language of LANGUAGES) assert.doesNotMatch(texts[language].body, often);
    for (const language of LANGUAGES)
      for (const type of ['survey', 'news'])
        assert.doesNotMatch(new Texts('views').for(language)(`preferences.what-${type}`), often);
  });
});
