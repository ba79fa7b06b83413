import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { citizen, staff, system, type Actor } from '#src/common/actor.js';
import { Database } from '#src/common/database.js';
import { ErasedParts } from '#src/common/erased.js';
import { ExportedParts, type ExportedRecord } from '#src/common/exported.js';
import { Texts } from '#src/common/texts.js';
import { Transport } from '#src/transport/index.js';
import { MessagesErased } from '#src/transport/messages.erased.js';
import { MessagesOfPersonRepository } from '#src/transport/messages-of-person.repository.js';
import { testApp, type TestApp } from '../support/app.ts';
import { citizenOf } from '../support/people.ts';
import { caught, caughtCode, worker } from '../support/post.ts';
import { attempts, message, row, send, TEXT } from './support.ts';

let portal: TestApp;
let maria: string;
let luca: string;
before(async () => {
  portal = await testApp();
  maria = (await citizenOf(portal.db, 'maria', portal.clock.now())).id;
  luca = (await citizenOf(portal.db, 'luca', portal.clock.now())).id;
});
after(() => portal.close());

const transport = () => portal.app.get(Transport, { strict: false });
const acting = <T>(actor: Actor, work: () => Promise<T>) => portal.app.get(Database).actingAs(actor, work);
const count = async (): Promise<number> =>
  (await portal.db.query<{ n: number }>('SELECT count(*)::int AS n FROM outgoing_message'))[0]!.n;

