import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { parse } from 'csv-parse/sync';
import { load } from 'cheerio';
import { RETENTION_RULES, retentionRule, type Period } from '#src/common/retention.js';
import { LANGUAGES, Texts, type Language } from '#src/common/texts.js';
import { CURRENT_NOTICE, PRIVACY_NOTICES } from '#src/profile/privacy/notices/index.js';
import { noticeHash } from '#src/profile/privacy/privacy-notice.js';
import { pieces } from '#src/profile/privacy/privacy.views.js';
import { testApp, type TestApp } from '../support/app.ts';
import { staffSignedIn } from '../support/sign-in.ts';
import { visit } from '../support/visit.ts';

/**
 * What was published. A line is added with each new version and none is ever changed: a notice that says something
 * else than the one people read is a new version.
 */
const PUBLISHED: readonly string[] = ['cfed9a66e5a0b329', 'e17755f319b9c68b'];

/** Tables that hold nothing about a person, each with its reason: the register need not name them. */
const NOT_PERSONAL: Readonly<Record<string, string>> = {
  migration: 'names of changes to the schema',
  province: 'public reference data',
  comune: 'public reference data',
  topic: 'public reference data',
  office: 'public opening data',
  office_opening: 'public opening data',
  office_channel: 'public opening data',
  office_topic: 'public opening data',
  office_closure: 'public opening data',
  office_extra_opening: 'public opening data',
  office_import: 'which list of offices is in use',
  comune_office: 'public opening data',
  slot: 'times of offices, and how many seats are taken',
  consent_text: 'the words of consents as they were published',
  protocol_counter: 'the last number of each year',
  retention_rule: 'how long which table is kept',
  retention_run: 'how many rows each night deleted',
  audit_retirement: 'how many entries of which months are gone',
};

let portal: TestApp;
before(async () => {
  portal = await testApp();
});
after(() => portal.close());

