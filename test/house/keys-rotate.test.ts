import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { after, before, beforeEach, describe, it } from 'node:test';
import pg from 'pg';
import { SystemClock } from '#src/common/clock.js';
import { Keys } from '#src/common/crypto.js';
import { Config } from '#src/config.js';
import { documentContext, DOCUMENT_KEY, openDocument, sealDocument } from '#src/common/envelope.js';
import type { SealedColumn } from '#src/common/sealed-columns.js';
import { asOwner } from '../../scripts/lib/database.ts';
import { queryOf, type Query } from '../../scripts/lib/query.ts';
import { rotateKeys, rotationReport, type Rotation, type RotationWork } from '../../scripts/lib/rotate-keys.ts';
import { forgetFailures } from '../../scripts/commands/pin-unlock.ts';
import { testApp } from '../support/app.ts';
import { testDatabase, type TestDatabase } from '../support/database.ts';
import { oldBox } from '../support/old-box.ts';
import { citizenOf, type Citizen } from '../support/people.ts';
import { ROOT, TEST_SECRET } from '../support/process.ts';
import { pinFormOpen, signedInAs } from '../support/sign-in.ts';
import { visit } from '../support/visit.ts';
import { arrangePins, enter, JOHN } from '../auth/pin/pin-support.ts';

const NEXT = 'the-next-secret-of-the-tests-long-enough-for-the-settings';
const OLDEST = 'the-oldest-secret-of-the-tests-long-enough-for-the-settings';
const [now, next, oldest] = [TEST_SECRET, NEXT, OLDEST].map((one) => new Keys(one)) as [Keys, Keys, Keys];
const rotating = new Keys(NEXT, [TEST_SECRET, OLDEST]);
const clock = new SystemClock();

let db: TestDatabase;
let maria: Citizen;
before(async () => {
  db = await testDatabase();
  maria = await citizenOf(db, 'maria', clock.now());
});
after(() => db.drop());
beforeEach(() => db.query('TRUNCATE saml_exchange, parked_form, cns_ticket, staff_request'));

interface Exchange {
  id: string;
  plain: string;
}

/** Records of sign-ins, sealed by `keys`. */
async function exchanges(count: number, keys: Keys): Promise<Exchange[]> {
  const made = Array.from({ length: count }, (_, index) => ({ id: randomUUID(), plain: `exchange ${index}` }));
  await db.query(
    `INSERT INTO saml_exchange (id, profile, provider, request_id, outcome, sealed, received_at, keep_until)
     SELECT id, 'spid', 'https://gestore.example', id::text, 'identified', sealed, $3, $4
     FROM unnest($1::uuid[], $2::bytea[]) AS made (id, sealed)`,
    [
      made.map(({ id }) => id),
      made.map(({ id, plain }) => keys.seal('saml-exchange', Buffer.from(plain), id)),
      clock.now(),
      clock.now().add({ hours: 24 }),
    ],
  );
  return made;
}

/** Every record still says what it said. @returns how many boxes each secret has */
async function readBack(made: readonly Exchange[], keys: Keys): Promise<Record<string, number>> {
  const rows = await db.query<{ id: string; sealed: Buffer }>('SELECT id, sealed FROM saml_exchange');
  const found = new Map(rows.map(({ id, sealed }) => [id, sealed]));
  const ids: Record<string, number> = {};
  for (const { id, plain } of made) {
    const box = found.get(id)!;
    assert.equal(keys.open('saml-exchange', box, id)?.toString(), plain);
    const by = keys.idOf(box) ?? 'old form';
    ids[by] = (ids[by] ?? 0) + 1;
  }
  return ids;
}

function work(query: Query): RotationWork {
  const signal = new AbortController().signal;
  return { query, keys: rotating, clock, progress: () => {}, dryRun: false, signal };
}

function rotate(options: Partial<RotationWork> = {}): Promise<Rotation> {
  return asOwner(db.owner, (client) => rotateKeys({ ...work(queryOf(client)), ...options }));
}