describe('a message on its way out', () => {
  it('leaves by real SMTP, with the headers that keep programs from answering it', async () => {
    const id = await send(portal, message(maria, { kind: 'notice', language: 'de', title: 'Neue Mitteilung für Sie' }));
    const { mails } = await caught(portal);
    const mail = mails.at(-1)!;
    assert.deepEqual([mail.to, mail.title, mail.text], ['maria.rossi@posta.example', 'Neue Mitteilung für Sie', TEXT]);
    const header = (key: string) => mail.headers.find((one) => one.key === key)?.value;
    assert.equal(header('message-id'), `<${id}@ente.example>`);
    assert.equal(header('auto-submitted'), 'auto-generated');
    assert.equal(header('content-language'), 'de');
    assert.equal(header('from'), 'portale@ente.example');
    assert.equal(header('list-unsubscribe'), '<http://localhost:3000/dati/preferenze>');
    assert.equal(header('date'), 'Wed, 01 Apr 2026 07:00:00 +0000');
    assert.match(mail.returnPath, new RegExp(`^portale\\+${id.replaceAll('-', '')}[0-9a-f]{16}@ente\\.example$`));
    assert.deepEqual([(await row(portal, id)).state, await attempts(portal, id)], ['inviata', ['inviata 250']]);
  });

  it('leaves by the gateway of the contract, which is told where to report', async () => {
    const id = await send(portal, message(maria, { channel: 'sms' }));
    const sms = (await caught(portal)).sms.at(-1)!;
    assert.deepEqual(
      [sms.reference, sms.to, sms.from, sms.text, sms.reportUrl],
      [id, '+393331112223', 'Portale', TEXT, `${portal.url}/trasporto/sms`],
    );
    assert.equal((await row(portal, id)).state, 'inviata');
  });

  it('is written once for each key, however often it is asked, and not once for two people', async () => {
    const key = randomUUID();
    const written = await count();
    await send(portal, message(maria, { key }));
    await send(portal, message(maria, { key, text: 'un altro testo' }));
    assert.equal(await count(), written + 1);
    await acting(citizen(luca), () => transport().send(message(luca, { key })));
    assert.equal(await count(), written + 2);
  });

  it('does not exist when the unit of work that wrote it fails', async () => {
    const written = await count();
    const failing = acting(citizen(maria), async () => {
      await transport().send(message(maria));
      throw new Error('after the message');
    });
    await assert.rejects(failing, /after the message/);
    assert.equal(await count(), written);
  });

  it('is never sent while a unit of work is open', async () => {
    const { db, delivery } = await worker(portal);
    await assert.rejects(
      db.asWorker(() => db.actingAs(system('delivery'), async () => delivery.deliverDue())),
      /unit of work is open/,
    );
  });

  it('reaches an address that is not ASCII, in name and in host', async () => {
    const id = await send(portal, message(maria, { to: 'josé.müller@bücher.example', title: 'Città è già più' }));
    const mail = (await caught(portal)).mails.at(-1)!;
    assert.deepEqual([mail.to, mail.title], ['josé.müller@bücher.example', 'Città è già più']);
    assert.equal((await row(portal, id)).state, 'inviata');
  });

  it('has a road only where the installation has settings', async () => {
    assert.deepEqual([transport().available('email'), transport().available('sms')], [true, true]);
    const bare = await testApp({
      env: { NO_DEVELOPMENT_DOUBLES: '1', SMTP_URL: 'smtp://posta.example' },
      db: portal.db,
    });
    const there = bare.app.get(Transport, { strict: false });
    assert.deepEqual([there.available('email'), there.available('sms')], [true, false]);
    await bare.close();
  });

  it('waits for its hour', async () => {
    const id = await send(portal, message(maria, { channel: 'sms', notBefore: portal.clock.now().add({ hours: 1 }) }));
    await caught(portal);
    assert.equal((await row(portal, id)).state, 'creata');
    portal.clock.move({ hours: 1 });
    await caught(portal);
    assert.equal((await row(portal, id)).state, 'inviata');
  });

  it('gives a test the code that a person would read', async () => {
    await send(portal, message(maria, { kind: 'code', to: 'nuova@posta.example' }));
    assert.equal(await caughtCode(portal, 'nuova@posta.example'), '482913');
  });

  it('is not sent any more when it is a code older than 30 minutes, and its text is forgotten', async () => {
    const [old, fresh] = [message(maria, { kind: 'code' }), message(maria, { kind: 'code' })];
    const first = await send(portal, old);
    portal.clock.move({ minutes: 1 });
    const second = await send(portal, fresh);
    portal.clock.move({ minutes: 29 });
    const sent = (await caught(portal)).mails.map(
      ({ headers }) => headers.find(({ key }) => key === 'message-id')?.value,
    );
    assert.deepEqual(
      [sent.includes(`<${first}@ente.example>`), sent.includes(`<${second}@ente.example>`)],
      [false, true],
    );
    const { state, sealed, attempts: tries } = await row(portal, first);
    assert.deepEqual([state, sealed, tries], ['scaduta', null, 0]);
  });

  it('overtakes notices when it is a code', async () => {
    for (let i = 0; i < 12; i++) await send(portal, message(maria, { kind: 'notice' }));
    portal.clock.move({ seconds: 1 });
    const code = await send(portal, message(maria, { kind: 'code' }));
    const first = (await caught(portal)).mails.length - 13;
    const order = (await caught(portal)).mails
      .slice(first)
      .map(({ headers }) => headers.find(({ key }) => key === 'message-id')!.value);
    assert.equal(order.length, 13);
    assert.ok(order.indexOf(`<${code}@ente.example>`) <= 10, 'beside the first ten, not behind them');
  });
});

describe('what a message may hold', () => {
  const hostile: [string, object][] = [
    ['a line break in the title', { title: 'Ciao\r\nBcc: altri@posta.example' }],
    ['a lone line feed in the title', { title: 'Ciao\nBcc: altri@posta.example' }],
    ['a line break in the address', { to: 'a@posta.example\r\nRCPT TO:<b@posta.example>' }],
    ['two addresses', { to: 'a@posta.example, b@posta.example' }],
    ['an address with a name', { to: 'Maria <a@posta.example>' }],
    ['a quoted local part', { to: '"a b"@posta.example' }],
    ['no host', { to: 'a@' }],
    ['a title for an SMS', { channel: 'sms', to: '+393331112223', title: 'x' }],
    ['a number that is not international', { channel: 'sms', to: '3331112223', title: '' }],
    ['a number with a command', { channel: 'sms', to: '+39333111\n2223', title: '' }],
    ['no text', { text: '' }],
    ['a NUL', { text: 'a\u0000b' }],
    ['no key', { key: '' }],
  ];
  for (const [what, changes] of hostile) {
    it(`is refused with ${what}, before anything is written`, async () => {
      const written = await count();
      await assert.rejects(
        acting(citizen(maria), () => transport().send(message(maria, changes))),
        TypeError,
      );
      assert.equal(await count(), written);
    });
  }

  it('keeps lines of its text that look like commands or headers as text', async () => {
    const text = 'Prima riga\r\n.\r\nMAIL FROM:<x@y.example>\r\nBcc: altri@posta.example';
    await send(portal, message(maria, { text }));
    const { mails } = await caught(portal);
    assert.equal(mails.at(-1)!.text.replaceAll('\r\n', '\n'), text.replaceAll('\r\n', '\n'));
    assert.equal(
      mails.at(-1)!.headers.some(({ key }) => key === 'bcc'),
      false,
    );
  });
});

