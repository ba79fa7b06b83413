import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { createServer as httpServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as netServer, type AddressInfo, type Server as NetServer, type Socket } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import type { Road, Verdict } from '#src/transport/roads.js';
import { LEASE_SECONDS } from '#src/transport/delivery.rules.js';
import { SMS_PATIENCE_MS, SmsRoad } from '#src/transport/sms.road.js';
import { SMTP_PATIENCE, type SmtpPatience } from '#src/transport/smtp-lines.js';
import { testApp, type TestApp } from '../support/app.ts';
import { mailRoad } from '../support/post.ts';

let portal: TestApp;
before(async () => {
  portal = await testApp();
});
after(() => portal.close());

const parcel = (to = 'maria.rossi@posta.example') => ({
  id: randomUUID(),
  kind: 'security' as const,
  createdAt: portal.clock.now(),
  to,
  title: 'Titolo',
  text: 'Testo',
  language: 'it' as const,
});

async function listening<T extends Server | NetServer>(server: T): Promise<number> {
  await new Promise<void>((done) => void server.listen(0, '127.0.0.1', done));
  return (server.address() as AddressInfo).port;
}

/** A mail server that answers as the test says. @returns what became of one mail */
async function mailed(options: Partial<SMTPServerOptions>, times = 1): Promise<Verdict[]> {
  const server = new SMTPServer({
    disabledCommands: ['STARTTLS'],
    authOptional: true,
    closeTimeout: 100,
    logger: false,
    onData: (stream, _session, done) => void stream.on('end', done).resume(),
    ...options,
  });
  server.on('error', () => {});
  const port = await listening(server.server as NetServer);
  const road = mailRoad(portal, `smtp://127.0.0.1:${port}`);
  try {
    const verdicts: Verdict[] = [];
    for (let i = 0; i < times; i++) verdicts.push(await road.hand(parcel()));
    return verdicts;
  } finally {
    await road.close();
    await new Promise<void>((done) => void server.close(() => done()));
  }
}

const refusal = (responseCode: number, text: string) => Object.assign(new Error(text), { responseCode });