/** The command itself, as a process that can be killed. */
function command(env: Record<string, string> = {}, ...args: string[]) {
  const script = ['--conditions=built-for-tests', 'scripts/command.mjs', 'keys-rotate'];
  const child = spawn('node', [...script, ...args], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'inherit'],
    env: {
      PATH: process.env.PATH,
      HOME: process.env.HOME,
      DATABASE_URL: db.owner,
      DATABASE_WEB_URL: db.web,
      DATABASE_WORKER_URL: db.worker,
      SECRET: NEXT,
      SECRET_PREVIOUS: `${TEST_SECRET},${OLDEST}`,
      ...env,
    },
  });
  let said = '';
  child.stdout.setEncoding('utf8').on('data', (part: string) => (said += part));
  const ended = once(child, 'close').then(([code, signal]) => ({ code: code as number | null, signal, said }));
  return {
    ended,
    kill: (signal: NodeJS.Signals) => child.kill(signal),
    /** Resolves as soon as its output has this text; one that ended without it has failed. */
    says: (text: string) =>
      new Promise<void>((done, failed) => {
        child.stdout.on('data', () => said.includes(text) && done());
        child.once('close', () => failed(new Error(`ended without "${text}": ${said}`)));
      }),
  };
}

describe('changing the secret', () => {
  it('seals 10,000 records anew, killed half-way, stopped half-way, and run to the end', async () => {
    const made = await exchanges(10_000, now);
    const killed = command();
    await killed.says('saml_exchange.sealed: 1000 of 10000');
    killed.kill('SIGKILL');
    await killed.ended;
    const afterKill = await readBack(made, rotating);
    assert.ok(afterKill[next.id]! >= 1000 && afterKill[now.id]! > 0, JSON.stringify(afterKill));

    const stopped = command();
    await stopped.says('saml_exchange.sealed: 1000 of');
    stopped.kill('SIGINT');
    const stop = await stopped.ended;
    assert.equal(stop.code, 1);
    assert.match(
      stop.said,
      /interrupted: run it again[\s\S]*boxes under another key are left in saml_exchange\.sealed/,
    );
    assert.match(stop.said, /SECRET_PREVIOUS must stay/);
    const afterStop = await readBack(made, rotating);
    assert.ok(afterStop[next.id]! > afterKill[next.id]! && afterStop[now.id]! > 0, JSON.stringify(afterStop));

    const last = await command().ended;
    assert.equal(last.code, 0, last.said);
    assert.match(last.said, new RegExp(`${afterStop[now.id]} boxes sealed anew`));
    assert.match(last.said, new RegExp(`nothing under another key than ${next.id} is left: SECRET_PREVIOUS may go`));
    assert.deepEqual(await readBack(made, next), { [next.id]: 10_000 });
  });

  it('has nothing to do when repeated', async () => {
    const made = await exchanges(3, now);
    assert.equal((await rotate()).moved, 3);
    const boxes = await db.query('SELECT sealed FROM saml_exchange ORDER BY id');
    assert.equal((await rotate()).moved, 0);
    assert.deepEqual(await db.query('SELECT sealed FROM saml_exchange ORDER BY id'), boxes);
    assert.deepEqual(await readBack(made, next), { [next.id]: 3 });
  });

  it('takes in boxes of the old form and of several former secrets', async () => {
    const made = [...(await exchanges(30, now)), ...(await exchanges(30, oldest))];
    const old = { id: randomUUID(), plain: 'old form' };
    const [like] = await exchanges(1, now);
    await db.query('UPDATE saml_exchange SET id = $1, sealed = $2 WHERE id = $3', [
      old.id,
      oldBox(TEST_SECRET, 'saml-exchange', Buffer.from(old.plain), old.id),
      like!.id,
    ]);
    assert.equal((await rotate()).moved, 61);
    assert.deepEqual(await readBack([...made, old], next), { [next.id]: 61 });
  });

  it('only counts in a dry run', async () => {
    const made = await exchanges(60, now);
    const { code, said } = await command({}, '--dry-run').ended;
    assert.equal(code, 0);
    assert.match(said, /60 boxes would be sealed anew/);
    assert.doesNotMatch(said, /may go/);
    assert.deepEqual(await readBack(made, rotating), { [now.id]: 60 });
  });

  it('shares the work of two runs at once', async () => {
    const made = await exchanges(2_000, now);
    const both = await Promise.all([rotate(), rotate()]);
    assert.equal(both[0]!.moved + both[1]!.moved, 2_000);
    for (const one of both) assert.ok(one.moved > 0 && rotationReport(one).done, JSON.stringify(one));
    assert.deepEqual(await readBack(made, next), { [next.id]: 2_000 });
  });
});