describe('a message at rest', () => {
  it('holds neither address nor text in clear, in any column', async () => {
    const id = await send(portal, message(maria, { to: 'canarina@segreto.example', text: 'testosegretissimo' }));
    const [whole] = await portal.db.query<{ line: string; sealed: Buffer }>(
      'SELECT m::text AS line, sealed FROM outgoing_message m WHERE id = $1',
      [id],
    );
    for (const text of [whole!.line, whole!.sealed.toString('latin1')])
      assert.doesNotMatch(text, /canarina|segretissimo/);
    const jobs = await portal.db.query<{ line: string }>('SELECT j::text AS line FROM pgboss.job j');
    assert.equal(
      jobs.some(({ line }) => /canarina|segretissimo/.test(line)),
      false,
    );
  });

  it('loses its text once it was sent, and its address after a week', async () => {
    const id = await send(portal, message(maria));
    const full = (await row(portal, id)).sealed!.length;
    await caught(portal);
    const { delivery } = await worker(portal);
    const sent = (await row(portal, id)).sealed!.length;
    assert.ok(sent < full && sent > 0, `${sent} of ${full}`);
    portal.clock.move({ hours: 24 * 7 });
    await delivery.forget();
    assert.notEqual((await row(portal, id)).sealed, null);
    portal.clock.move({ seconds: 1 });
    await delivery.forget();
    assert.equal((await row(portal, id)).sealed, null);
  });

  it('is not sent when somebody moved its box to another row', async () => {
    const [one, other] = [
      await send(portal, message(maria)),
      await send(portal, message(maria, { to: 'altra@posta.example' })),
    ];
    await portal.db.query(
      'UPDATE outgoing_message SET sealed = (SELECT sealed FROM outgoing_message WHERE id = $1) WHERE id = $2',
      [one, other],
    );
    const { mails } = await caught(portal);
    assert.equal(mails.filter(({ headers }) => headers.some(({ value }) => value.startsWith(`<${other}`))).length, 0);
    assert.deepEqual(await attempts(portal, other), ['errore definitivo unreadable']);
  });
});

describe('what a person has of their messages', () => {
  it('is in their copy: how and when, in words; nobody else’s', async () => {
    const id = await send(portal, message(luca, { channel: 'sms', kind: 'code' }));
    const part = portal.app.get(ExportedParts).all.find(({ id: name }) => name === 'messaggi')!;
    assert.deepEqual(part.tables, ['outgoing_message', 'delivery_attempt', 'delivery_report']);
    const t = portal.app.get(Texts).for('de');
    const records: ExportedRecord[] = [];
    await acting(citizen(luca), async () => {
      for await (const page of part.records({ subject: luca, by: luca }, t)) records.push(...page);
    });
    const mine = records.find((record) => record.id === id)!;
    assert.deepEqual(
      [mine.channel, mine.kind, mine.state, mine.attempts, mine.ended_at],
      ['SMS', 'Bestätigungscode', 'Noch zu senden', 0, null],
    );
    const [{ n } = { n: 0 }] = await portal.db.query<{ n: number }>(
      'SELECT count(*)::int AS n FROM outgoing_message WHERE citizen_id = $1',
      [luca],
    );
    assert.equal(records.length, n);
  });

  it('goes when they are erased, with attempts; what waited is not sent', async () => {
    const gone = (await citizenOf(portal.db, 'anna', portal.clock.now())).id;
    await send(portal, message(gone));
    await caught(portal);
    const waiting = await send(portal, message(gone, { to: 'mai@posta.example' }));
    const { db } = await worker(portal);
    const part = new MessagesErased(new ErasedParts(), new MessagesOfPersonRepository(db));
    const outcome = await db.actingAs(system('erasure'), () => part.erase(gone));
    assert.deepEqual(outcome, { deleted: 2, kept: 0 });
    const { mails } = await caught(portal);
    assert.equal(
      mails.some(({ to }) => to === 'mai@posta.example'),
      false,
    );
    assert.deepEqual(await attempts(portal, waiting), []);
  });
});

