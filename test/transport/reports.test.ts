import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { after, before, beforeEach, describe, it } from 'node:test';
import PostalMime from 'postal-mime';
import { BounceListeners } from '#src/transport/index.js';
import { deliveryStatus, signature, type CaughtMail } from '#src/dev/post/index.js';
import { testApp, type TestApp } from '../support/app.ts';
import { citizenOf } from '../support/people.ts';
import { caught, comesBack, deliveryOf, worker } from '../support/post.ts';
import { message, row, send } from './support.ts';

let portal: TestApp;
let maria: string;
const told: string[] = [];
let failing = false;
before(async () => {
  portal = await testApp();
  maria = (await citizenOf(portal.db, 'maria', portal.clock.now())).id;
  portal.app.get(BounceListeners, { strict: false }).register({
    bounced: async (subject, channel, address, at) => {
      if (failing) throw new Error('the module of contacts is away');
      told.push(`${subject} ${channel} ${address} ${at}`);
    },
  });
});
beforeEach(() => void (told.length = 0));
after(() => portal.close());

async function mailed(): Promise<{ id: string; mail: CaughtMail }> {
  const id = await send(portal, message(maria));
  return { id, mail: (await caught(portal)).mails.at(-1)! };
}

async function texted(): Promise<string> {
  const id = await send(portal, message(maria, { channel: 'sms' }));
  await caught(portal);
  return id;
}

const post = (path: string, body: string | Buffer, headers: Record<string, string>) =>
  fetch(`${portal.url}${path}`, { method: 'POST', body: body as string, headers });
const key = () => portal.config.mail!.bounceKey!;
/** On a connection of its own: where this thread is busy for minutes, one that was kept open has been closed meanwhile. */
const comeBack = (body: string | Buffer, bearer = key()) =>
  post('/trasporto/rimbalzi', body, {
    Authorization: `Bearer ${bearer}`,
    'Content-Type': 'message/rfc822',
    Connection: 'close',
  });
const report = (fields: object, { by = portal.config.sms!.reportKey, at = portal.clock.now() } = {}) => {
  const body = JSON.stringify(fields);
  return post('/trasporto/sms', body, { 'X-Signature': signature(body, by, at), 'Content-Type': 'application/json' });
};

