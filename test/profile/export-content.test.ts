import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { load, type CheerioAPI } from 'cheerio';
import { ExportedParts } from '#src/common/exported.js';
import { LONG_PART } from '#src/profile/export/copy-html.js';
import type { TestApp } from '../support/app.ts';
import { addAccesses, addAppointment, addNotice, citizenOf, officesNear } from '../support/people.ts';
import { signedInAs, type SignedIn } from '../support/sign-in.ts';
import { copyOf, recordsOf, stillApp, tableOf } from './export-support.ts';

const NOTE = '=HYPERLINK("http://male.example";"clicca")\r\ncon "virgolette", virgole, <b>marcatura</b> e è ò ß 你好';
const NAME = 'Žoë-Ñandú d’Àösta';

let portal: TestApp;
let maria: SignedIn;
let luca: SignedIn;
let files: Map<string, string>;
let whole: {
  version: number;
  made_at: string;
  language: string;
  without: object[];
  parts: Record<string, { records: object[] }>;
};
let $: CheerioAPI;
before(async () => {
  portal = await stillApp();
  maria = await signedInAs(portal, await citizenOf(portal.db, 'maria', portal.clock.now()));
  luca = await signedInAs(portal, await citizenOf(portal.db, 'luca', portal.clock.now()), { device: 'Safari/iOS' });
  await portal.db.query('UPDATE citizen SET family_name = $2, said_address = $3, language = $4 WHERE id = $1', [
    maria.citizen.id,
    NAME,
    '@via delle Formule 1',
    'it',
  ]);
  await portal.db.query(
    `INSERT INTO pin_credential (citizen_id, hash, issued_on, resident_abroad, italian_document, created_at, updated_at)
     VALUES ($1, $2, '2019-03-31', true, false, $3, $3)`,
    [maria.citizen.id, HASH, portal.clock.now()],
  );
  await fill(maria, NOTE);
  await fill(luca, 'di-luca-soltanto');
  files = await copyOf(portal, maria);
  whole = JSON.parse(files.get('dati.json')!) as typeof whole;
  $ = load(files.get('LEGGIMI.html')!);
});
after(() => portal.close());

const HASH = `$argon2id$v=19$m=19456,t=2,p=1$${'a'.repeat(22)}$${'b'.repeat(43)}`;

