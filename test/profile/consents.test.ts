import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, beforeEach, describe, it } from 'node:test';
import { load } from 'cheerio';
import { citizen, system } from '#src/common/actor.js';
import { Database } from '#src/common/database.js';
import { ErasedParts } from '#src/common/erased.js';
import { ExportedParts } from '#src/common/exported.js';
import { Texts } from '#src/common/texts.js';
import { consentHash, seedConsentTexts } from '#src/profile/consents/consent-texts.seed.js';
import { CONSENT_TEXTS } from '#src/profile/consents/texts/index.js';
import { NOW, testApp, type TestApp } from '../support/app.ts';
import { citizenOf, type Citizen } from '../support/people.ts';
import { signedInAs, type SignedIn } from '../support/sign-in.ts';

let portal: TestApp;
let maria: Citizen;
let luca: Citizen;
let me: SignedIn;
before(async () => {
  portal = await testApp();
  maria = await citizenOf(portal.db, 'maria', portal.clock.now());
  luca = await citizenOf(portal.db, 'luca', portal.clock.now());
});
after(() => portal.close());
beforeEach(async () => {
  portal.clock.set(NOW);
  await portal.db.query('DELETE FROM consent_event');
  me = await signedInAs(portal, maria);
});

interface Line {
  purpose: string;
  number: number;
  given: boolean;
  version: number;
  language: string;
  channel: string;
  session_id: string | null;
  at: Temporal.Instant;
}

const lines = () => portal.db.query<Line>('SELECT * FROM consent_event ORDER BY purpose, number');

const send = (who: SignedIn, fields: Record<string, string>) =>
  who.browser
    .post('/dati/consensi')
    .type('form')
    .send({ _csrf: who.csrf(), ...fields });

/** Presses a button as the page has it. */
async function press(who: SignedIn, purpose: string, choice: 'do' | 'tolgo') {
  return send(who, await fieldsOf(who, purpose, choice));
}

async function fieldsOf(who: SignedIn, purpose: string, choice: 'do' | 'tolgo'): Promise<Record<string, string>> {
  const $ = load((await who.browser.get('/dati/consensi').expect(200)).text);
  const form = $(`#${purpose} form:has([name=scelta][value=${choice}])`);
  assert.equal(form.length, 1, `the button "${choice}" of ${purpose}`);
  return Object.fromEntries(
    form
      .find('input')
      .toArray()
      .map((input) => [$(input).attr('name')!, $(input).attr('value')!])
      .filter(([name]) => name !== '_csrf'),
  );
}

async function page(who: SignedIn, path = '/dati/consensi') {
  return load((await who.browser.get(path).expect(200)).text);
}

