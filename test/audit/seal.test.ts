import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { Keys } from '#src/common/crypto.js';
import { tamper } from '../support/audit.ts';
import { auditGround, KEYS, LUCA, MARIA, type Ground } from './audit-support.ts';

let ground: Ground;
before(async () => {
  ground = await auditGround();
});
after(() => ground.close());

const links = () =>
  ground.data.query<{ position: number; entry_id: number }>(
    'SELECT position, entry_id FROM audit_link ORDER BY position',
  );

describe('the seal', () => {
  it('seals what was appended, in order, once', async () => {
    await ground.append(3);
    assert.equal(await ground.seal(), 3);
    assert.equal(await ground.seal(), 0);
    const chain = await links();
    assert.deepEqual(
      chain.map(({ position }) => position),
      [1, 2, 3],
    );
    assert.deepEqual(
      chain,
      chain.toSorted((a, b) => a.entry_id - b.entry_id),
    );
  });

  it('seals an entry whose transaction commits late after those with higher numbers', async () => {
    const begin = (who: string) =>
      `BEGIN; SET LOCAL app.kind = 'citizen'; SET LOCAL app.subject = '${who}'; SET LOCAL app.by = '${who}'`;
    const [slow, quick] = [await ground.connection('web'), await ground.connection('web')];
    await slow.query(begin(MARIA));
    await slow.query("SELECT audit_read('2026-04-01T07:00:00Z', 'late.read', NULL)");
    const { rows } = await slow.query<{ id: string }>("SELECT id FROM audit_entry WHERE action = 'late.read'");
    const late = Number(rows[0]!.id);
    await quick.query(`${begin(LUCA)}; SELECT audit_read('2026-04-01T07:00:00Z', 'early.read', NULL); COMMIT`);
    assert.equal(await ground.seal(), 1);
    await slow.query('COMMIT');
    assert.equal(await ground.seal(), 1);
    const chain = await links();
    assert.equal(chain.at(-1)!.entry_id, late);
    assert.ok(chain.at(-2)!.entry_id > late);
    assert.deepEqual((await ground.verify()).findings, []);
  });

  it('never seals twice at once, while citizens go on appending', async () => {
    const sealedBefore = (await links()).length;
    const appends = Array.from({ length: 6 }, (_, who) =>
      ground.append(20, `${who}0000000-0000-4000-8000-000000000000`),
    );
    const seals = Array.from({ length: 8 }, () => ground.seal());
    const [sealed] = await Promise.all([Promise.all(seals), ...appends]);
    const rest = await ground.seal();
    assert.equal(
      sealed.reduce((sum, count) => sum + count, rest),
      120,
    );
    const chain = await links();
    assert.equal(chain.length, sealedBefore + 120);
    assert.deepEqual(
      chain.map(({ position }) => position),
      chain.map((_, index) => index + 1),
    );
    const { findings, links: followed, waiting } = await ground.verify();
    assert.deepEqual([findings, followed, waiting], [[], sealedBefore + 120, 0]);
  });

  it('works a backlog off in batches', async () => {
    await ground.data.query(
      `INSERT INTO audit_entry (at, action, subject, actor_kind, actor, purpose)
       SELECT $1::timestamptz + make_interval(secs => n), 'bulk.read', $2, 'system', 'public', 'service' FROM generate_series(1, 2500) n`,
      [ground.clock.now(), MARIA],
    );
    assert.equal(await ground.seal(), 2500);
    assert.deepEqual((await ground.verify()).findings, []);
  });

  it('writes its head elsewhere, at most once a minute, when it is new', async () => {
    const sealer = ground.sealer();
    const seal = () => ground.db.asWorker(() => sealer.sealAll());
    const head = async () => (await links()).at(-1)!.position;
    await ground.append(1);
    await seal();
    const first = await head();
    await ground.append(1);
    await seal();
    ground.clock.move({ seconds: 61 });
    await seal();
    await seal();
    const heads = ground.heads();
    assert.deepEqual(
      heads.slice(-2).map(({ position }) => position),
      [first, first + 1],
    );
    assert.deepEqual((await ground.verify({ anchors: 'heads' })).findings, []);
  });

  it('goes on under a new key; the old links are followed with the old one', async () => {
    const next = new Keys('another secret, which came after the first one', [
      'the secret of the tests of the audit record',
    ]);
    await ground.append(2);
    assert.equal(await ground.seal(next), 2);
    assert.deepEqual((await ground.verify({ keys: next })).findings, []);
    assert.deepEqual(
      (await ground.verify()).findings.map(({ kind }) => kind),
      ['unknown-key'],
    );
    // Back, as when a rotation is called off.
    await ground.append(1);
    await ground.seal();
    assert.deepEqual((await ground.verify({ keys: next })).findings, []);
    assert.notEqual(next.id, KEYS.id);
  });

  it('goes on when an entry was taken out before its seal, and the verification tells of it', async () => {
    await ground.append(2);
    const [{ id }] = (await ground.data.query<{ id: number }>('SELECT max(id) AS id FROM audit_entry')) as [
      { id: number },
    ];
    await tamper(ground.data, `DELETE FROM audit_entry WHERE id = ${id}`);
    assert.equal(await ground.seal(), 1);
    const { findings } = await ground.verify({
      keys: new Keys('another secret, which came after the first one', ['the secret of the tests of the audit record']),
    });
    assert.deepEqual(
      findings.map(({ kind, entry }) => [kind, entry]),
      [['missing', id]],
    );
  });

  it('goes on when more than it takes at once was taken out, says so once, and the chain says so for good', async () => {
    const KNOWN = new Keys('another secret, which came after the first one', [
      'the secret of the tests of the audit record',
    ]);
    const earlier = (await ground.verify({ keys: KNOWN })).findings.length;
    await ground.append(1);
    const [{ id: kept }] = (await ground.data.query('SELECT max(id) AS id FROM audit_entry')) as [{ id: number }];
    await ground.data.query(
      `INSERT INTO audit_entry (at, action, subject, actor_kind, actor, purpose)
       SELECT $1::timestamptz + make_interval(secs => n), 'bulk.read', $2, 'system', 'public', 'service' FROM generate_series(1, 1200) n`,
      [ground.clock.now(), MARIA],
    );
    await tamper(ground.data, `DELETE FROM audit_entry WHERE id > ${kept}`);
    await ground.append(3);
    assert.equal(await ground.seal(), 4, 'what stands before and behind the gap');
    assert.equal(await ground.seal(), 0);
    const verified = await ground.verify({ keys: KNOWN });
    const { findings, more, waiting } = verified;
    assert.equal(waiting, 0, 'nothing waits for ever, so that the month can end one day');
    assert.ok(more, 'each of them is told');
    assert.ok(
      findings.slice(earlier).every(({ kind, text }) => kind === 'missing' && /gone before its seal/.test(text)),
    );
    assert.deepEqual(await ground.data.query('SELECT entry_id FROM audit_unsealed'), []);
  });

  it('goes on when a whole month was dropped with entries that waited', async () => {
    ground.clock.set('2026-07-02T07:00:00Z');
    await ground.db.asWorker(() => ground.sealer().makeMonths());
    await ground.append(2);
    await ground.data.query('DROP TABLE audit_entry_2026_07');
    ground.clock.set('2026-08-02T07:00:00Z');
    await ground.append(2);
    assert.equal(await ground.seal(), 2);
    assert.deepEqual(await ground.data.query('SELECT entry_id FROM audit_unsealed'), []);
  });
});
