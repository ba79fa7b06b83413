import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { after, before, beforeEach, describe, it } from 'node:test';
import { staff } from '#src/common/actor.js';
import { Keys } from '#src/common/crypto.js';
import { readAnchors } from '../../scripts/lib/verify-audit.ts';
import { forgetEntries, tamper } from '../support/audit.ts';
import { auditGround, KEYS, MARIA, type Ground } from './audit-support.ts';

/** Every column of an entry, changed as by somebody who has the whole server. */
const ALTERED: Record<string, string> = {
  id: '',
  at: "at = at + interval '1 second'",
  action: "action = 'test.other'",
  kind: "kind = 'read'",
  subject: "subject = '22222222-2222-4222-8222-222222222222'",
  actor_kind: "actor_kind = 'staff'",
  actor: "actor = 'somebody'",
  office: "office = 'MI-1'",
  object_id: "object_id = 'x'",
  purpose: "purpose = 'security'",
  details: `details = '{"index": 99}'`,
};

let ground: Ground;
before(async () => {
  ground = await auditGround();
});
after(() => ground.close());

const findings = async (options?: Parameters<Ground['verify']>[0]) =>
  (await ground.verify(options)).findings.map(({ kind, position, entry }) => [kind, position, entry]);
const entryAt = async (position: number) =>
  (await ground.data.query<{ entry_id: number }>('SELECT entry_id FROM audit_link WHERE position = $1', [position]))[0]!
    .entry_id;

/** Twelve sealed entries; the seventh is of an operator, so that each column has something to lose. */
beforeEach(async () => {
  await forgetEntries(ground.data);
  await ground.append(6);
  await ground.append(1, MARIA, staff('op-1', 'RM-1'));
  await ground.append(5);
  assert.equal(await ground.seal(), 12);
  assert.deepEqual(await findings(), []);
});