describe('a mail that comes back', () => {
  it('ends its message and tells whoever keeps contacts, once', async () => {
    const { id, mail } = await mailed();
    assert.equal((await comeBack(deliveryStatus(mail))).status, 204);
    assert.equal((await row(portal, id)).state, 'inviata', 'the pages only write it down');
    await caught(portal);
    const { state, sealed } = await row(portal, id);
    assert.deepEqual([state, sealed], ['errore definitivo', null]);
    assert.deepEqual(told, [`${maria} email maria.rossi@posta.example ${portal.clock.now()}`]);
    assert.equal((await comeBack(deliveryStatus(mail))).status, 204);
    await caught(portal);
    assert.equal(told.length, 1, 'the same report again changes nothing');
  });

  it('that comes days later is told with the moment its message was written', async () => {
    const { mail } = await mailed();
    const written = portal.clock.now();
    portal.clock.move({ hours: 48 });
    await comeBack(deliveryStatus(mail));
    await caught(portal);
    assert.deepEqual(told, [`${maria} email maria.rossi@posta.example ${written}`]);
  });

  it('does not blame the address for a refusal of us or of our text', async () => {
    const { id, mail } = await mailed();
    await comeBack(deliveryStatus(mail, '5.7.1'));
    await caught(portal);
    assert.deepEqual([(await row(portal, id)).state, told], ['errore definitivo', []]);
  });

  it('is found by the address it came to, when the To header is another', async () => {
    const { id, mail } = await mailed();
    const forwarded = deliveryStatus(mail).replace(
      /^To: .*$/m,
      `To: postmaster@ente.example\r\nDelivered-To: ${mail.returnPath.toUpperCase()}`,
    );
    await comeBack(forwarded);
    await caught(portal);
    assert.equal((await row(portal, id)).state, 'errore definitivo');
  });

  const harmless: [string, (mail: CaughtMail) => string | Buffer][] = [
    ['a warning of delay', (mail) => deliveryStatus(mail, '4.4.1', 'delayed')],
    ['a report that it was delivered', (mail) => deliveryStatus(mail, '2.0.0', 'delivered')],
    [
      'an answer by a person',
      ({ returnPath }) =>
        `From: a@b.example\r\nTo: <${returnPath}>\r\nSubject: Re: codice\r\n\r\nAction: failed\r\nStatus: 5.1.1\r\n`,
    ],
    [
      'another message by a forged token',
      (mail) => deliveryStatus({ ...mail, returnPath: mail.returnPath.replace(/[0-9a-f]{16}@/, '0123456789abcdef@') }),
    ],
    [
      'a token of the message put on another id',
      (mail) =>
        deliveryStatus({
          ...mail,
          returnPath: mail.returnPath.replace(/\+[0-9a-f]{32}/, `+${randomUUID().replaceAll('-', '')}`),
        }),
    ],
    [
      'the token inside the text alone',
      (mail) =>
        deliveryStatus(mail)
          .replace(/^To: <.*>/m, 'To: <portale@ente.example>')
          .replace('Your message', `${mail.returnPath} Your message`),
    ],
    ['nothing', () => ''],
    ['bytes that are no mail', () => Buffer.from([0, 255, 254, 10, 13, 0, 1])],
    ['parts within parts within parts', (mail) => nested(mail, 200)],
  ];
  for (const [what, body] of harmless) {
    it(`changes nothing when it is ${what}`, async () => {
      const { id, mail } = await mailed();
      assert.equal((await comeBack(body(mail))).status, 204);
      await caught(portal);
      assert.deepEqual([(await row(portal, id)).state, told], ['inviata', []]);
    });
  }

  it('is refused without the key, with another and with half of it, whatever it holds', async () => {
    const { id, mail } = await mailed();
    for (const bearer of ['', 'x', key().slice(0, -1), `${key()}x`, portal.config.sms!.reportKey.replace('d', 'e')])
      assert.equal((await comeBack(deliveryStatus(mail), bearer)).status, 401, bearer);
    assert.equal((await post('/trasporto/rimbalzi', deliveryStatus(mail), {})).status, 401);
    assert.equal(
      (await post('/trasporto/rimbalzi', deliveryStatus(mail), { Authorization: `Basic ${key()}` })).status,
      401,
    );
    await caught(portal);
    assert.equal((await row(portal, id)).state, 'inviata');
  });

  it('is refused when it is huge, and when it is packed', async () => {
    const { mail } = await mailed();
    assert.equal((await comeBack(deliveryStatus(mail) + 'x'.repeat(300_000))).status, 413);
    const packed = await post('/trasporto/rimbalzi', gzipSync(deliveryStatus(mail)), {
      Authorization: `Bearer ${key()}`,
      'Content-Encoding': 'gzip',
    });
    assert.equal(packed.status, 415);
  });

  it('is kept until whoever keeps contacts could be told', async () => {
    const { id, mail } = await mailed();
    await comeBack(deliveryStatus(mail));
    failing = true;
    await caught(portal);
    assert.deepEqual([(await row(portal, id)).state, told], ['inviata', []]);
    failing = false;
    await caught(portal);
    assert.deepEqual([(await row(portal, id)).state, told.length], ['errore definitivo', 1]);
  });
});

