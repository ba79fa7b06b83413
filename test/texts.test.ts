import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { LANGUAGES, PLACEHOLDER, Texts } from '#src/common/texts.js';
import { oddPlainSigns } from './support/signs.ts';

const texts = new Texts('views');
const italian = new Set(texts.keys('it'));
const views = filesOf('views', '.hbs');
const sources = [...filesOf('src', '.ts'), ...filesOf('scripts', '.ts')];

/** Families of keys that the program puts together: what comes before and after the changing part, and where it is done. */
const FAMILIES: readonly RegExp[] = [
  // copies of all data: export.views.ts, export.controller.ts, copy.writer.ts, copy-html.ts, appointments.exported.ts
  /^export\.(state|ended)-(asked|making|ready|failed|expired|deleted)$/,
  /^export\.(already-making|already-ready|too-many)$/,
  /^export\.without-(provider|secrets|forms|copy|investigations)(-why)?$/,
  /^export\.records-(one|other)$/,
  /^export\.appointment-(held|booked|arrived|called|served|no-show|cancelled|expired|ended)$/,
  // the register of processing: registerCsv() in profile/privacy/privacy.views.ts
  /^privacy\.register-(name|purpose|basis|subjects|data|recipients|time|tables)$/,
  // consents and preferences: what a state, a refusal, a type of notice or a road is called
  /^consents\.(status-(never|given|outdated|withdrawn)|since-(given|outdated|withdrawn)|replaced|elsewhere|unknown)$/,
  /^consents\.(given|withdrawn)(-already)?$/,
  /^consents\.channel-(web|counter|phone|paper)$/,
  /^preferences\.(channel|missing|confirm|change)-(email|sms)$/,
  /^preferences\.(what|locked)-[a-z-]+$/,
  // error pages: error-page.filter.ts
  /^errors\.(400|403|404|422|500|503)-title$/,
  // texts with a number: t.count()
  /^(form\.errors|sessions\.count|notifications\.unread-lead|appointments\.(duration|free|minutes|notice-rule))-(one|other)$/,
  // topics of the database (migration 0004) and what to bring for them
  /^topics\.[a-z-]+$/,
  /^appointments\.bring-(desk|phone|video|[a-z-]+-\d)$/,
  // states, channels, steps and outcomes of appointments
  /^appointments\.(state|show)-(booked|moved|cancelled|no-show|served|ended)$/,
  /^appointments\.(how|contact-hint)-(desk|phone|video)$/,
  /^appointments\.step-[1-5]$/,
  /^appointments\.(slot-taken|already-booked)$/,
  /^appointments\.notice-(booked|moved|cancelled)-(title|body)$/,
  // offices: kinds, channels, week, what is known of access
  /^offices\.type-(direzione_provinciale|agenzia|punto)$/,
  /^offices\.channel-(desk|phone|video)(-hint)?$/,
  /^offices\.weekday-[1-7]$/,
  /^offices\.(step-free|hearing-loop|sign-language)-(yes|no)$/,
  // notices
  /^notifications\.(type|link)-(security|delegation|pension-payment|payment|domestic-work|application|request|mailbox|appointment|institutional|survey|news)$/,
  /^notifications\.welcome-(title|body)$/,
  /^notifications\.(sent|step)-[a-z]+$/,
  // outcomes of a sign-in: spid.views.ts
  /^(spid|cie)\.(refused|unknown-provider|code-(\d\d|other))-(title|what|todo)$/,
  // sessions: how somebody came in, what the access record tells
  /^sessions\.method-(spid|cie|cns|eidas|pin|other)$/,
  // the record of accesses: what was done (test/audit/actions.test.ts: every action of the sources has one), by whom, why
  /^accesses\.action-[a-z-]+$/,
  /^accesses\.(who-(all|self|delegate|staff|system)|kind-(all|read|change|session|sent))$/,
  /^accesses\.purpose-(service|security|consent|rights|legal-duty|delivery)$/,
  /^accesses\.by-system-(sign-in|delivery|export|retention|erasure|owner)$/,
  /^accesses\.what-(start|step-up|end-(out|elsewhere|everywhere|provider|replaced)|expire|refused|locked|unlocked)$/,
  // contacts: by kind (src/profile/contacts), why one is refused, what became of a code
  /^contacts\.(label|question|what|hint|say|removal|removal-means|removed)-(email|mobile|pec|phone)$/,
  /^contacts\.(bounced|use|card-check|card-bounced|code-bounced|code-sent|code-message|code-wrong-address|changed-message|removed-message|confirmed)-(email|mobile)$/,
  /^contacts\.(saved-(pec|phone)|limit-(person|address)|codes-left-(one|other))$/,
  /^contacts\.(email-(one-at|local|long|wrong)|phone-(wrong|extension|dear)|mobile-(fixed|no-sms))$/,
  /^contacts\.code-(wrong|other|expired|used-up|none|meanwhile)$/,
  // requests about personal data: rights, states, steps, what a request says and lacks
  /^rights\.(kind|kind-long|what|ask|when|refusal|after|data-legend|message)-(rectification|erasure|restriction|objection)$/,
  /^rights\.(state|lead|step|notice)-(received|working|extended|accepted|partly|rejected|withdrawn|executed)(-title|-body)?$/,
  /^rights\.data-(identity|contacts|appointments|notices|consents|accesses|other)$/,
  /^rights\.say-(dati|giusto|testo)$/,
  /^rights\.(mark|lifted)-(restriction|objection)(-title|-end)?$/,
  /^(rights\.(deleted|kept)|desk\.(late|open-label|late-label)|retention\.(days|months|years|gone|would-go|failed))-(one|other)$/,
  // the desk that answers them
  /^desk\.filter-[a-z-]+$/,
  /^desk\.(step|by|effect|outcome|field)-[a-z_]+$/,
  /^desk\.(changed|not-working|extended-before|too-late)$/,
  // retention: each rule of common/retention.ts; the staff pages that modules register
  /^retention\.[a-z-]+(-from|-why)?$/,
  /^staff\.page-[a-z]+(-what)?$/,
  // the staff: outcomes of a sign-in, roles
  /^staff\.(refused|not-staff|unavailable)-(title|what|todo)$/,
  /^staff\.role-(operator|editor|analyst|administrator)$/,
];

