import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, beforeEach, describe, it } from 'node:test';
import { load } from 'cheerio';
import { citizen, staff, system, type Actor } from '#src/common/actor.js';
import { Database } from '#src/common/database.js';
import { NOTICE_TYPE_RULES, NOTICE_TYPES, type NoticeType } from '#src/common/notice-types.js';
import { Texts } from '#src/common/texts.js';
import { messageText } from '#src/notifications/message-text.rules.js';
import { NotificationsService, type NewNotice } from '#src/notifications/index.js';
import { NOW, testApp, type TestApp } from '../support/app.ts';
import { addContact } from '../support/contacts.ts';
import { citizenOf, type Citizen } from '../support/people.ts';
import { caught } from '../support/post.ts';
import { signedInAs } from '../support/sign-in.ts';

const EMAIL = 'maria@posta.example';
const MOBILE = '+393331112223';

let portal: TestApp;
let maria: Citizen;
before(async () => {
  portal = await testApp();
  maria = await citizenOf(portal.db, 'maria', portal.clock.now());
});
after(() => portal.close());
beforeEach(async () => {
  portal.clock.set(NOW);
  for (const table of [
    'outgoing_message',
    'notice',
    'notice_preference',
    'notice_setting',
    'contact',
    'contact_change',
    'consent_event',
  ])
    await portal.db.query(`DELETE FROM ${table}`);
  await portal.db.query('UPDATE citizen SET language = NULL');
  await addContact(portal.db, maria.id, { kind: 'email', value: EMAIL, at: portal.clock.now() });
  await addContact(portal.db, maria.id, { kind: 'mobile', value: MOBILE, at: portal.clock.now() });
});

const notice = (type: NoticeType, changes: Partial<NewNotice> = {}): NewNotice => ({
  type,
  source: 'test',
  sourceId: randomUUID(),
  textKey: 'notifications.welcome',
  parameters: {},
  link: null,
  ...changes,
});

const tell = (one: NewNotice, actor: Actor = citizen(maria.id)) =>
  portal.app.get(Database).actingAs(actor, () => portal.app.get(NotificationsService).send(maria.id, one));

const messages = () =>
  portal.db.query<{
    channel: string;
    state: string;
    key: string;
    kind: string;
    next_attempt_at: Temporal.Instant | null;
  }>('SELECT channel, state, key, kind, next_attempt_at FROM outgoing_message ORDER BY channel');
const channels = async () => (await messages()).map(({ channel }) => channel);
const noticeId = async () => (await portal.db.query<{ id: string }>('SELECT id FROM notice'))[0]!.id;

/** @param fields `avvisi` stands for the boxes that are ticked */
async function choose({ avvisi = [], ...fields }: Record<string, string | string[]>): Promise<void> {
  const boxes = Object.fromEntries([avvisi].flat().map((box) => [box.replace(':', '-'), 'si']));
  const me = await signedInAs(portal, maria);
  const [row] = await portal.db.query<{ version: number }>('SELECT version FROM notice_setting');
  const form = {
    silenzio: 'si',
    dalle: '21:00',
    alle: '08:00',
    lingua: 'it',
    versione: String(row?.version ?? 0),
    ...fields,
    ...boxes,
  };
  await me.browser
    .post('/dati/preferenze')
    .type('form')
    .send({ _csrf: me.csrf(), ...form })
    .expect(303);
}

async function consent(choice: 'do' | 'tolgo', dopo: number): Promise<void> {
  const me = await signedInAs(portal, maria);
  const fields = { scopo: 'news', scelta: choice, versione: '2', dopo: String(dopo) };
  await me.browser
    .post('/dati/consensi')
    .type('form')
    .send({ _csrf: me.csrf(), ...fields })
    .expect(303);
}