describe('the road of mail', () => {
  it('uses a connection again, and hands over twice', async () => {
    let connections = 0;
    const verdicts = await mailed({ onConnect: (_session, done) => (connections++, done()) }, 3);
    assert.deepEqual([verdicts.map(({ outcome }) => outcome), connections], [['inviata', 'inviata', 'inviata'], 1]);
  });

  const replies: [string, number, string, Partial<Verdict>][] = [
    [
      'an unknown recipient',
      550,
      '5.1.1 No such user <maria.rossi@posta.example>',
      { outcome: 'errore definitivo', code: '5.1.1', wrongAddress: true },
    ],
    [
      'an unknown recipient without a status',
      550,
      'No such user',
      { outcome: 'errore definitivo', code: '550', wrongAddress: true },
    ],
    [
      'a refusal of us, not of the address',
      550,
      '5.7.1 Relaying denied',
      { outcome: 'errore definitivo', code: '5.7.1', wrongAddress: false },
    ],
    ['a full mailbox', 552, '5.2.2 Mailbox full', { outcome: 'errore definitivo', code: '5.2.2', wrongAddress: false }],
    ['a mailbox that is busy', 450, '4.2.1 Try later', { outcome: 'errore temporaneo', code: '4.2.1' }],
  ];
  for (const [what, code, text, expected] of replies) {
    it(`tells ${what}: ${code} ${text.slice(0, 6)}`, async () => {
      const [verdict] = await mailed({ onRcptTo: (_address, _session, done) => done(refusal(code, text)) });
      assert.deepEqual(verdict, { ...expected });
    });
  }

  it('takes a refused sender or sign-in for a mistake of ours: the message waits', async () => {
    const [sender] = await mailed({ onMailFrom: (_address, _session, done) => done(refusal(550, '5.7.1 Not you')) });
    assert.deepEqual(sender, { outcome: 'errore temporaneo', code: '5.7.1' });
  });

  it('tells a text refused for good from one refused for now', async () => {
    const [never] = await mailed({
      onData: (stream, _session, done) => void stream.on('end', () => done(refusal(554, '5.6.0 Content'))).resume(),
    });
    assert.deepEqual(never, { outcome: 'errore definitivo', code: '5.6.0', wrongAddress: false });
    const [later] = await mailed({
      onData: (stream, _session, done) => void stream.on('end', () => done(refusal(451, '4.3.0 Disk'))).resume(),
    });
    assert.deepEqual(later, { outcome: 'errore temporaneo', code: '4.3.0' });
  });

  it('knows nothing when the server goes away after the text: uncertain', async () => {
    const sockets: Socket[] = [];
    const [verdict] = await mailed({
      onConnect: (_session, done) => done(),
      onData: (stream) => void stream.on('end', () => sockets.forEach((socket) => socket.destroy())).resume(),
      ...spying(sockets),
    });
    assert.equal(verdict!.outcome, 'incerta');
  });

  it('knows that nothing was sent when the server goes away before the text, or is not there', async () => {
    const dying = netServer((socket) => {
      socket.on('error', () => {});
      socket.write('220 posta\r\n');
      socket.on('data', (data) => (String(data).startsWith('EHLO') ? socket.write('250 posta\r\n') : socket.destroy()));
    });
    const port = await listening(dying);
    const road = mailRoad(portal, `smtp://127.0.0.1:${port}`);
    assert.equal((await road.hand(parcel())).outcome, 'errore temporaneo');
    await new Promise<void>((done) => void dying.close(() => done()));
    const nobody = await road.hand(parcel());
    assert.equal(nobody.outcome, 'errore temporaneo');
    assert.match(nobody.code, /^E[A-Z]+$/);
  });

  it('goes on when the server closed a connection that waited', async () => {
    const sockets: Socket[] = [];
    let connections = 0;
    const server = new SMTPServer({
      disabledCommands: ['STARTTLS', 'AUTH'],
      logger: false,
      onConnect: (_session, done) => (connections++, done()),
      onData: (stream, _session, done) => void stream.on('end', done).resume(),
    });
    server.on('error', () => {});
    (server.server as NetServer).on('connection', (socket) => void sockets.push(socket));
    const road = mailRoad(portal, `smtp://127.0.0.1:${await listening(server.server as NetServer)}`);
    assert.equal((await road.hand(parcel())).outcome, 'inviata');
    const closed = Promise.all(sockets.map((socket) => new Promise((done) => socket.once('close', done))));
    sockets.forEach((socket) => socket.end('421 4.4.2 idle\r\n'));
    await closed;
    assert.equal((await road.hand(parcel())).outcome, 'inviata');
    assert.equal(connections, 2);
    await road.close();
    await new Promise<void>((done) => void server.close(() => done()));
  });

  it('sends nothing in clear when encryption is asked for', async () => {
    let asked = '';
    const plain = netServer((socket) => {
      socket.on('error', () => {});
      socket.write('220 posta\r\n');
      socket.on('data', (data) => {
        asked += String(data);
        socket.write('250 posta\r\n');
      });
    });
    const port = await listening(plain);
    const road = mailRoad(portal, `smtp://utente:segreto@127.0.0.1:${port}`, { requireTls: true });
    assert.equal((await road.hand(parcel())).outcome, 'errore temporaneo');
    assert.match(asked, /STARTTLS/);
    assert.doesNotMatch(asked, /AUTH|MAIL FROM|segreto/);
    await road.close();
    await new Promise<void>((done) => void plain.close(() => done()));
  });
});