describe('what cannot be sealed anew', () => {
  it('is named by its row and left as it is, when it was altered', async () => {
    const made = await exchanges(60, now);
    const [bad, ...good] = made.toSorted((a, b) => (a.id < b.id ? -1 : 1));
    await db.query(
      'UPDATE saml_exchange SET sealed = set_byte(sealed, 30, get_byte(sealed, 30) # 1) WHERE id = $1 RETURNING sealed',
      [bad!.id],
    );
    const [altered] = await db.query('SELECT sealed FROM saml_exchange WHERE id = $1', [bad!.id]);
    const { code, said } = await command().ended;
    assert.equal(code, 1);
    assert.match(
      said,
      new RegExp(`saml_exchange\\.sealed \\(id=${bad!.id}\\): does not open though its key ${now.id}`),
    );
    assert.match(said, /1 boxes under another key are left in saml_exchange\.sealed/);
    assert.doesNotMatch(said, /may go/);
    assert.deepEqual(await db.query('SELECT sealed FROM saml_exchange WHERE id = $1', [bad!.id]), [altered]);
    assert.deepEqual(await readBack(good, next), { [next.id]: 59 });
  });

  it('is told by the ids of the secrets that are missing', async () => {
    const made = await exchanges(2, oldest);
    const { code, said } = await command({ SECRET_PREVIOUS: TEST_SECRET }).ended;
    assert.equal(code, 1);
    assert.match(said, new RegExp(`SECRET_PREVIOUS lacks the secrets with these ids: ${oldest.id}\\n`));
    assert.doesNotMatch(said, /may go/);
    assert.deepEqual(await readBack(made, oldest), { [oldest.id]: 2 });
  });

  it('is waited for when only a browser can open it, until it is over', async () => {
    const ends = clock.now().add({ minutes: 10 });
    await db.query(
      `INSERT INTO staff_request (browser_hash, state_hash, issuer, sealed, expires_at) VALUES ($1, $2, 'https://x.example', $3, $4)`,
      [randomBytes(32), randomBytes(32), now.seal('staff-request', Buffer.from('{}'), 'token of a browser'), ends],
    );
    const { lines, done } = rotationReport(await rotate());
    assert.equal(done, false);
    assert.ok(lines.some((line) => line.startsWith('1 sign-ins under way in staff_request.sealed')));
    const later = { now: () => ends.add({ seconds: 1 }) };
    assert.equal(rotationReport(await rotate({ clock: later })).done, true);
  });

  it('is never promised away while a process still seals with the former secret', async () => {
    await exchanges(30, now);
    let ended = false;
    const rotation = await asOwner(db.owner, (client) => {
      const query = queryOf(client);
      return rotateKeys({
        ...work(query),
        // Comes after the round that found nothing more, and before the last look.
        query: async (sql, parameters) => {
          const result = await query(sql, parameters);
          if (!ended && sql.startsWith('SELECT count') && result.rows[0]!.n === 0) {
            ended = true;
            await exchanges(1, now);
          }
          return result;
        },
      });
    });
    assert.ok(ended);
    assert.deepEqual(rotation.left, [{ column: 'saml_exchange.sealed', rows: 1 }]);
    assert.equal(rotationReport(rotation).done, false);
  });
});