describe('what is in a copy', () => {
  it('is everything of this person, part by part', () => {
    assert.equal(recordsOf(files, 'identita')[0]!.fiscal_code, maria.citizen.fiscalCode);
    assert.equal(recordsOf(files, 'identita')[0]!.family_name, NAME);
    assert.equal(recordsOf(files, 'residenza')[0]!.residence_istat, maria.citizen.residenceIstat);
    assert.deepEqual(
      recordsOf(files, 'pin').map(({ issued_on, resident_abroad }) => [issued_on, resident_abroad]),
      [['2019-03-31', true]],
    );
    assert.equal(recordsOf(files, 'avvisi').length, 3);
    assert.match(String(recordsOf(files, 'avvisi')[0]!.text), /prenotare un appuntamento/);
    assert.deepEqual(
      recordsOf(files, 'appuntamenti')
        .map(({ state }) => state)
        .toSorted(),
      ['booked', 'cancelled', 'expired', 'held'],
    );
    assert.equal(recordsOf(files, 'appuntamenti').find(({ state }) => state === 'booked')!.note, NOTE);
    assert.equal(recordsOf(files, 'sessioni').length, 1);
    assert.ok(recordsOf(files, 'accessi').length >= 12);
    assert.deepEqual(
      recordsOf(files, 'copie').map(({ state }) => state),
      ['making'],
    );
  });

  it('is nothing of anybody else', async () => {
    const all = [...files.values()].join('\n');
    const others = await copyOf(portal, luca);
    for (const sign of [luca.citizen.id, luca.citizen.fiscalCode, luca.citizen.email, 'di-luca-soltanto', 'Esposito'])
      assert.ok(!all.includes(sign), sign);
    const theirs = [...others.values()].join('\n');
    assert.ok(theirs.includes('di-luca-soltanto'));
    for (const sign of [maria.citizen.id, maria.citizen.fiscalCode, NAME, 'HYPERLINK'])
      assert.ok(!theirs.includes(sign), sign);
    const ids = (part: string) => recordsOf(files, part).map(({ id, public_id }) => id ?? public_id);
    for (const part of ['avvisi', 'appuntamenti', 'sessioni', 'accessi', 'copie']) {
      assert.ok(ids(part).length > 0, part);
      const known = new Set(recordsOf(others, part).map(({ id, public_id }) => id ?? public_id));
      assert.deepEqual(
        ids(part).filter((id) => known.has(id)),
        [],
        part,
      );
    }
  });

  it('is no secret: neither hash, token, key, nor what a legal secret covers', async () => {
    const all = [...files.values()].join('\n');
    const [session] = await portal.db.query<{ csrf_key: string; token: string }>(
      `SELECT csrf_key, encode(token_hash, 'hex') AS token FROM session WHERE citizen_id = $1`,
      [maria.citizen.id],
    );
    for (const secret of [
      'argon2id',
      session!.csrf_key,
      session!.token,
      maria.cookieParts.value,
      '_prova',
      'office-under-inquiry',
    ])
      assert.ok(!all.includes(secret), secret);
  });

  it('is the same in every form', () => {
    for (const { id, columns } of portal.app.get(ExportedParts).all) {
      const records = recordsOf(files, id);
      const [headings, ...lines] = tableOf(files, id);
      assert.equal(headings!.length, columns.length, id);
      assert.deepEqual(whole.parts[id]!.records, records, id);
      assert.equal(lines.length, records.length, id);
      for (const record of records)
        assert.deepEqual(
          Object.keys(record),
          columns.map(({ name }) => name),
          id,
        );
    }
  });

  it('names its files in ASCII', () => {
    assert.deepEqual(
      [...files.keys()].filter((name) => !/^[A-Za-z-]+\.(csv|json|html)$/.test(name)),
      [],
    );
  });

  it('has a schema that names just the columns there are', () => {
    const schema = JSON.parse(files.get('schema.json')!) as Schema;
    assert.equal(schema.properties.version.const, whole.version);
    assert.deepEqual(schema.properties.parts.required, Object.keys(whole.parts));
    for (const [part, { records }] of Object.entries(whole.parts)) {
      const { items } = schema.properties.parts.properties[part]!.properties.records;
      for (const record of records) assert.deepEqual(Object.keys(record), items.required, part);
    }
    assert.deepEqual(Object.keys(whole), schema.required.toSpliced(0, 0, 'schema'));
  });
});

interface Schema {
  required: string[];
  properties: {
    version: { const: number };
    parts: {
      required: string[];
      properties: Record<string, { properties: { records: { items: { required: string[] } } } }>;
    };
  };
}

describe('the tables', () => {
  it('are CSV as RFC 4180 has it, with the mark that spreadsheet programs look for', () => {
    const text = files.get('appuntamenti.csv')!;
    assert.ok(text.startsWith('\uFEFF"'));
    assert.ok(text.endsWith('\r\n'));
    const booked = line('appuntamenti', 'state', 'booked');
    assert.equal(booked.note, `'${NOTE}`);
    assert.equal(booked.step_free, 'true');
  });

  it('hold no formula: what begins like one is text', () => {
    assert.equal(line('identita', 'name', 'Maria').said_mobile, `'${maria.citizen.mobile}`);
    assert.equal(line('identita', 'name', 'Maria').said_address, `'@via delle Formule 1`);
    assert.equal(line('identita', 'name', 'Maria').family_name, NAME);
    const cells = portal.app.get(ExportedParts).all.flatMap(({ id }) => tableOf(files, id).flat());
    assert.deepEqual(
      cells.filter((cell) => /^\s*[=+@-]|^[\t\r\n]/.test(cell)),
      [],
    );
    assert.equal(recordsOf(files, 'identita')[0]!.said_mobile, maria.citizen.mobile, 'in JSON it is as it is');
  });

  /** The line of a part's table in which a column has a value, by the names of the columns. */
  function line(part: string, column: string, value: string): Record<string, string> {
    const { columns } = portal.app.get(ExportedParts).all.find(({ id }) => id === part)!;
    const names = columns.map(({ name }) => name);
    const found = tableOf(files, part).find((cells) => cells[names.indexOf(column)] === value)!;
    return Object.fromEntries(names.map((name, index) => [name, found[index]!]));
  }
});