describe('a mail that comes back without a reason', () => {
  const to = 'dubbia@posta.example';
  const vague = (mail: CaughtMail, status = '5.0.0') =>
    deliveryStatus(mail, status).replace(/^Diagnostic-Code: .*$/m, 'Diagnostic-Code: smtp; 550 Address rejected');
  /** Comes back, and a worker acts on it. @returns the state it ends in */
  const bounced = async (text: (mail: CaughtMail) => string, address = to): Promise<string> => {
    const id = await send(portal, message(maria, { to: address }));
    const mail = (await caught(portal)).mails.at(-1)!;
    for (let again = 0; again < 2; again++) {
      assert.equal((await comeBack(text(mail))).status, 204);
      await caught(portal);
    }
    return (await row(portal, id)).state;
  };

  it('ends its message, and its address is wrong at the second one, of another message', async () => {
    const first = portal.clock.now();
    assert.deepEqual([await bounced(vague), told], ['errore definitivo', []], 'the same one twice counts once');
    portal.clock.move({ hours: 24 * 30 });
    assert.deepEqual(await bounced(vague), 'errore definitivo');
    assert.deepEqual(told, [`${maria} email ${to} ${first}`], 'an address confirmed since the first is right');
  });

  it('counts for its own address alone', async () => {
    for (const name of ['uno', 'due', 'tre']) await bounced(vague, `${name}@posta.example`);
    assert.deepEqual(told, []);
  });

  it('is not made a second one by what came back for now, or for what we are', async () => {
    const other = 'altra@posta.example';
    await bounced(vague, other);
    for (const status of ['4.4.1', '4.2.2', '5.2.2', '5.7.1'])
      assert.equal(await bounced((mail) => vague(mail, status), other), 'errore definitivo', status);
    assert.deepEqual(told, []);
    await bounced(vague, other);
    assert.equal(told.length, 1);
  });

  it('counts once each when two come at once, whoever works on them', async () => {
    const ADDRESSES = 15;
    for (let i = 0; i < 2 * ADDRESSES; i++)
      await send(portal, message(maria, { to: `insieme${i % ADDRESSES}@posta.example` }));
    const mails = (await caught(portal)).mails.slice(-2 * ADDRESSES);
    for (const mail of mails) await comeBack(vague(mail));
    const others = await Promise.all([1, 2, 3].map(() => deliveryOf(portal, { email: null, sms: null })));
    await Promise.all(others.map(({ reports }) => reports.handleWaiting()));
    await caught(portal);
    await Promise.all(others.map(({ close }) => close()));
    assert.equal(told.length, ADDRESSES);
    assert.equal(new Set(told).size, ADDRESSES);
  });

  it('is the same for an SMS that the gateway calls undeliverable, unless one arrived meanwhile', async () => {
    const said = async (fields: object) => {
      const id = await texted();
      assert.equal((await report({ reference: id, ...fields })).status, 204);
      await caught(portal);
    };
    const undeliverable = { status: 'failed', code: 'undeliverable' };
    await said(undeliverable);
    await said({ status: 'failed', code: 'blocked' });
    await said({ status: 'delivered' });
    await said(undeliverable);
    assert.deepEqual(told, []);
    await said(undeliverable);
    assert.equal(told.length, 1);
  });

  it('leaves no address behind: only a pseudonym says which one is doubtful', async () => {
    await bounced(vague, 'canarina@segreto.example');
    const rows = await portal.db.query<{ line: string }>('SELECT r::text AS line FROM delivery_report r');
    assert.ok(rows.length > 0);
    for (const { line } of rows) assert.doesNotMatch(line, /canarina|segreto/);
  });
});