describe('the settings', () => {
  const settings = (env: Record<string, string>) => () =>
    new Config({ DATABASE_WEB_URL: db.web, DATABASE_WORKER_URL: db.worker, SECRET: NEXT, ...env });

  it('take several former secrets, and tell a short one or the current one before anything starts', () => {
    assert.deepEqual(settings({})().previousSecrets, []);
    assert.deepEqual(settings({ SECRET_PREVIOUS: ` ${TEST_SECRET}, ${OLDEST},` })().previousSecrets, [
      TEST_SECRET,
      OLDEST,
    ]);
    assert.throws(settings({ SECRET_PREVIOUS: `${TEST_SECRET},short` }), /SECRET_PREVIOUS must have at least 40/);
    assert.throws(settings({ SECRET_PREVIOUS: NEXT }), /SECRET_PREVIOUS must not hold the current secret/);
  });

  it('that are wrong stop the command before it touches anything', async () => {
    const made = await exchanges(1, now);
    assert.notEqual((await command({ SECRET_PREVIOUS: 'short' }).ended).code, 0);
    assert.deepEqual(await readBack(made, now), { [now.id]: 1 });
  });
});

describe('while the program runs', () => {
  it('a row that somebody changes meanwhile keeps what they wrote, and is sealed anew later', async () => {
    const [one] = await exchanges(1, now);
    const writer = new pg.Client({ connectionString: db.owner });
    await writer.connect();
    await writer.query('BEGIN');
    const written = now.seal('saml-exchange', Buffer.from('written meanwhile'), one!.id);
    await writer.query('UPDATE saml_exchange SET sealed = $1 WHERE id = $2', [written, one!.id]);
    let rounds = 0;
    const rotation = await asOwner(db.owner, (client) => {
      const query = queryOf(client);
      return rotateKeys({
        ...work(query),
        // Held at first: the row is left out of the first round, and the writer commits before the next.
        query: async (sql, parameters) => {
          const result = await query(sql, parameters);
          if (sql.includes('SKIP LOCKED') && ++rounds === 1) {
            assert.equal(result.rows.length, 0);
            await writer.query('COMMIT');
          }
          return result;
        },
      });
    });
    await writer.end();
    assert.ok(rounds > 1);
    assert.equal(rotation.moved, 1);
    assert.deepEqual(await readBack([{ id: one!.id, plain: 'written meanwhile' }], next), { [next.id]: 1 });
  });

  it('kept forms, sessions, PIN forms and locks go on, whichever secret a process has', async () => {
    const env = { NO_DEVELOPMENT_DOUBLES: '1', TRUST_PROXY: 'loopback' };
    const at = clock.now().toString();
    const start = async (SECRET: string, SECRET_PREVIOUS: string) =>
      testApp({ db, now: at, env: { ...env, SECRET, SECRET_PREVIOUS } });
    // As operations.md says it: the next secret is made known first, then used; then the boxes are sealed anew.
    const [first, second] = [await start(TEST_SECRET, NEXT), await start(NEXT, TEST_SECRET)];
    try {
      const person = await signedInAs(first, maria);
      const form = await pinFormOpen(first);
      await arrangePins(db, first.clock.now());
      const parked = randomUUID();
      const content = Buffer.from(JSON.stringify({ path: '/dati/residenza', fields: {} }));
      await db.query(
        'INSERT INTO parked_form (id, citizen_id, sealed, parked_at, expires_at) VALUES ($1, $2, $3, $4, $5)',
        [
          parked,
          maria.id,
          now.seal('parked-form', content, `${maria.id}:${parked}`),
          at,
          first.clock.now().add({ minutes: 30 }),
        ],
      );
      for (const round of ['before', 'after'] as const) {
        for (const portal of [first, second]) {
          const page = await visit(portal.url, '/dati', { cookie: person.cookie });
          assert.equal(page.status, 200, `a session ${round}`);
          const kept = await visit(portal.url, `/ripresa/${parked}`, { cookie: person.cookie });
          assert.notEqual(kept.headers.location, 'http://localhost:3000/bacheca', `a kept form ${round}`);
          assert.equal((await db.query('SELECT 1 FROM parked_form')).length, 1, `a kept form ${round}`);
          const wrong = { codice: JOHN, pin: 'WRONG000WRONG000', _csrf: form.csrf() };
          const tried = await visit(portal.url, '/accedi/pin', { cookie: form.cookie, form: wrong });
          assert.equal(tried.status, 422, `a PIN form ${round}`);
          portal.clock.move({ seconds: 20 });
        }
        if (round === 'before') assert.equal((await rotate({ keys: new Keys(NEXT, [TEST_SECRET]) })).moved, 1);
      }
      // Four tries so far, two under each secret; the fifth, at whichever process, locks both.
      assert.equal((await enter(second.browser(), { pin: 'WRONG000WRONG000', from: '127.0.0.1' })).status, 422);
      for (const portal of [first, second])
        assert.equal((await enter(portal.browser(), { from: '127.0.0.1' })).status, 429, 'the lock');
      const query = async (sql: string, parameters?: unknown[]) => ({ rows: await db.query(sql, parameters) });
      assert.equal(await forgetFailures(query, JOHN, second.app.get(Keys), second.clock.now()), 5);
    } finally {
      await first.close();
      await second.close();
    }
  });

  it('pages that open kept forms never fail while 500 of them are sealed anew', async () => {
    const portal = await testApp({
      db,
      now: clock.now().toString(),
      env: { SECRET: NEXT, SECRET_PREVIOUS: TEST_SECRET },
    });
    try {
      const person = await signedInAs(portal, maria);
      const ids = Array.from({ length: 500 }, () => randomUUID());
      const content = Buffer.from(JSON.stringify({ path: '/dati/residenza', fields: {} }));
      await db.query(
        `INSERT INTO parked_form (id, citizen_id, sealed, parked_at, expires_at)
         SELECT id, $3, sealed, $4, $5 FROM unnest($1::uuid[], $2::bytea[]) AS made (id, sealed)`,
        [
          ids,
          ids.map((id) => now.seal('parked-form', content, `${maria.id}:${id}`)),
          maria.id,
          portal.clock.now(),
          portal.clock.now().add({ minutes: 30 }),
        ],
      );
      const rotation = rotate();
      const reads: number[] = [];
      for (const id of ids.slice(0, 60))
        reads.push((await visit(portal.url, `/ripresa/${id}`, { cookie: person.cookie })).status);
      assert.equal((await rotation).moved, 500);
      assert.equal(new Set(reads).size, 1, 'one and the same answer each time');
      assert.equal((await db.query('SELECT 1 FROM parked_form')).length, 500, 'what does not open is destroyed');
    } finally {
      await portal.close();
    }
  });
});