describe('a mail server that keeps us waiting', { concurrency: true }, () => {
  /** What it says to each line of ours; from a stage on it says nothing, or too much. */
  const SAYS = ['220 posta', '250 posta', '250 ok', '250 ok', '354 go on', '250 taken'];
  const STAGES = ['its greeting', 'EHLO', 'MAIL FROM', 'RCPT TO', 'DATA', 'the text'];
  const LONG = 600_000;

  /** @param stuck what it does at this stage @returns the verdict, and how far it came */
  async function kept(stage: number, stuck: (socket: Socket) => void, patience: SmtpPatience, secure = false) {
    let at = 0;
    const sockets = new Set<Socket>();
    const server = netServer((socket) => {
      sockets.add(socket);
      socket.on('error', () => {});
      const next = () => (at === stage ? stuck(socket) : socket.write(`${SAYS[at++]}\r\n`));
      next();
      socket.on('data', (data) => {
        // Of the text, only its last line is answered.
        if (at !== 5 || String(data).endsWith('\r\n.\r\n')) next();
      });
    });
    const port = await listening(server);
    const road = mailRoad(portal, `${secure ? 'smtps' : 'smtp'}://127.0.0.1:${port}`, {}, patience);
    try {
      return { verdict: await road.hand(parcel()), at };
    } finally {
      await road.close();
      for (const socket of sockets) socket.destroy();
      await new Promise<void>((done) => void server.close(() => done()));
    }
  }

  for (const [stage, name] of STAGES.entries()) {
    const outcome = stage === 5 ? 'incerta' : 'errore temporaneo';
    it(`with silence after ${name} is given up: ${outcome}`, async () => {
      const patience = { connectMs: 3_000, silenceMs: 3_000, wholeMs: LONG };
      const { verdict, at } = await kept(stage, () => {}, patience);
      assert.deepEqual([verdict.outcome, at], [outcome, stage]);
      assert.match(verdict.code, /^E[A-Z]+$/);
    });

    it(`with an answer that never ends after ${name} is given up: ${outcome}`, async () => {
      const drips: NodeJS.Timeout[] = [];
      const code = SAYS[stage]!.slice(0, 3);
      const drip = (socket: Socket) =>
        void drips.push(setInterval(() => socket.writable && socket.write(`${code}-so on\r\n`), 20));
      const { verdict, at } = await kept(stage, drip, { connectMs: LONG, silenceMs: LONG, wholeMs: 3_000 });
      drips.forEach((one) => clearInterval(one));
      assert.deepEqual([verdict, at], [{ outcome, code: 'ETIMEDOUT' }, stage]);
    });
  }

  it('with silence instead of TLS is given up', async () => {
    const { verdict } = await kept(0, () => {}, { connectMs: 1_000, silenceMs: 1_000, wholeMs: LONG }, true);
    assert.equal(verdict.outcome, 'errore temporaneo');
  });

  it('keeps no attempt longer than its worker counts as alive', async () => {
    // Of the settings that are used: what the constructors take unless a test says otherwise.
    assert.ok(SMTP_PATIENCE.wholeMs < (LEASE_SECONDS * 1000) / 2);
    assert.ok(SMTP_PATIENCE.silenceMs <= SMTP_PATIENCE.wholeMs && SMTP_PATIENCE.connectMs <= SMTP_PATIENCE.wholeMs);
    assert.ok(SMS_PATIENCE_MS < (LEASE_SECONDS * 1000) / 2);
  });
});

/** smtp-server shows its sockets only by their event. */
function spying(sockets: Socket[]): Partial<SMTPServerOptions> {
  return {
    onConnect(session, done) {
      const server = this as unknown as { connections?: Set<{ _socket: Socket }> };
      for (const { _socket } of server.connections ?? []) sockets.push(_socket);
      void session;
      done();
    },
  };
}

/** A gateway that answers as the test says. */
async function texted(
  answer: (req: IncomingMessage, res: ServerResponse) => void,
  patienceMs?: number,
): Promise<Verdict> {
  const server = httpServer(answer);
  const port = await listening(server);
  const road: Road = new SmsRoad(
    { ...portal.config.sms!, url: new URL(`http://127.0.0.1:${port}/v1/`) },
    'http://localhost/trasporto/sms',
    patienceMs,
  );
  try {
    return await road.hand(parcel('+393331112223'));
  } finally {
    server.closeAllConnections();
    await new Promise<void>((done) => void server.close(() => done()));
  }
}