describe('a notice', () => {
  it('is told by its usual roads, once each, with the notice as the key', async () => {
    await tell(notice('appointment'));
    const id = await noticeId();
    assert.deepEqual(
      (await messages()).map(({ channel, key, kind }) => [channel, key, kind]),
      [
        ['email', `notice:${id}:email`, 'notice'],
        ['sms', `notice:${id}:sms`, 'notice'],
      ],
    );
  });

  it('is not told again when the same event comes twice', async () => {
    const one = notice('payment');
    await tell(one);
    await tell(one);
    assert.equal((await messages()).length, 1);
  });

  it('is told by the roads that the person chose, and by those that are locked', async () => {
    await choose({ avvisi: ['payment:sms'] });
    await tell(notice('payment'));
    assert.deepEqual(await channels(), ['sms']);
    await portal.db.query('DELETE FROM outgoing_message');
    await tell(notice('appointment'));
    assert.deepEqual(await channels(), []);
    await tell(notice('security'));
    await tell(notice('delegation'));
    assert.deepEqual(await channels(), ['email', 'email']);
  });

  it('goes to no address that is not confirmed, or that messages came back from', async () => {
    await portal.db.query('UPDATE contact SET bounced_at = $1 WHERE kind = $2', [portal.clock.now(), 'email']);
    await tell(notice('appointment'));
    assert.deepEqual(await channels(), ['sms']);
    await portal.db.query('DELETE FROM outgoing_message');
    await portal.db.query('DELETE FROM contact');
    await tell(notice('appointment'));
    await tell(notice('security'));
    assert.deepEqual(await channels(), []);
    assert.equal((await portal.db.query('SELECT 1 FROM notice')).length, 3, 'the inbox has them all the same');
  });

  it('is told whoever causes it: the person, a delegate, staff, a job', async () => {
    const luca = await citizenOf(portal.db, 'luca', portal.clock.now());
    const actors = [
      citizen(maria.id),
      citizen(maria.id, luca.id),
      staff('elena', 'AG-1'),
      system('worker'),
      system('export'),
      system('retention'),
    ];
    for (const actor of actors) await tell(notice('payment'), actor);
    assert.equal((await messages()).length, actors.length);
  });

  it('is told only if what it tells of happens', async () => {
    const db = portal.app.get(Database);
    const failed = db.actingAs(citizen(maria.id), async () => {
      await portal.app.get(NotificationsService).send(maria.id, notice('payment'));
      throw new Error('after the notice');
    });
    await assert.rejects(failed, /after the notice/);
    assert.deepEqual(await messages(), []);
    assert.deepEqual(await portal.db.query('SELECT id FROM notice'), []);
  });
});

describe('the quiet hours of a person', () => {
  const leavesAt = async (now: string) => {
    await portal.db.query('DELETE FROM outgoing_message');
    portal.clock.set(now);
    await tell(notice('appointment'));
    return Object.fromEntries((await messages()).map(({ channel, next_attempt_at: at }) => [channel, at!.toString()]));
  };

  it('hold back an SMS and no e-mail', async () => {
    assert.deepEqual(await leavesAt('2026-04-01T20:15:00Z'), {
      email: '2026-04-01T20:15:00Z',
      sms: '2026-04-02T06:00:00Z',
    });
    assert.deepEqual(await leavesAt('2026-04-01T18:00:00Z'), {
      email: '2026-04-01T18:00:00Z',
      sms: '2026-04-01T18:00:00Z',
    });
  });

  it('end at eight by the clock on the nights when clocks change', async () => {
    assert.equal((await leavesAt('2026-03-28T21:00:00Z')).sms, '2026-03-29T06:00:00Z');
    assert.equal((await leavesAt('2026-10-24T21:00:00Z')).sms, '2026-10-25T07:00:00Z');
  });

  it('are the person’s own, or none', async () => {
    await choose({ avvisi: ['appointment:sms'], dalle: '13', alle: '15.30' });
    assert.equal((await leavesAt('2026-04-01T12:00:00Z')).sms, '2026-04-01T13:30:00Z');
    assert.equal((await leavesAt('2026-04-01T20:15:00Z')).sms, '2026-04-01T20:15:00Z');
    await choose({ avvisi: ['appointment:sms'], silenzio: '' });
    assert.equal((await leavesAt('2026-04-01T12:00:00Z')).sms, '2026-04-01T12:00:00Z');
  });
});

