import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import pg from 'pg';
import { createLog, type Log } from '#src/common/log.js';
import { system } from '#src/common/actor.js';
import { Database } from '#src/common/database.js';
import { Jobs } from '#src/common/jobs.js';
import { Metrics } from '#src/common/metrics.js';
import { CLIENT, startProvider, type Provider } from '../auth/staff/provider.ts';
import { testApp, type TestApp } from '../support/app.ts';
import {
  CANARY,
  jobRows,
  leaks,
  serverLog,
  shownToOthers,
  type Leak,
  type Places,
  type Secret,
} from '../support/canary.ts';
import { fixedSecrets, JOURNEYS, type Walk } from '../support/canary-journeys.ts';
import { citizenOf, officesNear } from '../support/people.ts';
import { signedInAs } from '../support/sign-in.ts';
import { visit } from '../support/visit.ts';

/** What must turn up nowhere: everything about the canary, and every token that a browser was given. */
const secrets: Secret[] = fixedSecrets();
const lines: string[] = [];
const statuses = new Map<number, number>();
/** What an error page showed of the canary to somebody else, and how many such pages there were. */
const shown: Leak[] = [];
let errorPages = 0;
let log: Log;
let portal: TestApp;
let staff: Provider;
let walk: Walk;
let postgres: (() => string[]) | null;

before(async () => {
  log = createLog('debug', { write: (line: string) => void lines.push(line) });
  staff = await startProvider(() => portal.clock.now().epochMilliseconds);
  portal = await testApp({
    log,
    env: { ROLE: 'all', OIDC_ISSUER: staff.issuer, OIDC_CLIENT_ID: CLIENT.id, OIDC_CLIENT_SECRET: CLIENT.secret },
  });
  postgres = await serverLog(portal.db);
  walk = await prepared();
});
after(async () => {
  await portal.close();
  await staff.stop();
});

async function prepared(): Promise<Walk> {
  const maria = await citizenOf(portal.db, 'maria', portal.clock.now());
  await portal.db.query(
    `UPDATE citizen SET identity_key = $2, fiscal_code = $3, name = $4, family_name = $5, said_email = $6, said_mobile = $7,
       said_address = $8 WHERE id = $1`,
    [
      maria.id,
      `cf:${CANARY.fiscalCode}`,
      CANARY.fiscalCode,
      CANARY.name,
      CANARY.familyName,
      CANARY.email,
      CANARY.mobile,
      CANARY.street,
    ],
  );
  const { fiscalCode, name, familyName, email, mobile } = CANARY;
  const canary = { ...maria, fiscalCode, name, familyName, email, mobile };
  const secret: Walk['secret'] = (what, value, word = false) => void secrets.push({ what, value, word });
  const own = new Set<string>();
  const got = (status: number) => void statuses.set(status, (statuses.get(status) ?? 0) + 1);
  const session: Walk['session'] = async (who = canary) => {
    const person = await signedInAs(portal, who);
    own.add(person.cookie);
    secret('cookie', person.cookieParts.value);
    secret('session token', decodeURIComponent(person.cookieParts.value).slice(2, 45));
    secret('form token', person.csrf().slice(-60));
    return person;
  };
  const ask: Walk['ask'] = async (path, how = {}) => {
    const { cookie, form, body } = how;
    const answer = await visit(portal.url, path, {
      ...(cookie ? { cookie } : {}),
      ...(form ? { form } : {}),
      ...(body ? { body } : {}),
    });
    got(answer.status);
    // A form filled in wrong comes back with what it is about, to the person and to the office that has the request.
    const theirs = cookie === undefined ? false : own.has(cookie) || answer.status === 422;
    if (answer.status >= 400 && !theirs) {
      errorPages++;
      // Members of the staff see their own name on their pages.
      const me = path.startsWith('/operatore') && cookie ? CANARY.staffName : '';
      const sent = [path, body?.text, me, ...Object.values(form ?? {})];
      shown.push(...shownToOthers(secrets, answer.html, sent.join(' ')));
    }
    return answer;
  };
  const [office = ''] = await officesNear(portal.db, '058091');
  return { portal, canary, staff, office, secret, session, ask, got };
}