describe('the document to read', () => {
  it('is one file that needs nothing else and runs nothing', () => {
    const html = files.get('LEGGIMI.html')!;
    assert.equal($('script, link, img, iframe, object, [style], [onclick]').length, 0);
    assert.doesNotMatch(html, /javascript:|@import|url\(/);
    assert.equal($('html').attr('lang'), 'it');
    assert.equal($('h1').length, 1);
    assert.match($('title').text(), /Copia dei tuoi dati/);
    assert.ok(!html.includes('\0'));
  });

  it('says when it was made, by whom, what is not in it and why', () => {
    assert.equal($('main dl time').first().attr('datetime'), whole.made_at);
    assert.match($('main dl').first().text(), new RegExp(portal.config.institute.fullName));
    assert.equal($('#manca ~ dl dt').length, whole.without.length);
    assert.match($('#manca ~ dl').text(), /articoli 2-undecies e 2-duodecies/);
  });

  it('has a heading for each part, with its records in tables whose cells have their headings', () => {
    for (const { id } of portal.app.get(ExportedParts).all) {
      assert.equal($(`section h2#${id}`).length, 1, id);
      const rows =
        $(`section[aria-labelledby="${id}"] table.one`).length || $(`section[aria-labelledby="${id}"] tbody tr`).length;
      assert.equal(rows, recordsOf(files, id).length, id);
    }
    assert.equal($('table:not(:has(caption))').length, 0);
    assert.equal($('th:not([scope])').length, 0);
  });

  it('shows what somebody wrote as text, in the words of the portal where the record has a code', () => {
    const section = $('section[aria-labelledby="appuntamenti"]');
    assert.ok(section.text().includes('<b>marcatura</b>'));
    assert.equal(section.find('b').length, 0);
    assert.match(section.text(), /Prenotato/);
    assert.doesNotMatch(section.text(), /booked/);
    assert.match(section.text(), /giovedì 9 aprile 2026, ore 10:00/);
  });

  it('is in the language of who asked', async () => {
    const german = load((await copyOf(portal, await another('anna'), 'de')).get('LEGGIMI.html')!);
    assert.equal(german('html').attr('lang'), 'de');
    assert.equal(german('h1').text(), 'Kopie Ihrer Daten');
  });

  it('leaves a long part to a document of its own, whole', async () => {
    const giovanni = await another('giovanni');
    await portal.db.query(
      `INSERT INTO notice (id, citizen_id, type, source, source_id, text_key, created_at)
       SELECT id, $1, 'institutional', 'test', id::text, 'notifications.welcome', $2
       FROM (SELECT gen_random_uuid() AS id FROM generate_series(1, $3)) ids`,
      [giovanni.citizen.id, portal.clock.now(), LONG_PART + 1],
    );
    const long = await copyOf(portal, giovanni);
    assert.equal(load(long.get('LEGGIMI.html')!)('section[aria-labelledby="avvisi"] a').attr('href'), 'avvisi.html');
    assert.equal(load(long.get('avvisi.html')!)('table.one').length, LONG_PART + 1);
    assert.equal(recordsOf(long, 'avvisi').length, LONG_PART + 1);
    assert.ok(!files.has('avvisi.html'), 'a short part has none');
  });
});

async function another(key: 'anna' | 'giovanni'): Promise<SignedIn> {
  return signedInAs(portal, await citizenOf(portal.db, key, portal.clock.now()));
}

async function fill({ citizen }: SignedIn, note: string): Promise<void> {
  const now = portal.clock.now();
  const [office = ''] = await officesNear(portal.db, citizen.residenceIstat);
  const add = (topic: string, startAt: string, more: object) =>
    addAppointment(portal.db, citizen, {
      office,
      topic,
      startAt,
      heldAt: now,
      number: `RM-${citizen.key === 'maria' ? '0001' : '0002'}`,
      ...more,
    });
  await add('pensioni', '2026-04-09T08:00:00Z', { note });
  await add('naspi', '2026-04-10T08:00:00Z', { state: 'held' });
  await add('isee', '2026-03-09T08:00:00Z', { state: 'cancelled' });
  await add('contributi', '2026-03-10T08:00:00Z', { state: 'expired' });
  for (let index = 0; index < 3; index++) await addNotice(portal.db, citizen, { createdAt: now });
  await addAccesses(portal.db, citizen, now, 12);
  await portal.db.query(
    `INSERT INTO audit_entry (at, action, kind, subject, actor_kind, actor, office, purpose)
     VALUES ($1, 'profile.read', 'read', $2, 'staff', 'op-1', 'office-under-inquiry', 'investigation')`,
    [now, citizen.id],
  );
}