describe('consents', () => {
  it('are given with one press, and written with the exact words, the time, the way and the session', async () => {
    const answer = await press(me, 'surveys', 'do');
    assert.equal(answer.status, 303);
    assert.match(answer.headers.location!, /\/dati\/consensi#esito$/);
    const [line, ...others] = await lines();
    assert.deepEqual(others, []);
    const { session_id, at, ...rest } = line!;
    const [session] = await portal.db.query<{ public_id: string }>(
      'SELECT public_id FROM session WHERE citizen_id = $1 ORDER BY created_at DESC, token_hash LIMIT 100',
      [maria.id],
    );
    assert.ok(session);
    assert.match(session_id!, /^[0-9a-f-]{36}$/);
    assert.equal(at.toString(), NOW);
    assert.deepEqual(
      {
        purpose: rest.purpose,
        number: rest.number,
        given: rest.given,
        version: rest.version,
        language: rest.language,
        channel: rest.channel,
      },
      { purpose: 'surveys', number: 1, given: true, version: 1, language: 'it', channel: 'web' },
    );
    const $ = await page(me);
    assert.equal($('#surveys .tag').text(), 'Dato');
    assert.equal($('#esito').length, 1);
  });

  it('are withdrawn with one press, from the same place and with the same button', async () => {
    await press(me, 'surveys', 'do');
    const given = await page(me);
    const never = given('#news form button').attr('class');
    assert.equal(given('#surveys form').length, 1);
    assert.equal(given('#surveys form button').attr('class'), never);
    await press(me, 'surveys', 'tolgo');
    assert.deepEqual(
      (await lines()).map(({ number, given: yes }) => [number, yes]),
      [
        [1, true],
        [2, false],
      ],
    );
    assert.equal((await page(me))('#surveys .tag').text(), 'Tolto');
  });

  it('are written in the language they were read in', async () => {
    const $ = load((await me.browser.get('/dati/consensi').set('Cookie', `${me.cookie}; lingua=de`)).text);
    assert.equal($('html').attr('lang'), 'de');
    const answer = await me.browser
      .post('/dati/consensi')
      .set('Cookie', [me.cookie, 'lingua=de'].join('; '))
      .type('form')
      .send({ _csrf: me.csrf(), scopo: 'news', scelta: 'do', versione: '2', dopo: '0' });
    assert.equal(answer.status, 303);
    assert.equal((await lines())[0]!.language, 'de');
    const [{ id } = { id: '' }] = await portal.db.query<{ id: string }>('SELECT id FROM consent_event');
    const shown = await page(me, `/dati/consensi/${id}`);
    assert.equal(shown('main .card').attr('lang'), 'de');
    assert.match(shown('main .card').text(), /einverstanden/);
  });

  it('leave the choice once when a button is pressed twice, one after the other or at once', async () => {
    const fields = await fieldsOf(me, 'news', 'do');
    assert.equal((await send(me, fields)).status, 303);
    assert.equal((await send(me, fields)).status, 303);
    assert.equal((await lines()).length, 1);
    const both = await Promise.all(
      [send(me, await fieldsOf(me, 'surveys', 'do')), send(me, await fieldsOf(me, 'surveys', 'do'))].map(
        async (one) => (await one).status,
      ),
    );
    assert.deepEqual(both, [303, 303]);
    assert.equal((await lines()).filter(({ purpose }) => purpose === 'surveys').length, 1);
    const off = await fieldsOf(me, 'surveys', 'tolgo');
    await Promise.all([send(me, off), send(me, off)]);
    assert.equal((await lines()).filter(({ purpose }) => purpose === 'surveys').length, 2);
  });

  it('tell the second of two windows when the first one changed it, and write nothing', async () => {
    const old = await fieldsOf(me, 'surveys', 'do');
    await press(me, 'surveys', 'do');
    await press(me, 'surveys', 'tolgo');
    const answer = await send(me, old);
    assert.equal(answer.status, 422);
    const $ = load(answer.text);
    assert.match($('#errori').text(), /altra finestra/);
    assert.match($('title').text(), /^Errore: /);
    assert.equal($('#surveys .tag').text(), 'Tolto');
    assert.equal((await lines()).length, 2);
  });

  it('let an old window withdraw all the same', async () => {
    await press(me, 'surveys', 'do');
    const old = await fieldsOf(me, 'surveys', 'tolgo');
    await press(me, 'surveys', 'tolgo');
    await press(me, 'surveys', 'do');
    assert.equal((await send(me, old)).status, 303);
    assert.equal((await lines()).at(-1)!.given, false);
  });

  for (const [what, fields] of [
    ['a text that does not exist', { scopo: 'surveys', scelta: 'do', versione: '99', dopo: '0' }],
    ['a text that was replaced', { scopo: 'news', scelta: 'do', versione: '1', dopo: '0' }],
    ['a purpose that does not exist', { scopo: 'marketing', scelta: 'do', versione: '1', dopo: '0' }],
    ['no choice', { scopo: 'news', scelta: '', versione: '2', dopo: '0' }],
    ['a version that is no number', { scopo: 'news', scelta: 'do', versione: '2; DROP', dopo: '0' }],
  ] as const) {
    it(`write nothing for ${what}, and show the words of today`, async () => {
      const answer = await send(me, fields);
      assert.equal(answer.status, 422);
      const $ = load(answer.text);
      assert.equal($('#errori[role=alert]').length, 1);
      assert.equal($('#scelte section').length, 2);
      assert.match($('#news').text(), /per e-mail o SMS/);
      assert.deepEqual(await lines(), []);
    });
  }

  it('tell whoever read words that were replaced meanwhile, and show the new ones', async () => {
    const old = await fieldsOf(me, 'surveys', 'do');
    await publish('surveys', 2);
    try {
      const answer = await send(me, old);
      assert.equal(answer.status, 422);
      const $ = load(answer.text);
      assert.match($('#errori').text(), /Il testo è cambiato mentre leggevi/);
      assert.match($('#errori strong').text(), /Titolo nuovo/);
      assert.match($('#surveys').text(), /Parole nuove/);
      assert.deepEqual(await lines(), []);
    } finally {
      await unpublish('surveys', 2);
    }
  });

  it('ask again for a new text: the old yes is shown and no longer counts', async () => {
    await press(me, 'surveys', 'do');
    await publish('surveys', 2);
    try {
      const $ = await page(me);
      assert.equal($('#surveys .tag').text(), 'Da confermare di nuovo');
      assert.match($('#surveys').text(), /per la versione 1/);
      assert.equal($('#surveys form').length, 2);
      await press(me, 'surveys', 'do');
      assert.equal((await page(me))('#surveys .tag').text(), 'Dato');
      assert.deepEqual(
        (await lines()).map(({ version }) => version),
        [1, 2],
      );
    } finally {
      await portal.db.query('DELETE FROM consent_event');
      await unpublish('surveys', 2);
    }
  });

  it('can be withdrawn for the old text without agreeing to the new one', async () => {
    await press(me, 'surveys', 'do');
    await publish('surveys', 2);
    try {
      await press(me, 'surveys', 'tolgo');
      assert.deepEqual(
        (await lines()).map(({ version, given }) => [version, given]),
        [
          [1, true],
          [1, false],
        ],
      );
    } finally {
      await portal.db.query('DELETE FROM consent_event');
      await unpublish('surveys', 2);
    }
  });

  it('show the whole history, page by page, each line with its own words', async () => {
    for (let number = 1; number <= 43; number++)
      await portal.db.query(
        `INSERT INTO consent_event (id, citizen_id, purpose, number, given, version, language, channel, at)
         VALUES ($1, $2, 'surveys', $3, $4, 1, 'it', 'counter', $5)`,
        [randomUUID(), maria.id, number, number % 2 === 1, portal.clock.now().subtract({ hours: 100 - number })],
      );
    const first = await page(me);
    assert.equal(first('#storia ~ .table-frame tbody tr').length, 40);
    const next = first('.pagination a').last().attr('href')!;
    const second = await page(me, next.replace(/#.*/, ''));
    assert.equal(second('tbody tr').length, 3);
    const line = first('tbody a').first().attr('href')!;
    assert.match((await page(me, line))('main .card').text(), /breve sondaggio/);
    assert.match((await page(me, line))('dl').text(), /Sportello/);
  });

  it('are recorded for the person: who gave and withdrew what, and who looked', async () => {
    await press(me, 'surveys', 'do');
    await press(me, 'surveys', 'tolgo');
    const entries = await portal.db.query<{ action: string; purpose: string; details: object }>(
      `SELECT action, purpose, details FROM audit_entry WHERE subject = $1 AND action LIKE 'consents.%' AND action <> 'consents.read' ORDER BY id DESC LIMIT 2`,
      [maria.id],
    );
    assert.deepEqual(entries.map(({ action }) => action).toSorted(), ['consents.give', 'consents.withdraw']);
    assert.deepEqual(entries[0]!.details, { consent: 'surveys', version: 1 });
    assert.equal(entries[0]!.purpose, 'consent');
  });

  it('ask for level 2 to change, as the same for giving and withdrawing', async () => {
    const weak = await signedInAs(portal, maria, { method: 'pin', level: 1 });
    for (const choice of ['do', 'tolgo']) {
      const answer = await send(weak, { scopo: 'surveys', scelta: choice, versione: '1', dopo: '0' });
      assert.match(answer.headers.location!, /\/accedi\/rafforza/);
    }
    assert.deepEqual(await lines(), []);
  });

  it('are not given by themselves when the session had ended: the page comes back and says so', async () => {
    const fields = await fieldsOf(me, 'surveys', 'do');
    portal.clock.move({ minutes: 16 });
    const sent = await send(me, fields);
    const back = new URL(sent.headers.location!).searchParams.get('ritorno')!;
    assert.match(back, /^\/ripresa\//);
    const again = await signedInAs(portal, maria);
    const $ = await page(again, back);
    assert.match($('#esito').text(), /non abbiamo registrato niente/);
    assert.deepEqual(await lines(), []);
    await press(again, 'surveys', 'do');
    assert.equal((await lines()).length, 1);
  });

  it('are in the copy of a person’s data with their words, and stay when the person is erased', async () => {
    await press(me, 'surveys', 'do');
    await press(me, 'surveys', 'tolgo');
    const db = portal.app.get(Database);
    const part = portal.app.get(ExportedParts).all.find(({ id }) => id === 'consensi')!;
    const pages = await db.actingAs(citizen(maria.id), () =>
      Array.fromAsync(part.records({ subject: maria.id, by: maria.id }, new Texts('views').for('it'))),
    );
    assert.deepEqual(
      pages
        .flat()
        .map(({ given }) => given)
        .toSorted(),
      [false, true],
    );
    assert.match(String(pages.flat()[0]!.body), /breve sondaggio/);
    const erased = portal.app.get(ErasedParts).all.find(({ id }) => id === 'consents')!;
    const outcome = await db.actingAs(system('erasure'), () => erased.erase(maria.id, portal.clock.now()));
    assert.deepEqual(outcome, { deleted: 0, kept: 2 });
  });

  it('are nobody else’s to see', async () => {
    await press(me, 'surveys', 'do');
    const [{ id } = { id: '' }] = await portal.db.query<{ id: string }>('SELECT id FROM consent_event');
    const other = await signedInAs(portal, luca);
    await other.browser.get(`/dati/consensi/${id}`).expect(404);
    assert.equal((await page(other))('.card-empty').length, 1);
  });
});

describe('the ledger, to PostgreSQL itself', () => {
  const insert = (
    values: Partial<Record<'citizen' | 'purpose' | 'version' | 'channel' | 'session' | 'given', unknown>>,
  ) => {
    const all = {
      citizen: maria.id,
      purpose: 'surveys',
      version: 1,
      channel: 'web',
      session: randomUUID(),
      given: true,
      ...values,
    };
    return [
      `INSERT INTO consent_event (id, citizen_id, purpose, number, given, version, language, channel, session_id, at)
       VALUES ($1, $2, $3, 1, $4, $5, 'it', $6, $7, $8)`,
      [randomUUID(), all.citizen, all.purpose, all.given, all.version, all.channel, all.session, portal.clock.now()],
    ] as const;
  };
  const as = (actor: ReturnType<typeof citizen>, sql: string, values: readonly unknown[] = []) =>
    portal.app.get(Database).actingAs(actor, () => portal.app.get(Database).execute(sql, [...values]));

  it('takes no change and no deletion, from the pages or the workers', async () => {
    await press(me, 'surveys', 'do');
    const words = ['UPDATE consent_event SET given = false', 'DELETE FROM consent_event', 'TRUNCATE consent_event'];
    for (const sql of [...words, `UPDATE consent_text SET body = 'x'`, 'DELETE FROM consent_text']) {
      await assert.rejects(as(citizen(maria.id), sql), { code: '42501' }, sql);
      const db = portal.app.get(Database);
      await assert.rejects(as(system('worker'), sql), { code: '42501' }, sql);
      await assert.rejects(as(system('erasure'), sql), { code: '42501' }, sql);
      await assert.rejects(
        db.actingAs(system('retention'), () => db.execute(sql)),
        { code: '42501' },
        sql,
      );
    }
    // Not even by the owner, and not by a login that was given the right by mistake.
    await assert.rejects(portal.db.query('UPDATE consent_event SET given = false'), /append-only/);
    await assert.rejects(portal.db.query(`UPDATE consent_text SET title = 'x'`), /append-only/);
    await assert.rejects(portal.db.query('TRUNCATE consent_event'), /append-only/);
    await portal.db.query('GRANT UPDATE, DELETE ON consent_event TO myinps_web');
    try {
      await portal.db.query('CREATE POLICY everything ON consent_event USING (true) WITH CHECK (true)');
      for (const sql of ['UPDATE consent_event SET given = false', 'DELETE FROM consent_event'])
        await assert.rejects(as(citizen(maria.id), sql), /append-only/);
    } finally {
      await portal.db.query('DROP POLICY everything ON consent_event');
      await portal.db.query('REVOKE UPDATE, DELETE ON consent_event FROM myinps_web');
    }
    assert.equal((await lines()).length, 1);
  });

  it('takes no line for somebody else, by a delegate, by another way or for words that were replaced', async () => {
    const refused = async (actor: ReturnType<typeof citizen>, values: Parameters<typeof insert>[0]) => {
      const [sql, parameters] = insert(values);
      await assert.rejects(as(actor, sql, parameters), { code: '42501' });
    };
    await refused(citizen(maria.id), { citizen: luca.id });
    await refused(citizen(maria.id, luca.id), {});
    await refused(citizen(maria.id), { channel: 'counter' });
    await refused(citizen(maria.id), { purpose: 'news', version: 1 });
    await refused(system('delivery'), {});
    const [sql, parameters] = insert({ purpose: 'news', version: 1, given: false });
    assert.equal(await as(citizen(maria.id), sql, parameters), 1, 'an old text can be withdrawn');
  });

  it('takes no line for words that were never published, nor one of the portal without its session', async () => {
    const [unknown, one] = insert({ version: 7, given: false });
    await assert.rejects(as(citizen(maria.id), unknown, one), { code: '23503' });
    const [without, two] = insert({ session: null });
    await assert.rejects(as(citizen(maria.id), without, two), { code: '23514' });
  });

  it('shows a person their own lines alone', async () => {
    await press(me, 'surveys', 'do');
    const db = portal.app.get(Database);
    const seen = (actor: ReturnType<typeof citizen>) =>
      db.actingAs(actor, () => db.query<{ id: string }>('SELECT id FROM consent_event'));
    assert.equal((await seen(citizen(maria.id))).length, 1);
    assert.equal((await seen(citizen(luca.id))).length, 0);
    assert.equal((await seen(system('public'))).length, 0);
  });
});

describe('the words of a consent', () => {
  const query = async (sql: string, values: unknown[] = []) => ({ rows: await portal.db.query(sql, values) });

  it('are published once: the same ones again change nothing, other ones stop the release', async () => {
    const count = async () => (await portal.db.query('SELECT 1 FROM consent_text')).length;
    const published = CONSENT_TEXTS.length * 3;
    assert.equal(await count(), published);
    await seedConsentTexts(query);
    assert.equal(await count(), published);
    const [first] = CONSENT_TEXTS;
    const changed = {
      ...first!,
      texts: { ...first!.texts, en: { ...first!.texts.en, body: 'I agree to everything.' } },
    };
    await assert.rejects(seedConsentTexts(query, [changed]), /surveys 1 \(en\) was published in other words/);
  });

  it('are kept with a hash that PostgreSQL reckons itself', async () => {
    const add = portal.db.query(
      `INSERT INTO consent_text (purpose, version, language, title, body, hash, published_on)
       VALUES ('surveys', 9, 'it', 'Titolo', 'Testo', $1, '2026-04-01')`,
      [consentHash('Titolo', 'Altro testo')],
    );
    await assert.rejects(add, { code: '23514' });
  });
});

async function publish(purpose: string, version: number): Promise<void> {
  for (const language of ['it', 'en', 'de'])
    await portal.db.query(
      `INSERT INTO consent_text (purpose, version, language, title, body, hash, published_on)
       VALUES ($1, $2, $3, 'Titolo nuovo', 'Parole nuove.', $4, '2026-04-01')`,
      [purpose, version, language, consentHash('Titolo nuovo', 'Parole nuove.')],
    );
}

/** The owner of the table can take a text away as long as nobody agreed to it: for tests alone. */
async function unpublish(purpose: string, version: number): Promise<void> {
  await portal.db.query('DELETE FROM consent_text WHERE purpose = $1 AND version = $2', [purpose, version]);
}