describe('a mail made to keep the program busy', () => {
  const PART = '--b\r\n\r\nx\r\n';
  const tiny = (to: string) =>
    Buffer.from(
      `To: <${to}>\r\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n${PART.repeat(220_000 / PART.length)}--b--\r\n`,
    );
  /** Processor time of this thread, the pages' own, in ms; the least of some rounds. */
  const spentOn = async (work: () => Promise<unknown>): Promise<number> => {
    const rounds: number[] = [];
    for (let i = 0; i < 5; i++) {
      const start = process.threadCpuUsage();
      await work();
      const { user, system } = process.threadCpuUsage(start);
      rounds.push((user + system) / 1000);
    }
    return Math.min(...rounds);
  };

  for (const whose of ['ours', 'nobody’s'] as const) {
    it(`costs the pages' thread a small part of what parsing it would: a token of ${whose}`, async () => {
      const { id, mail } = await mailed();
      const raw = tiny(whose === 'ours' ? mail.returnPath : 'rimbalzi+x@ente.example');
      const parsing = await spentOn(() => PostalMime.parse(raw, { forceRfc822Attachments: true }));
      const posting = await spentOn(async () => assert.equal((await comeBack(raw)).status, 204));
      assert.ok(posting * 4 < parsing, `${posting} ms for what takes ${parsing} ms to parse`);
      await caught(portal);
      assert.deepEqual([(await row(portal, id)).state, told], ['inviata', []]);
    });
  }

  const heads: [string, (to: string) => string][] = [
    ['a header of 200 kB before the address', (to) => `X: ${'x'.repeat(200_000)}\r\nTo: <${to}>\r\n\r\n`],
    ['a header that is folded 50,000 times', () => `To:${'\r\n x'.repeat(50_000)}\r\n\r\n`],
    ['thousands of tokens', () => `To: ${`a+${'0'.repeat(48)}@b.example, `.repeat(4_000)}\r\n\r\n`],
    ['no end of the headers', () => 'To: x\r\n'.repeat(30_000)],
    ['line feeds alone', () => '\n'.repeat(200_000)],
  ];
  for (const [what, text] of heads) {
    it(`changes nothing with ${what}`, async () => {
      const { id, mail } = await mailed();
      assert.equal((await comeBack(text(mail.returnPath))).status, 204);
      await caught(portal);
      assert.equal((await row(portal, id)).state, 'inviata');
    });
  }

  it('of the gateway, nested as deep as it goes, is refused', async () => {
    const deep = (open: string, close: string) => {
      const body = open.repeat(40_000) + close.repeat(40_000);
      const header = signature(body, portal.config.sms!.reportKey, portal.clock.now());
      return post('/trasporto/sms', body, { 'X-Signature': header, 'Content-Type': 'application/json' });
    };
    assert.equal((await deep('[', ']')).status, 422);
    assert.equal((await deep('{"a":', '}')).status, 422);
  });

  it('keeps no other waiting in line for ever: too many at once are to come again', async () => {
    const { mail } = await mailed();
    const absence = `To: <${mail.returnPath}>\r\n\r\n${'assente\r\n'.repeat(2_000)}`;
    const answers = await Promise.all(Array.from({ length: 90 }, () => comeBack(absence)));
    assert.deepEqual([...new Set(answers.map(({ status }) => status))].toSorted(), [204, 503]);
    const real = await mailed();
    assert.equal((await comeBack(deliveryStatus(real.mail))).status, 204);
    await caught(portal);
    assert.equal((await row(portal, real.id)).state, 'errore definitivo');
  });
});

describe('reports that cannot be acted on', () => {
  it('do not keep those that come after them waiting', async () => {
    const stuck = await Promise.all(Array.from({ length: 50 }, () => send(portal, message(maria))));
    const good = await send(portal, message(maria));
    await caught(portal);
    const said = (id: string, verdict: string) =>
      portal.db.query(
        `INSERT INTO delivery_report (message_id, verdict, code, reported_at) VALUES ($1, $2, '5.1.1', $3)`,
        [id, verdict, portal.clock.now()],
      );
    for (const id of stuck) await said(id, 'respinta');
    portal.clock.move({ seconds: 1 });
    await said(good, 'consegnata');
    failing = true;
    for (let look = 0; look < 2; look++) {
      portal.clock.move({ seconds: 2 });
      await caught(portal);
    }
    assert.equal((await row(portal, stuck[0]!)).state, 'inviata');
    assert.equal((await row(portal, good)).state, 'consegnata');
    failing = false;
    await caught(portal);
    assert.equal(told.length, 50, 'and none of them is lost');
  });
});

function nested(mail: CaughtMail, depth: number): string {
  let text = deliveryStatus(mail);
  for (let i = 0; i < depth; i++) {
    text = `To: <${mail.returnPath}>\r\nContent-Type: multipart/mixed; boundary="b${i}"\r\n\r\n--b${i}\r\n${text}\r\n--b${i}--\r\n`;
  }
  return text;
}