describe('who restricted what is done with their data (art. 18)', () => {
  const mark = (which: 'restricted' | 'objected', at: Temporal.Instant | null) =>
    portal.db.query(`UPDATE citizen SET ${which}_at = $2, ${which}_by = $3 WHERE id = $1`, [
      maria.id,
      at,
      at && 'DIR-2026-0000001-1',
    ]);

  for (const { type, locked } of NOTICE_TYPE_RULES.filter((rule) => rule.consent === null)) {
    it(`${locked.length > 0 ? 'is still written to about' : 'finds only in the portal what is told about'} ${type}`, async () => {
      await mark('restricted', portal.clock.now());
      try {
        await tell(notice(type));
      } finally {
        await mark('restricted', null);
      }
      assert.deepEqual(await channels(), locked);
      assert.equal((await portal.db.query('SELECT 1 FROM notice')).length, 1, 'the inbox has it');
    });
  }

  it('is written to again once it is lifted; who objected is written to about services all along', async () => {
    await mark('restricted', portal.clock.now());
    await mark('restricted', null);
    await mark('objected', portal.clock.now());
    try {
      await tell(notice('payment'));
    } finally {
      await mark('objected', null);
    }
    assert.deepEqual(await channels(), ['email']);
  });
});

describe('a message that rests on a consent', () => {
  it('is sent only while the consent holds', async () => {
    await tell(notice('news'));
    assert.deepEqual(await channels(), []);
    await consent('do', 0);
    await tell(notice('news'));
    assert.deepEqual(await channels(), ['email']);
    await consent('tolgo', 1);
    await tell(notice('news'));
    assert.equal((await messages()).length, 1);
    assert.equal((await portal.db.query('SELECT 1 FROM notice')).length, 1, 'nor is it in the inbox');
  });

  it('is not sent to who restricted or objected to what is done with their data', async () => {
    await consent('do', 0);
    for (const mark of ['restricted', 'objected']) {
      await portal.db.query(`UPDATE citizen SET ${mark}_at = $2, ${mark}_by = 'DIR-2026-0000001-1' WHERE id = $1`, [
        maria.id,
        portal.clock.now(),
      ]);
      await tell(notice('news'));
      assert.deepEqual(await channels(), []);
      await portal.db.query(`UPDATE citizen SET ${mark}_at = NULL, ${mark}_by = NULL WHERE id = $1`, [maria.id]);
    }
  });

  it('does not leave any more when the consent is withdrawn while it waits', async () => {
    await consent('do', 0);
    await choose({ avvisi: ['news:sms', 'news:email', 'appointment:sms'] });
    portal.clock.set('2026-04-01T20:15:00Z');
    await tell(notice('news'));
    await tell(notice('appointment'));
    await consent('tolgo', 1);
    const states = await portal.db.query<{ type: string; channel: string; state: string; sealed: Buffer | null }>(
      `SELECT n.type, m.channel, m.state, m.sealed FROM outgoing_message m JOIN notice n ON m.key LIKE 'notice:' || n.id || ':%' ORDER BY 1, 2`,
    );
    assert.deepEqual(
      states.map(({ type, channel, state, sealed }) => [type, channel, state, sealed === null]),
      [
        ['appointment', 'sms', 'creata', false],
        ['news', 'email', 'scaduta', true],
        ['news', 'sms', 'scaduta', true],
      ],
    );
    portal.clock.set('2026-04-02T07:00:00Z');
    const { mails, sms } = await caught(portal);
    assert.deepEqual(
      [...mails, ...sms].filter(({ text }) => text.includes('Novità')).map(({ text }) => text),
      [],
    );
  });

  it('is not sent on a yes to words that were replaced', async () => {
    await portal.db.query(
      `INSERT INTO consent_event (id, citizen_id, purpose, number, given, version, language, channel, at) VALUES ($1, $2, 'news', 1, true, 1, 'it', 'counter', $3)`,
      [randomUUID(), maria.id, portal.clock.now()],
    );
    await tell(notice('news'));
    assert.deepEqual(await channels(), []);
  });
});