/** Everywhere that something of somebody could have got to. */
async function places(): Promise<Places> {
  return {
    log: lines,
    jobs: await jobRows(portal.db),
    metrics: (await portal.app.get(Metrics).registry.metrics()).split('\n'),
    'log of PostgreSQL': postgres?.() ?? [],
  };
}

describe('nothing of anybody', () => {
  for (const { name, drive } of JOURNEYS) {
    it(`gets into log, jobs, figures or the log of PostgreSQL when somebody ${name}`, async () => {
      const earlier = lines.length;
      await drive(walk);
      assert.ok(lines.length >= earlier + 2, 'a journey that leaves no lines shows nothing');
      assert.deepEqual(leaks(secrets, await places()), []);
      assert.deepEqual(shown, [], 'error pages of others');
    });
  }

  it('gets there while the database is away', async () => {
    const person = await walk.session();
    await portal.app.get(Metrics).registry.metrics();
    const name = new URL(portal.db.owner).pathname.slice(1);
    const admin = new pg.Client({ connectionString: process.env.TEST_ADMIN_URL });
    await admin.connect();
    await admin.query(`ALTER DATABASE ${name} ALLOW_CONNECTIONS false`);
    await admin.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1 AND application_name LIKE 'myinps%'`,
      [name],
    );
    const answers = [
      await walk.ask(`/bacheca?q=${CANARY.query}`, person),
      await walk.ask('/dati/residenza', { cookie: person.cookie, form: { comune: CANARY.note, _csrf: person.csrf() } }),
      await walk.ask(`/notifiche?q=${encodeURIComponent(CANARY.street)}`, person),
    ];
    await admin.query(`ALTER DATABASE ${name} ALLOW_CONNECTIONS true`);
    await admin.end();
    assert.ok(
      answers.every(({ status }) => status === 503),
      answers.map(({ status }) => status).join(' '),
    );
    for (const { html } of answers) assert.doesNotMatch(html, /FATAL|myinps_test|terminat/);
    assert.deepEqual(leaks(secrets, await places()), []);
  });

  it('was looked for where something was: every kind of answer came, every place had lines', async (test) => {
    test.diagnostic(
      [...statuses]
        .toSorted(([a], [b]) => a - b)
        .map(([status, count]) => `${status}: ${count}`)
        .join(', '),
    );
    for (const status of [200, 303, 400, 403, 404, 405, 413, 415, 422, 429, 500, 503])
      assert.ok((statuses.get(status) ?? 0) > 0, `no answer ${status}`);
    assert.ok(errorPages > 40, `${errorPages} error pages of others`);
    const { jobs, metrics } = await places();
    assert.ok(lines.length > 300 && lines.every((line) => JSON.parse(line) !== null));
    assert.ok(jobs!.length > 0 && metrics!.length > 100);
    // The program does not even try: what the logger refuses is a mistake in the line that was written.
    assert.deepEqual(
      lines.filter((line) => /\[refused|refusedFields/.test(line)),
      [],
    );
  });

  it('says of each refused access when, where, who and what, by ids', () => {
    const refused = lines
      .map((line) => JSON.parse(line) as Record<string, unknown>)
      .filter(({ event }) => event === 'access.refused');
    const of = (reason: string) => refused.find((line) => line.reason === reason);
    const { time, host, pid, requestId, ...token } = of('form without a valid token')!;
    assert.ok(time && host && pid && requestId);
    assert.deepEqual(
      { ...token, source: '' },
      {
        level: 'warn',
        event: 'access.refused',
        status: 403,
        method: 'POST',
        route: '/dati/residenza',
        subject: walk.canary.id,
        reason: 'form without a valid token',
        source: '',
        msg: 'request refused',
      },
    );
    assert.match(String(token.source), /^[\w-]{12}$/);
    const guard = of('a citizen session on a staff route')!;
    assert.deepEqual([guard.route, guard.subject], ['/operatore', walk.canary.id]);
    assert.ok(of('form from another origin'));
    const request = lines
      .map((line) => JSON.parse(line) as Record<string, unknown>)
      .find(({ msg, route }) => msg === 'request' && route === '/bacheca');
    assert.equal(request?.subject, walk.canary.id);
  });

  // Another server's settings are its operator's (docs/operations.md); what is said here is of ours.
  const ours = process.env.DATABASE_URL === undefined ? it : () => {};
  ours('is written by PostgreSQL, with the settings of the embedded server', async () => {
    assert.ok(postgres, 'the log of the embedded server is there');
    const settings = await portal.db.query<{ name: string; setting: string }>(
      `SELECT name, setting FROM pg_settings WHERE name IN ('log_statement', 'log_min_messages', 'log_min_error_statement',
         'log_min_duration_statement', 'log_error_verbosity', 'log_parameter_max_length', 'log_parameter_max_length_on_error') ORDER BY name`,
    );
    assert.deepEqual(Object.fromEntries(settings.map(({ name, setting }) => [name, setting])), {
      log_error_verbosity: 'terse',
      log_min_duration_statement: '-1',
      log_min_error_statement: 'panic',
      log_min_messages: 'log',
      log_parameter_max_length: '0',
      log_parameter_max_length_on_error: '0',
      log_statement: 'none',
    });
    const name = new URL(portal.db.owner).pathname.slice(1);
    assert.ok(
      postgres().some((line) => line.includes('FATAL') && line.includes(name)),
      'it is the log of this server',
    );
  });
});

describe('the search itself', () => {
  it('finds each value in a line, however it is written', () => {
    for (const { what, value } of secrets.filter(({ word }) => !word)) {
      const ways = [
        value,
        value.toUpperCase(),
        encodeURIComponent(value),
        JSON.stringify({ deep: [{ value }] }),
        Buffer.from(`x=${value}&y`).toString('base64'),
        Buffer.from(`xy=${value}&y`).toString('base64url'),
        Buffer.from(`${value}...`).toString('base64'),
        Buffer.from(value).toString('hex'),
      ];
      for (const way of ways)
        assert.ok(leaks([{ what, value }], { log: [`{"msg":"a ${way} b"}`] }).length > 0, `${what}: ${way}`);
    }
  });

  it('finds a code where it stands alone, and takes no other number for it', () => {
    const codes = secrets.filter(({ word }) => word);
    assert.ok(codes.length >= 2, 'the journeys came upon codes');
    for (const { what, value } of codes) {
      for (const line of [
        `{"codice":"${value}"}`,
        `codice ${value}: 30 minuti`,
        `/x?codice=${value}&a`,
        `%22${value}%22`,
      ])
        assert.equal(leaks([{ what, value, word: true }], { log: [line] }).length, 1, line);
      for (const line of [`{"time":1${value}}`, `0.${value}`, `a${value}b`, `${value}-aaaa`])
        assert.deepEqual(leaks([{ what, value, word: true }], { log: [line] }), [], line);
    }
  });

  it('finds what a page shows to others, but not what they typed themselves', () => {
    const page = `<title>Errore</title><p>Scrivi a ${CANARY.newEmail.replace('@', '&#64;')}</p>`;
    assert.deepEqual(
      shownToOthers(secrets, page, '').map(({ what }) => what),
      ['newEmail'],
    );
    assert.deepEqual(shownToOthers(secrets, page, `valore=${CANARY.newEmail}`), []);
  });

  it('finds what the real logger lets through: names in a text cannot be told from other words', async () => {
    const earlier = lines.length;
    log.info(`written by mistake: ${CANARY.name}, ${CANARY.street}`);
    const found = leaks(secrets, await places());
    assert.deepEqual(
      found.map(({ what, place }) => [what, place]),
      [
        ['name', 'log'],
        ['street', 'log'],
      ],
    );
    lines.length = earlier;
  });

  it('finds what a job or a figure holds', async () => {
    const [db, jobs] = [portal.app.get(Database), portal.app.get(Jobs)];
    await db.actingAs(system('public'), () => jobs.send('slots.release', { note: CANARY.note }));
    portal.app.get(Metrics).signIns.inc({ method: 'spid', outcome: CANARY.fiscalCode });
    assert.deepEqual(
      leaks(secrets, await places()).map(({ what, place }) => [what, place]),
      [
        ['note', 'jobs'],
        ['fiscalCode', 'metrics'],
      ],
    );
  });
});