describe('a delivery report of the gateway', () => {
  it('ends the message as delivered, and forgets the number', async () => {
    const id = await texted();
    assert.equal((await report({ reference: id, status: 'delivered' })).status, 204);
    await caught(portal);
    const { state, sealed } = await row(portal, id);
    assert.deepEqual([state, sealed, told], ['consegnata', null, []]);
  });

  it('of an unknown number tells whoever keeps contacts; of a phone that was off nobody', async () => {
    const [wrong, off] = [await texted(), await texted()];
    await report({ reference: wrong, status: 'failed', code: 'unknown-subscriber' });
    await report({ reference: off, status: 'failed', code: 'expired' });
    await caught(portal);
    assert.deepEqual(
      [(await row(portal, wrong)).state, (await row(portal, off)).state],
      ['errore definitivo', 'errore definitivo'],
    );
    assert.deepEqual(told, [`${maria} sms +393331112223 ${portal.clock.now()}`]);
  });

  it('cannot take back that it was delivered', async () => {
    const id = await texted();
    await report({ reference: id, status: 'delivered' });
    await caught(portal);
    assert.equal((await report({ reference: id, status: 'failed', code: 'unknown-subscriber' })).status, 204);
    await caught(portal);
    assert.deepEqual([(await row(portal, id)).state, told], ['consegnata', []]);
  });

  it('is refused unsigned, signed by another, altered, or as an old copy', async () => {
    const id = await texted();
    const said = { reference: id, status: 'failed', code: 'unknown-subscriber' };
    const body = JSON.stringify(said);
    assert.equal((await post('/trasporto/sms', body, {})).status, 401);
    assert.equal((await report(said, { by: 'another-key-another-key-another-key-another' })).status, 401);
    const header = signature(body, portal.config.sms!.reportKey, portal.clock.now());
    for (const altered of [
      '',
      't=,v1=',
      header.slice(0, -1),
      header.toUpperCase(),
      header.replace(/t=\d+/, 't=1'),
      `${header},v1=0`,
    ])
      assert.equal((await post('/trasporto/sms', body, { 'X-Signature': altered })).status, 401, altered);
    assert.equal((await post('/trasporto/sms', body.replace(id, randomUUID()), { 'X-Signature': header })).status, 401);
    for (const at of [portal.clock.now().subtract({ seconds: 301 }), portal.clock.now().add({ seconds: 301 })])
      assert.equal((await report(said, { at })).status, 401);
    await caught(portal);
    assert.equal((await row(portal, id)).state, 'inviata');
    assert.equal((await report(said, { at: portal.clock.now().subtract({ seconds: 299 }) })).status, 204);
  });

  it('is refused when it is not of the contract, or of no message of ours', async () => {
    const id = await texted();
    for (const said of [
      null,
      [],
      'x',
      {},
      { reference: id },
      { reference: id, status: 'lost' },
      { reference: id, status: 'failed' },
      { reference: 'x', status: 'delivered' },
      { reference: [id], status: 'delivered' },
      { reference: id, status: 'failed', code: 'Con Spazi +39333' },
    ])
      assert.equal((await report(said as object)).status, 422, JSON.stringify(said));
    assert.equal((await report({ reference: randomUUID(), status: 'delivered' })).status, 404);
    const huge = await report({ reference: id, status: 'delivered', more: 'x'.repeat(300_000) });
    assert.equal(huge.status, 413);
  });

  it('is taken from no browser: a form to the same address has no signature', async () => {
    assert.equal(
      (
        await post('/trasporto/sms', 'reference=x&status=delivered', {
          'Content-Type': 'application/x-www-form-urlencoded',
        })
      ).status,
      401,
    );
    assert.equal((await fetch(`${portal.url}/trasporto/sms`)).status, 404);
  });

  it('is taken nowhere when the channel is off', async () => {
    const off = await testApp({ env: { SMTP_URL: 'smtp://posta.example' } });
    const answer = await fetch(`${off.url}/trasporto/rimbalzi`, {
      method: 'POST',
      body: 'x',
      headers: { Authorization: 'Bearer ' },
    });
    assert.equal(answer.status, 401);
    await off.close();
  });
});