describe('what leaves the portal', () => {
  it('says that there is a notice and of which type, in the person’s language, and nothing of what it says', async () => {
    await portal.db.query(`UPDATE citizen SET language = 'de' WHERE id = $1`, [maria.id]);
    const parameters = { startAt: '2026-04-09T08:00:00Z', office: 'Agenzia Segreta', number: 'RM-4242' };
    await tell(notice('appointment', { textKey: 'appointments.notice-booked', parameters }));
    const { mails, sms } = await caught(portal);
    const [mail, text] = [mails.at(-1)!, sms.at(-1)!];
    assert.equal(mail.to, EMAIL);
    assert.equal(text.to, MOBILE);
    assert.match(mail.text, /neue Mitteilung für Sie: Termine/);
    assert.match(mail.text, new RegExp(`http://localhost:3000/notifiche/${await noticeId()}`));
    assert.match(text.text, /neue Mitteilung \(Termine\)/);
    assert.match(text.text, /localhost:3000/);
    for (const out of [mail.text, text.text, JSON.stringify(mail), JSON.stringify(text)])
      assert.doesNotMatch(out, /Segreta|4242|9\. April|Rossi|RSSMRA/);
  });

  it('fits one SMS for every type, in every language, with signs that phones have', () => {
    const texts = new Texts('views');
    for (const language of ['it', 'en', 'de'] as const)
      for (const type of NOTICE_TYPES) {
        const { text } = messageText(texts.for(language), 'sms', {
          type,
          portal: 'MyINPS',
          address: 'www.portale.example',
        });
        assert.ok(text.length <= 160, `${language} ${type}: ${text.length}`);
        assert.match(text, /^[A-Za-z0-9 .,:;()/àèéìòùÄÖÜäöüß-]+$/u, text);
      }
  });
});

describe('the page of a notice', () => {
  const timeline = async () => {
    const me = await signedInAs(portal, maria);
    const $ = load((await me.browser.get(`/notifiche/${await noticeId()}`).expect(200)).text);
    return $('main h3')
      .toArray()
      .map((h3) => [
        $(h3).text(),
        ...$(h3)
          .next('ol')
          .find('li')
          .toArray()
          .map((li) => $(li).contents().first().text().trim()),
      ]);
  };

  it('shows the inbox alone when no message was sent', async () => {
    await portal.db.query('DELETE FROM contact');
    await tell(notice('payment'));
    assert.deepEqual(await timeline(), [['Area personale', 'Pubblicata']]);
  });

  it('shows what became of the message of each road', async () => {
    portal.clock.set('2026-04-01T20:15:00Z');
    await tell(notice('appointment'));
    assert.deepEqual(await timeline(), [
      ['Area personale', 'Pubblicata'],
      ['E-mail', 'Creata'],
      ['SMS', 'Creata', 'In attesa: parte alla fine delle ore di silenzio'],
    ]);
    await caught(portal);
    assert.deepEqual((await timeline())[1], ['E-mail', 'Creata', 'Inviata']);
    portal.clock.set('2026-04-02T07:00:00Z');
    await caught(portal);
    assert.deepEqual((await timeline())[2]!.slice(0, 3), ['SMS', 'Creata', 'Inviata']);
  });

  it('shows nobody the messages of somebody else, nor codes', async () => {
    await tell(notice('payment'));
    const luca = await citizenOf(portal.db, 'luca', portal.clock.now());
    const db = portal.app.get(Database);
    const id = await noticeId();
    const seen = (actor: Actor) => db.actingAs(actor, () => db.query('SELECT * FROM notice_messages($1)', [id]));
    assert.equal((await seen(citizen(maria.id))).length, 1);
    assert.equal((await seen(citizen(luca.id))).length, 0);
    assert.equal((await seen(system('public'))).length, 0);
  });
});