describe('the verification finds', () => {
  it('knows every column that an entry has', async () => {
    const columns = await ground.data.query<{ name: string }>(
      "SELECT attname AS name FROM pg_attribute WHERE attrelid = 'audit_entry'::regclass AND attnum > 0 AND attgenerated = '' ORDER BY attnum",
    );
    assert.deepEqual(
      columns.map(({ name }) => name),
      Object.keys(ALTERED),
    );
  });

  for (const [column, change] of Object.entries(ALTERED)) {
    if (column === 'id') continue;
    it(`an entry whose ${column} was altered`, async () => {
      // Only one of the staff has an office.
      const position = column === 'office' ? 7 : 3;
      const entry = await entryAt(position);
      await tamper(ground.data, `UPDATE audit_entry SET ${change} WHERE id = ${entry}`);
      assert.deepEqual(await findings(), [['altered', position, entry]]);
    });
  }

  it('an entry whose number was altered', async () => {
    const entry = await entryAt(7);
    const others = Object.keys(ALTERED).slice(1).join(', ');
    await tamper(
      ground.data,
      `INSERT INTO audit_entry (id, ${others}) OVERRIDING SYSTEM VALUE SELECT id + 1000, ${others} FROM audit_entry WHERE id = ${entry};
       DELETE FROM audit_entry WHERE id = ${entry}`,
    );
    assert.deepEqual(await findings(), [
      ['missing', 7, entry],
      ['added', null, entry + 1000],
    ]);
  });

  it('a missing entry', async () => {
    const entry = await entryAt(5);
    await tamper(ground.data, `DELETE FROM audit_entry WHERE id = ${entry}`);
    assert.deepEqual(await findings(), [['missing', 5, entry]]);
  });

  it('a missing link, in the middle and at the beginning', async () => {
    const [first, fourth] = [await entryAt(1), await entryAt(4)];
    await tamper(ground.data, 'DELETE FROM audit_link WHERE position IN (1, 4)');
    assert.deepEqual(await findings(), [
      ['link-missing', 1, null],
      ['link-missing', 4, null],
      ['added', null, first],
      ['added', null, fourth],
    ]);
  });

  it('an entry that is gone with its link', async () => {
    const entry = await entryAt(4);
    await tamper(ground.data, `DELETE FROM audit_entry WHERE id = ${entry}; DELETE FROM audit_link WHERE position = 4`);
    assert.deepEqual(await findings(), [['link-missing', 4, null]]);
  });

  for (const [a, b] of [
    [3, 9],
    [6, 7],
  ] as const) {
    it(`swapped positions: ${a} and ${b}`, async () => {
      const [first, second] = [await entryAt(a), await entryAt(b)];
      await tamper(
        ground.data,
        `UPDATE audit_link SET position = 999 WHERE position = ${a}; UPDATE audit_link SET position = ${a} WHERE position = ${b}; UPDATE audit_link SET position = ${b} WHERE position = 999`,
      );
      const { findings: found } = await ground.verify();
      assert.deepEqual(
        found.map(({ kind, position, entry }) => [kind, position, entry]),
        [
          ['reordered', a, second],
          ['reordered', b, first],
        ],
      );
      assert.match(found[0]!.text, new RegExp(`belongs at ${b}`));
    });
  }

  it('links taken out and the rest moved up', async () => {
    await tamper(ground.data, 'DELETE FROM audit_link WHERE position = 4');
    await tamper(
      ground.data,
      'UPDATE audit_link SET position = position + 100 WHERE position > 4; UPDATE audit_link SET position = position - 101 WHERE position > 100',
    );
    const kinds = new Set((await ground.verify()).findings.map(({ kind }) => kind));
    assert.ok(kinds.has('reordered') && kinds.has('added'), [...kinds].join());
  });

  for (const [column, change] of Object.entries({
    entry: 'entry_id = entry_id + 5000',
    digest: "digest = sha256('a')",
    code: "mac = sha256('a')",
    time: "sealed_at = sealed_at - interval '1 hour'",
  })) {
    it(`a link whose ${column} was altered`, async () => {
      await tamper(ground.data, `UPDATE audit_link SET ${change.replaceAll('\\\\\\\\', '\\\\')} WHERE position = 6`);
      const found = await findings();
      assert.ok(
        found.some(([kind, position]) => kind === 'link-altered' && position === 6),
        JSON.stringify(found),
      );
    });
  }

  it('an inserted entry, without a link and with a forged one', async () => {
    const insert = (id: number) =>
      `INSERT INTO audit_entry (id, at, action, subject, actor_kind, actor, purpose) OVERRIDING SYSTEM VALUE VALUES (${id}, '${ground.clock.now().toString()}', 'test.read', '${MARIA}', 'system', 'public', 'service')`;
    await tamper(ground.data, insert(70_000));
    assert.deepEqual(await findings(), [['added', null, 70_000]]);
    await tamper(
      ground.data,
      `INSERT INTO audit_link (position, entry_id, entry_at, digest, mac, key_id, sealed_at) VALUES (13, 70000, '${ground.clock.now().toString()}', sha256('a'), sha256('b'), '${KEYS.id}', '${ground.clock.now().toString()}')`,
    );
    assert.deepEqual(await findings(), [
      ['altered', 13, 70_000],
      ['link-altered', 13, 70_000],
    ]);
  });

  it('no less for a line of the heads that a crash cut short', () => {
    const [whole, torn] = ['{"event":"audit.head","position":3,"mac":"ab"}', '{"event":"audit.head","posi'];
    assert.deepEqual(readAnchors(`${whole}\n${torn}`), [{ position: 3, mac: 'ab' }]);
  });

  it('a tail that was cut off, by the heads that were written down', async () => {
    const whole = await ground.data.query<{ mac: Buffer }>('SELECT mac FROM audit_link WHERE position = 12');
    const anchors = [{ position: 12, mac: whole[0]!.mac.toString('hex') }];
    assert.deepEqual(await findings({ anchors }), []);
    const [eleven, twelve] = [await entryAt(11), await entryAt(12)];
    await tamper(
      ground.data,
      `DELETE FROM audit_link WHERE position > 10; DELETE FROM audit_entry WHERE id IN (${eleven}, ${twelve})`,
    );
    assert.deepEqual(await findings(), [], 'nothing in the database tells of it');
    assert.deepEqual(await findings({ anchors }), [['cut', 12, null]]);
    await ground.append(3);
    await ground.seal();
    assert.deepEqual(await findings({ anchors }), [['rewritten', 12, null]]);
  });

  it('another secret than the one it was sealed with', async () => {
    assert.deepEqual(await findings({ keys: new Keys('a secret that this record was never sealed with') }), [
      ['unknown-key', 1, null],
    ]);
  });

  it('a whole chain made anew with another secret under the name of ours', async () => {
    const forger = new Keys('a secret that this record was never sealed with');
    await tamper(ground.data, 'DELETE FROM audit_link; INSERT INTO audit_unsealed SELECT id, at FROM audit_entry');
    await ground.seal(forger);
    await tamper(ground.data, `UPDATE audit_link SET key_id = '${KEYS.id}'`);
    assert.deepEqual(await findings(), [['wrong-key', null, null]]);
  });

  it('a month said to be over before its time', async () => {
    const entry = await entryAt(2);
    await tamper(
      ground.data,
      `DELETE FROM audit_entry WHERE id = ${entry}; INSERT INTO audit_retirement (from_at, until_at, entries) VALUES ('2026-04-01', '2026-05-01', 1)`,
    );
    assert.deepEqual(await findings(), [['missing', 2, entry]]);
  });
});

describe('npm run audit:verify', () => {
  const run = (...args: string[]) =>
    spawnSync(
      'node',
      [
        '--conditions=built-for-tests',
        '--disable-warning=ExperimentalWarning',
        'scripts/command.mjs',
        'audit-verify',
        ...args,
      ],
      {
        encoding: 'utf8',
        env: {
          ...process.env,
          DATABASE_URL: ground.data.owner,
          DATABASE_WEB_URL: ground.data.web,
          DATABASE_WORKER_URL: ground.data.worker,
          SECRET: 'the secret of the tests of the audit record',
        },
      },
    );

  it('ends well when all is as it was sealed', () => {
    const { status, stdout } = run();
    assert.equal(status, 0, stdout);
    assert.match(stdout, /12 links[\s\S]*as it was sealed/);
  });

  it('ends with 1 and says which entry', async () => {
    const entry = await entryAt(5);
    await tamper(ground.data, `UPDATE audit_entry SET action = 'test.other' WHERE id = ${entry}`);
    const { status, stdout } = run();
    assert.equal(status, 1);
    assert.match(stdout, new RegExp(`ALTERED +the entry ${entry} `));
  });
});