describe('the catchers’ pages', () => {
  it('list what was sent, newest first, escaped, and one message with its headers', async () => {
    await send(portal, message(maria, { title: 'Primo <b>', text: 'Uno' }));
    await caught(portal);
    portal.clock.move({ seconds: 1 });
    await send(portal, message(maria, { title: 'Secondo & ultimo', text: '<script>alert(1)</script>' }));
    await send(portal, message(maria, { channel: 'sms', text: 'Testo dell’SMS' }));
    await caught(portal);
    const { post: catcher } = await worker(portal);
    const read = async (path: string) => (await fetch(`${catcher.httpUrl}${path}`)).text();
    const list = await read('/posta');
    assert.ok(list.indexOf('Secondo &#38; ultimo') < list.indexOf('Primo &#60;b&#62;'));
    assert.ok(list.indexOf('Secondo') > 0);
    const [, first] = /href="(\/posta\/\d+)">Secondo/.exec(list)!;
    const page = await read(first!);
    assert.match(page, /&#60;script&#62;/);
    assert.match(page, /auto-submitted: auto-generated/);
    assert.doesNotMatch(page, /<script/);
    assert.match(await read('/sms'), /Testo dell&#39;SMS/);
    assert.equal((await fetch(`${catcher.httpUrl}/posta/999999`)).status, 404);
  });

  it('send a real returned mail and a real report to the portal', async () => {
    const { post: catcher } = await worker(portal);
    const mailId = await send(portal, message(maria));
    const smsId = await send(portal, message(maria, { channel: 'sms' }));
    const sent = await caught(portal);
    const press = (path: string) => fetch(`${catcher.httpUrl}${path}`, { method: 'POST' });
    assert.equal((await press(`/posta/${sent.mails.at(-1)!.id}/rimbalzo`)).status, 200);
    assert.equal((await press(`/sms/${sent.sms.at(-1)!.id}/rimbalzo`)).status, 200);
    await caught(portal);
    assert.deepEqual(
      [(await row(portal, mailId)).state, (await row(portal, smsId)).state],
      ['errore definitivo', 'errore definitivo'],
    );
    assert.equal(told.length, 2);
  });

  it('let a test say that an address does not work', async () => {
    const id = await send(portal, message(maria, { to: 'morta@posta.example' }));
    await comesBack(portal, 'morta@posta.example');
    assert.deepEqual([(await row(portal, id)).state, told.length], ['errore definitivo', 1]);
    await assert.rejects(comesBack(portal, 'mai@posta.example'), /nothing was sent/);
  });

  it('keep the contract of the gateway: a key makes one SMS, and a token is asked', async () => {
    const { post: catcher } = await worker(portal);
    const { token } = portal.config.sms!;
    const already = catcher.caught.sms.length;
    const id = randomUUID();
    const ask = (changes: { body?: object; bearer?: string; key?: string } = {}) =>
      fetch(`${catcher.httpUrl}/messages`, {
        method: 'POST',
        headers: { Authorization: `Bearer ${changes.bearer ?? token}`, 'Idempotency-Key': changes.key ?? id },
        body: JSON.stringify(changes.body ?? { reference: id, to: '+393331112223', from: 'P', text: 'x' }),
      });
    assert.deepEqual([(await ask()).status, (await ask()).status, catcher.caught.sms.length - already], [202, 200, 1]);
    assert.equal((await ask({ body: { reference: id, to: '+393331112223', from: 'P', text: 'altro' } })).status, 422);
    assert.equal((await ask({ bearer: 'x' })).status, 401);
    assert.equal((await ask({ key: 'x' })).status, 400);
    assert.equal((await ask({ key: randomUUID(), body: { reference: id } })).status, 400);
    assert.equal(
      (await ask({ key: randomUUID(), body: { reference: id, to: '333', from: 'P', text: 'x' } })).status,
      422,
    );
  });
});