describe('the road of SMS', () => {
  const answers: [number, string, Record<string, string>, Partial<Verdict>][] = [
    [202, '{"id":"x"}', {}, { outcome: 'inviata', code: '202' }],
    [200, '{"id":"x"}', {}, { outcome: 'inviata', code: '200' }],
    [429, '{}', { 'Retry-After': '120' }, { outcome: 'errore temporaneo', code: '429', retryAfterSeconds: 120 }],
    [429, '{}', { 'Retry-After': 'Wed, 01 Apr 2026 08:00:00 GMT' }, { outcome: 'errore temporaneo', code: '429' }],
    [503, 'down', {}, { outcome: 'errore temporaneo', code: '503' }],
    [500, '{}', {}, { outcome: 'errore temporaneo', code: '500' }],
    [401, '{}', {}, { outcome: 'errore temporaneo', code: '401' }],
    [409, '{}', {}, { outcome: 'errore temporaneo', code: '409' }],
    [400, '{"code":"malformed"}', {}, { outcome: 'errore definitivo', code: '400', wrongAddress: false }],
    [422, '{"code":"invalid-recipient"}', {}, { outcome: 'errore definitivo', code: '422', wrongAddress: true }],
    [422, 'not json', {}, { outcome: 'errore definitivo', code: '422', wrongAddress: false }],
  ];
  for (const [status, body, headers, expected] of answers) {
    it(`tells ${status} ${body.slice(0, 30)} ${headers['Retry-After'] ?? ''}`, async () => {
      assert.deepEqual(await texted((_req, res) => res.writeHead(status, headers).end(body)), expected);
    });
  }

  it('asks as the contract says: by POST /messages, with the token and the id as key', async () => {
    let seen: IncomingMessage['headers'] = {};
    let line = '';
    let said: Record<string, string> = {};
    await texted((req, res) => {
      [seen, line] = [req.headers, `${req.method} ${req.url}`];
      req.on('data', (part: Buffer) => (said = JSON.parse(String(part)) as Record<string, string>));
      req.on('end', () => res.writeHead(202).end('{}'));
    });
    assert.equal(line, 'POST /v1/messages');
    assert.equal(seen.authorization, `Bearer ${portal.config.sms!.token}`);
    assert.equal(seen['idempotency-key'], said.reference);
    assert.deepEqual(Object.keys(said).toSorted(), ['from', 'reference', 'reportUrl', 'text', 'to']);
  });

  it('knows nothing when the gateway breaks off', async () => {
    assert.equal((await texted((req) => req.socket.destroy())).outcome, 'incerta');
  });

  it('gives up a gateway that takes the request and says nothing', async () => {
    assert.deepEqual(await texted(() => {}, 2_000), { outcome: 'incerta', code: 'ETIMEDOUT' });
  });

  const begun: [number, Partial<Verdict>][] = [
    [202, { outcome: 'inviata', code: '202' }],
    [503, { outcome: 'errore temporaneo', code: '503' }],
    [422, { outcome: 'errore definitivo', code: '422', wrongAddress: false }],
  ];
  for (const [status, expected] of begun) {
    it(`believes the status ${status} when what should follow never comes`, async () => {
      assert.deepEqual(await texted((_req, res) => void res.writeHead(status).write('{"code":'), 2_000), expected);
    });

    it(`reads no more than a problem takes when ${status} is followed by words without end`, async () => {
      let said = 0;
      const verdict = await texted((_req, res) => {
        res.writeHead(status);
        const more = (): void => {
          said += 10_000;
          if (!res.destroyed && said < 500_000_000) res.write(' '.repeat(10_000), () => setImmediate(more));
        };
        more();
      }, 600_000);
      assert.deepEqual(verdict, expected);
      assert.ok(said < 500_000_000);
    });
  }

  it('does not follow the gateway elsewhere with its token', async () => {
    let asked = 0;
    const elsewhere = httpServer((_req, res) => (asked++, res.writeHead(202).end('{}')));
    const port = await listening(elsewhere);
    const verdict = await texted((_req, res) => res.writeHead(307, { Location: `http://127.0.0.1:${port}/` }).end());
    assert.deepEqual([asked, verdict.outcome], [0, 'incerta']);
    await new Promise<void>((done) => void elsewhere.close(() => done()));
  });

  it('knows that nothing was sent when there is nobody', async () => {
    const free = httpServer();
    const port = await listening(free);
    await new Promise<void>((done) => void free.close(() => done()));
    const road = new SmsRoad({ ...portal.config.sms!, url: new URL(`http://127.0.0.1:${port}`) }, 'http://localhost/');
    assert.deepEqual(await road.hand(parcel('+393331112223')), { outcome: 'errore temporaneo', code: 'ECONNREFUSED' });
  });
});