describe('what PostgreSQL refuses', () => {
  const insert = `INSERT INTO outgoing_message (id, citizen_id, channel, kind, key, sealed, next_attempt_at, created_at)
    VALUES ($1, $2, 'email', $3, $4, 'x', $5, $5)`;
  const write = (actor: Actor, subject: string, kind = 'notice') =>
    acting(actor, () =>
      portal.app.get(Database).execute(insert, [randomUUID(), subject, kind, randomUUID(), portal.clock.now()]),
    );

  it('a message of somebody else, and a code asked for by a delegate', async () => {
    await assert.rejects(write(citizen(maria), luca), { code: '42501' });
    await assert.rejects(write(citizen(maria, luca), maria, 'code'), { code: '42501' });
    assert.equal(await write(citizen(maria, luca), maria, 'notice'), 1);
    assert.equal(await write(citizen(maria), maria, 'code'), 1);
  });

  it('a message by a system that sends none; staff and the others may', async () => {
    for (const name of ['public', 'slots', 'reaper', 'sweeper'] as const)
      await assert.rejects(write(system(name), maria), { code: '42501' }, name);
    for (const actor of [system('sign-in'), system('delivery'), system('seed'), staff('op-1', 'RM-1')])
      assert.equal(await write(actor, maria), 1);
  });

  it('reading address and text with the login of the pages, whoever asks', async () => {
    const db = portal.app.get(Database);
    for (const actor of [citizen(maria), system('delivery'), staff('op-1', 'RM-1')]) {
      for (const sql of [
        'SELECT sealed FROM outgoing_message',
        'SELECT key FROM outgoing_message',
        'SELECT * FROM delivery_attempt',
      ])
        await assert.rejects(
          acting(actor, () => db.query(sql)),
          { code: '42501' },
        );
    }
    const own = await acting(citizen(luca), () =>
      db.query<{ who: string }>('SELECT citizen_id AS who FROM outgoing_message'),
    );
    assert.ok(own.length > 0 && own.every(({ who }) => who === luca));
  });

  it('a step that a message cannot take', async () => {
    const { db } = await worker(portal);
    const step = (id: string, set: string) =>
      db.asWorker(() =>
        db.actingAs(system('delivery'), () => db.execute(`UPDATE outgoing_message SET ${set} WHERE id = $1`, [id])),
      );
    const id = await send(portal, message(maria));
    const ended = `next_attempt_at = NULL, sealed = NULL, ended_at = created_at`;
    for (const state of ['inviata', 'consegnata', 'incerta'])
      await assert.rejects(step(id, `state = '${state}', ${ended}`), { code: '23514' }, state);
    await assert.rejects(step(id, `state = 'sconosciuta'`), { code: '23514' });
    await assert.rejects(step(id, `sealed = NULL`), { code: '23514' });
    await caught(portal);
    assert.equal((await row(portal, id)).state, 'inviata');
    await assert.rejects(step(id, `state = 'in invio', next_attempt_at = created_at, ended_at = NULL`), {
      code: '23514',
    });
    await assert.rejects(step(id, `state = 'consegnata'`), { code: '23514' }, 'with the address still there');
    assert.equal(await step(id, `state = 'consegnata', sealed = NULL`), 1);
    for (const state of ['inviata', 'errore definitivo', 'scaduta'])
      await assert.rejects(step(id, `state = '${state}'`), { code: '23514' }, state);
  });
});