describe('what is signed', () => {
  it('keeps the key it names: the report says which command still needs it', async () => {
    await db.query(
      `INSERT INTO audit_link (position, entry_id, entry_at, digest, mac, key_id, sealed_at) VALUES (1, 1, $1, $2, $2, $3, $1)`,
      [clock.now(), randomBytes(32), now.id],
    );
    const { lines, done } = rotationReport(await rotate());
    assert.equal(done, true);
    assert.ok(
      lines.includes(
        `npm run audit:verify still needs the secrets with these ids, as its own SECRET_PREVIOUS: ${now.id}`,
      ),
    );
  });
});

describe('documents in envelopes', () => {
  it('go through a rotation by their keys; the documents stay as they are', async () => {
    await db.query(
      'CREATE TABLE trial_document (id uuid PRIMARY KEY, owner uuid NOT NULL, sealed_key bytea, body bytea)',
    );
    const of = { document: randomUUID(), owner: maria.id };
    const scan = randomBytes(200_000);
    const { key, body } = sealDocument(now, scan, of);
    await db.query('INSERT INTO trial_document VALUES ($1, $2, $3, $4)', [of.document, of.owner, key, body]);
    const column: SealedColumn = {
      table: 'trial_document',
      column: 'sealed_key',
      keys: ['id'],
      with: ['owner'],
      purpose: DOCUMENT_KEY,
      context: ({ id, owner }) => documentContext({ document: id!, owner: owner! }),
    };
    const rotation = await rotate({ columns: [column] });
    assert.equal(rotation.moved, 1);
    const [row] = await db.query<{ key: Buffer; body: Buffer }>('SELECT sealed_key AS key, body FROM trial_document');
    assert.deepEqual(row!.body, body);
    assert.deepEqual(openDocument(next, row!, of), scan);
  });
});