/** Where the time of each rule begins: as PostgreSQL or a sweeper reckons it, and in the words of the notice. */
const COUNTED: Readonly<Record<string, { from: RegExp; only?: RegExp; words: Readonly<Record<Language, RegExp>> }>> = {
  identity: {
    from: /r\.said_at/,
    words: { it: /dopo l’ultimo accesso/, en: /after (your|their) last visit/, de: /nach der letzten Anmeldung/ },
  },
  spid: {
    from: /^r\.received_at$/,
    words: { it: /dall’accesso/, en: /from the sign-in/, de: /ab der Anmeldung/ },
  },
  'sign-in-attempts': {
    from: /^r\.at$/,
    only: /outcome = 'ok'/,
    words: { it: /dall’ingresso/, en: /from the sign-in/, de: /ab der Anmeldung/ },
  },
  'sign-in-failures': {
    from: /^r\.at$/,
    only: /outcome IS DISTINCT FROM 'ok'/,
    words: { it: /dal tentativo/, en: /from the try/, de: /ab dem Versuch/ },
  },
  sessions: {
    from: /ended_at.*expires_at/,
    words: { it: /dopo la fine/, en: /after its end/, de: /nach ihrem Ende/ },
  },
  forms: {
    from: /^r\.parked_at$/,
    words: { it: /dall’invio/, en: /from when it was sent/, de: /ab dem Senden/ },
  },
  'contact-changes': {
    from: /^r\.asked_at$/,
    words: { it: /da quando chiedi il codice/, en: /from when you ask/, de: /ab der Anforderung/ },
  },
  messages: {
    from: /^r\.created_at$/,
    words: { it: /da quando è scritto/, en: /from when it was written/, de: /ab dem Schreiben/ },
  },
  notices: {
    from: /^r\.created_at$/,
    words: { it: /dal giorno della notifica/, en: /from the day of the notice/, de: /ab dem Tag der Mitteilung/ },
  },
  consents: {
    from: /^greatest\(r\.at,.*erased_at/,
    words: {
      it: /dall’ultima scelta, o dalla cancellazione/,
      en: /from your last choice, or from the erasure/,
      de: /ab Ihrer letzten Wahl oder.* ab der Löschung/,
    },
  },
  appointments: {
    from: /^r\.start_at$/,
    words: {
      it: /dopo l’incontro|Con l’appuntamento/,
      en: /after the meeting|With the app/,
      de: /nach dem Gespräch|Mit dem Termin/,
    },
  },
  accesses: {
    from: /^r\.at$/,
    words: { it: /dall’operazione/, en: /from the operation/, de: /ab dem Vorgang/ },
  },
  exports: {
    from: /^r\.asked_at$/,
    words: { it: /dalla richiesta/, en: /from the request/, de: /ab der Anforderung/ },
  },
  rights: {
    from: /^r\.closed_at$/,
    words: { it: /dalla risposta/, en: /from the answer/, de: /nach der Antwort/ },
  },
  staff: {
    from: /^r\.signed_in_at$/,
    words: { it: /dopo l’ultimo accesso/, en: /after their last visit/, de: /nach der letzten Anmeldung/ },
  },
};

describe('the privacy notice', () => {
  it('is as it was published: what changes is a new version, with its date', () => {
    assert.deepEqual(PRIVACY_NOTICES.map(noticeHash), PUBLISHED);
    assert.deepEqual(
      PRIVACY_NOTICES.map(({ version }) => version),
      PRIVACY_NOTICES.map((_, index) => index + 1),
    );
    assert.equal(CURRENT_NOTICE, PRIVACY_NOTICES.at(-1));
    const dates = PRIVACY_NOTICES.map(({ publishedOn }) => publishedOn);
    assert.deepEqual(dates, dates.toSorted());
  });

  it('says the same in every language: every activity, with words for every basis, recipient and subject', () => {
    for (const { activities, texts } of PRIVACY_NOTICES)
      for (const language of LANGUAGES) {
        const { basis, recipients, subjects, ...said } = texts[language];
        assert.deepEqual(
          Object.keys(said.activities),
          activities.map(({ id }) => id),
        );
        for (const activity of activities) {
          for (const name of activity.basis) assert.ok(basis[name], `${language} ${name}`);
          for (const name of activity.recipients) assert.ok(recipients[name], `${language} ${name}`);
          for (const name of activity.subjects) assert.ok(subjects[name], `${language} ${name}`);
        }
        for (const part of ['before', 'after'] as const)
          assert.deepEqual(
            said[part].map(({ id }) => id),
            texts.it[part].map(({ id }) => id),
          );
      }
  });

  it('promises just the periods that retention keeps', () => {
    const kept: Period[] = [];
    for (const { id, keep } of CURRENT_NOTICE.activities) {
      if (!keep) continue;
      const rule = RETENTION_RULES.find((one) => one.id === keep.rule);
      assert.ok(rule, `${id}: no rule ${keep.rule}`);
      const { rule: _, ...period } = keep;
      assert.deepEqual(rule.keep, period, id);
      kept.push(rule.keep);
    }
    assert.ok(kept.length >= 10);
  });

  it('counts them from where retention does, in every language', () => {
    for (const { id, keep } of CURRENT_NOTICE.activities) {
      if (!keep) continue;
      const rule = retentionRule(keep.rule);
      const counted = COUNTED[keep.rule];
      assert.ok(counted, `${id}: say where ${keep.rule} counts from`);
      assert.match(rule.from, counted.from, id);
      if (counted.only) assert.match(rule.only ?? '', counted.only, id);
      for (const language of LANGUAGES)
        assert.match(CURRENT_NOTICE.texts[language].activities[id]!.time, counted.words[language], `${language} ${id}`);
    }
  });

  it('cites article 20 only for what rests on consent, as the copy and the page of the rights do', () => {
    const consent = /consens|consent|Einwilligung/;
    for (const language of LANGUAGES) {
      const t = new Texts('views').for(language);
      const { purpose } = CURRENT_NOTICE.texts[language].activities.exports!;
      for (const text of [purpose, t('export.file-rights-text'), t('rights.portability-text')]) {
        assert.match(text, /15/);
        assert.match(text, /20[^1]/);
        assert.match(text, consent);
      }
    }
  });

  it('names the rule of every table that one rule empties', () => {
    for (const { id, tables, keep } of CURRENT_NOTICE.activities)
      for (const table of tables) {
        const rules = RETENTION_RULES.filter((one) => one.table === table).map((one) => one.id);
        if (rules.length > 0) assert.ok(keep && rules.includes(keep.rule), `${id}: ${table}`);
      }
  });

  it('names its numbers wherever a text has room for them, and nothing is left open', async () => {
    for (const path of ['/privacy', '/privacy/versioni/1'])
      for (const language of LANGUAGES) {
        const { $ } = await visit(portal.url, path, { language });
        assert.doesNotMatch($('main').text(), /[{}[\]]|undefined|\b0 (mesi|months|Monate|giorni|days|Tage)/);
      }
    const { $ } = await visit(portal.url, '/privacy');
    assert.match($('main').text(), /24 mesi dopo l’ultimo accesso/);
    assert.match($('main').text(), /120 mesi dalla risposta/);
  });

  it('is shown with its version, and the former ones stay readable', async () => {
    const { $ } = await visit(portal.url, '/privacy');
    assert.match($('main').text(), new RegExp(`Versione ${CURRENT_NOTICE.version},`));
    const list = await visit(portal.url, '/privacy/versioni');
    assert.equal(list.$('main li').length, PRIVACY_NOTICES.length);
    for (const { version } of PRIVACY_NOTICES) {
      const { status, $: former } = await visit(portal.url, `/privacy/versioni/${version}`);
      assert.equal(status, 200);
      assert.equal(former('main .note-warning').length, version === CURRENT_NOTICE.version ? 0 : 1);
    }
    for (const wrong of ['0', '3', '01', '1.0', 'x', '-1']) {
      const { status } = await visit(portal.url, `/privacy/versioni/${wrong}`);
      assert.equal(status, 404, wrong);
    }
  });

  it('puts names, addresses and links in their places', () => {
    const { institute } = portal.config;
    assert.deepEqual(pieces('Chi: {institute}, {address}. [{email}](mailto:{email})', institute, 'en'), [
      { text: 'Chi: ', href: '', lang: '' },
      { text: institute.fullName, href: '', lang: 'it' },
      { text: `, ${institute.address}. `, href: '', lang: '' },
      { text: institute.email, href: `mailto:${institute.email}`, lang: '' },
    ]);
    assert.deepEqual(pieces('[Garante|it](https://www.garanteprivacy.it/)', institute, 'de'), [
      { text: 'Garante', href: 'https://www.garanteprivacy.it/', lang: 'it' },
    ]);
  });
});

describe('the register of processing', () => {
  it('names every table with personal data', async () => {
    const tables = await portal.db.query<{ relname: string }>(
      `SELECT relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
       WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p') AND NOT c.relispartition ORDER BY relname`,
    );
    const named = new Set(CURRENT_NOTICE.activities.flatMap((activity) => activity.tables));
    const forgotten = tables.map(({ relname }) => relname).filter((table) => !named.has(table) && !NOT_PERSONAL[table]);
    assert.deepEqual(forgotten, []);
    const there = new Set(tables.map(({ relname }) => relname));
    assert.deepEqual(
      [...named].filter((table) => !there.has(table)),
      [],
      'named and not there',
    );
    assert.deepEqual(
      Object.keys(NOT_PERSONAL).filter((table) => !there.has(table)),
      [],
      'excused and not there',
    );
  });

  it('excuses no table that points to a person', async () => {
    const pointing = await portal.db.query<{ relname: string }>(
      `SELECT DISTINCT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
         JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
       WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p') AND a.attname IN ('citizen_id', 'subject', 'staff_id', 'fiscal_code', 'person')`,
    );
    assert.ok(pointing.length > 10);
    assert.deepEqual(
      pointing.map(({ relname }) => relname).filter((table) => NOT_PERSONAL[table]),
      [],
    );
  });

  it('is for administrators and analysts', async () => {
    const open = async (roles: string[]) => {
      await portal.db.query('DELETE FROM session');
      await portal.db.query('DELETE FROM staff_member');
      const { cookie } = await staffSignedIn(portal, { name: 'Elena Conti', office: 'AG-1', roles });
      return (await visit(portal.url, '/operatore/trattamenti', { cookie })).status;
    };
    assert.equal(await open(['administrator']), 200);
    assert.equal(await open(['analyst']), 200);
    assert.equal(await open(['operator']), 403);
    assert.equal(await open(['editor']), 403);
    assert.equal((await visit(portal.url, '/operatore/trattamenti')).status, 303);
  });

  it('says of each activity what article 30 asks for, in the page and in the spreadsheet', async () => {
    await portal.db.query('DELETE FROM staff_member');
    const { cookie } = await staffSignedIn(portal, { name: 'Elena Conti', office: null, roles: ['analyst'] });
    const { $ } = await visit(portal.url, '/operatore/trattamenti', { cookie });
    assert.equal($('main section').length, CURRENT_NOTICE.activities.length);
    for (const dd of $('main dd').toArray()) assert.notEqual($(dd).text().trim(), '');
    const csv = await visit(portal.url, '/operatore/trattamenti/registro.csv', { cookie });
    assert.match(csv.headers['content-type']!, /^text\/csv; charset=utf-8/);
    assert.match(csv.headers['content-disposition']!, /attachment; filename="registro-trattamenti\.csv"/);
    const rows = parse(csv.html, { bom: true, relax_column_count: true, skip_empty_lines: true }) as string[][];
    const head = rows.findIndex(([first]) => first === 'Trattamento');
    assert.equal(rows.length - head - 1, CURRENT_NOTICE.activities.length);
    for (const row of rows.slice(head)) {
      assert.equal(row.length, 8);
      for (const cell of row) assert.notEqual(cell, '');
    }
    assert.equal(load(csv.html)('h1').length, 0);
  });
});