describe('texts', () => {
  it('are the same keys in every language', () => {
    for (const language of LANGUAGES)
      assert.deepEqual(texts.keys(language).toSorted(), [...italian].toSorted(), language);
  });

  it('have the same placeholders in every language', () => {
    for (const key of italian) {
      for (const language of LANGUAGES)
        assert.deepEqual(placeholders(language, key), placeholders('it', key), `${language} ${key}`);
    }
  });

  it('have the same links and marks in every language, where they hold HTML', () => {
    for (const key of [...italian].filter((one) => one.endsWith('-html'))) {
      for (const language of LANGUAGES) assert.deepEqual(tags(language, key), tags('it', key), `${language} ${key}`);
    }
  });

  it('hold no HTML where they are escaped', () => {
    const wrong = everyText().filter(({ key, text }) => !key.endsWith('-html') && /<[a-z/]|&[a-z]+;/.test(text));
    assert.deepEqual(wrong, []);
  });

  it('are never empty and begin and end with a sign, but for the prefix of titles', () => {
    const wrong = everyText().filter(
      ({ key, text }) => text.trim() === '' || (text !== text.trim() && key !== 'layout.error-prefix'),
    );
    assert.deepEqual(wrong, []);
  });

  it('hold no signs that nobody sees and no spaces but the one between words: they leave in messages too', () => {
    assert.deepEqual(
      everyText().flatMap(({ text }) => oddPlainSigns(text)),
      [],
    );
  });

  it('use typographic apostrophes and quotation marks', () => {
    const wrong = everyText().filter(({ text }) => /['"]/.test(text.replace(/<[^>]*>/g, '')));
    assert.deepEqual(wrong, []);
  });

  it('exist for every key that a view names', () => {
    assert.ok(namedInViews().size > 100);
    assert.deepEqual(
      [...namedInViews()].filter((key) => !italian.has(key)),
      [],
    );
  });

  it('exist for every key that the program names', () => {
    assert.ok(namedInCode().size > 50);
    assert.deepEqual(
      [...namedInCode()].filter((key) => !known(key)),
      [],
    );
  });

  it('are all used', () => {
    const named = new Set([...namedInViews(), ...namedInCode()]);
    const unused = [...italian].filter((key) => !named.has(key) && !FAMILIES.some((family) => family.test(key)));
    assert.deepEqual(unused, []);
  });

  it('has every family in use', () => {
    const idle = FAMILIES.filter((family) => ![...italian].some((key) => family.test(key)));
    assert.deepEqual(idle, []);
  });
});

/** A key, or the beginning of a family of keys: `t.count('form.errors', n)`, `textKey: 'notifications.welcome'`, 'spid.refused'. */
function known(key: string): boolean {
  return (
    italian.has(key) ||
    (italian.has(`${key}-one`) && italian.has(`${key}-other`)) ||
    (italian.has(`${key}-title`) && (italian.has(`${key}-body`) || italian.has(`${key}-todo`)))
  );
}

/** {{t 'ns.key'}} and (t 'ns.key'). */
function namedInViews(): Set<string> {
  return new Set(views.flatMap((text) => [...text.matchAll(/[{(]t '([a-z0-9.-]+)'/g)].map((match) => match[1]!)));
}

const NAMESPACES = readdirSync('views/texts/it').map((file) => file.replace('.json', ''));

/** Whole texts in quotes that have the form of a key of one of the catalogues. */
function namedInCode(): Set<string> {
  const quoted = sources.flatMap((text) =>
    [...text.replace(AUDIT_ACTION, '').matchAll(/'([a-z]+\.[a-z0-9-]+)'/g)].map((match) => match[1]!),
  );
  return new Set(quoted.filter((key) => NAMESPACES.includes(key.split('.')[0]!) && !AUDIT_ACTIONS.test(key)));
}

/** Names of audit entries, and of jobs, look like keys and are none; the entries' texts are those of test/audit/actions.test.ts. */
const AUDIT_ACTION = /(@Reads\(|\baction: |\bname(:| =) |_QUEUE = )'[^']+'/g;
const AUDIT_ACTIONS = /^(profile\.residence|session\.(start|end))$/;

function placeholders(language: (typeof LANGUAGES)[number], key: string): string[] {
  return [...new Set([...texts.raw(language, key).matchAll(PLACEHOLDER)].map((match) => match[1]!))].toSorted();
}

/** Elements and where our own links lead; pages of others have an address, foreign words a lang, for each language. */
function tags(language: (typeof LANGUAGES)[number], key: string): string[] {
  const found = [...texts.raw(language, key).matchAll(/<(?!span)([a-z]+)(?: [^>]*?href="([^"]*)")?/g)];
  return found.map((match) => `${match[1]} ${match[2]?.replace(/^https:.*/, 'https:') ?? ''}`).toSorted();
}

function everyText(): { language: string; key: string; text: string }[] {
  return LANGUAGES.flatMap((language) =>
    texts.keys(language).map((key) => ({ language, key, text: texts.raw(language, key) })),
  );
}

function filesOf(folder: string, ending: string): string[] {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith(ending));
  return names.map((name) => readFileSync(`${folder}/${name}`, 'utf8'));
}
