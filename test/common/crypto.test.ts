import assert from 'node:assert/strict';
import { createCipheriv, randomBytes } from 'node:crypto';
import { describe, it } from 'node:test';
import { BOX_HEADER_BYTES, Keys } from '#src/common/crypto.js';
import { openDocument, sealDocument } from '#src/common/envelope.js';
import { oldBox } from '../support/old-box.ts';

const [OLD, NEW, OTHER] = ['o', 'n', 'x'].map((sign) => sign.repeat(43)) as [string, string, string];
const PLAIN = Buffer.from('Perché no? 👩‍👧');

describe('the id of a secret', () => {
  it('is the same wherever the secret is known, another for another secret, and part of neither secret nor keys', () => {
    const keys = new Keys(NEW);
    assert.match(keys.id, /^[0-9a-f]{8}$/);
    assert.equal(new Keys(OLD, [NEW]).ids[1], keys.id);
    assert.notEqual(new Keys(OLD).id, keys.id);
    for (const secret of [Buffer.from(NEW), keys.key('saml-exchange'), keys.key('session-cookie')])
      assert.ok(!secret.toString('hex').includes(keys.id));
  });
});

describe('a box', () => {
  const keys = new Keys(NEW, [OLD]);

  it('opens to what was sealed, and names its key', () => {
    for (const plain of [PLAIN, Buffer.alloc(0), randomBytes(100_000)]) {
      const box = keys.seal('purpose', plain, 'context');
      assert.deepEqual(keys.open('purpose', box, 'context'), plain);
      assert.equal(keys.idOf(box), keys.id);
    }
  });

  it('never comes out the same twice', () => {
    assert.notDeepEqual(keys.seal('purpose', PLAIN, 'context'), keys.seal('purpose', PLAIN, 'context'));
  });

  it('opens under no other purpose or context, however the two are cut', () => {
    const box = keys.seal('purpose', PLAIN, 'context');
    for (const [purpose, context] of [
      ['purpose', 'contex'],
      ['purpose', ''],
      ['other', 'context'],
      ['purpose\0context', ''],
      ['purposecontext', ''],
    ] as const)
      assert.equal(keys.open(purpose, box, context), null);
  });

  it('opens no more when any one byte of it is changed, or when it is cut', () => {
    const box = keys.seal('purpose', PLAIN, 'context');
    for (let at = 0; at < box.length; at++) {
      const altered = Buffer.from(box);
      altered[at]! ^= 1;
      assert.equal(keys.open('purpose', altered, 'context'), null, `byte ${at}`);
    }
    for (let length = 0; length < box.length; length++)
      assert.equal(keys.open('purpose', box.subarray(0, length), 'context'), null, `${length} bytes`);
  });

  it('of a former secret opens while that secret is known', () => {
    const box = new Keys(OLD).seal('purpose', PLAIN, 'context');
    assert.deepEqual(keys.open('purpose', box, 'context'), PLAIN);
    assert.equal(keys.idOf(box), new Keys(OLD).id);
    assert.equal(new Keys(NEW).open('purpose', box, 'context'), null);
    assert.equal(new Keys(NEW, [OTHER]).open('purpose', box, 'context'), null);
  });

  it('of the next secret opens where it is known ahead, so that processes can be changed one after the other', () => {
    const box = new Keys(NEW, [OLD]).seal('purpose', PLAIN, 'context');
    assert.deepEqual(new Keys(OLD, [NEW]).open('purpose', box, 'context'), PLAIN);
  });

  it('of the old form opens under the current and the former secrets, and names no key', () => {
    for (const secret of [NEW, OLD]) {
      const box = oldBox(secret, 'purpose', PLAIN, 'context');
      assert.deepEqual(keys.open('purpose', box, 'context'), PLAIN);
      assert.equal(keys.idOf(box), null);
      assert.equal(keys.open('purpose', box, 'other'), null);
    }
    assert.equal(keys.open('purpose', oldBox(OTHER, 'purpose', PLAIN, 'context'), 'context'), null);
  });

  it('of the old form opens even when its random bytes look like the header of a new one', () => {
    const header = keys.seal('purpose', PLAIN, 'context').subarray(0, BOX_HEADER_BYTES);
    const nonce = Buffer.concat([header, randomBytes(12 - BOX_HEADER_BYTES)]);
    const cipher = createCipheriv('aes-256-gcm', keys.key('purpose'), nonce).setAAD(Buffer.from('context'));
    const body = Buffer.concat([cipher.update(PLAIN), cipher.final()]);
    assert.deepEqual(keys.open('purpose', Buffer.concat([nonce, cipher.getAuthTag(), body]), 'context'), PLAIN);
  });
});

describe('keys and pseudonyms through a rotation', () => {
  const [before, during] = [new Keys(OLD), new Keys(NEW, [OLD])];

  it('are found by id, or not at all', () => {
    assert.deepEqual(during.keyOf('audit', before.id), before.key('audit'));
    assert.deepEqual(during.keyOf('audit', during.id), during.key('audit'));
    assert.equal(during.keyOf('audit', new Keys(OTHER).id), null);
    assert.notDeepEqual(during.key('audit'), during.key('other'));
  });

  it('are all at hand where signatures are checked, the current one first', () => {
    assert.deepEqual(during.keysOf('cookie'), [new Keys(NEW).key('cookie'), before.key('cookie')]);
  });

  it('name somebody now as then', () => {
    const [now, then] = during.pseudonyms('pin-person', 'MLLJHN58D17Z401W');
    assert.equal(now, during.pseudonym('pin-person', 'MLLJHN58D17Z401W'));
    assert.equal(then, before.pseudonym('pin-person', 'MLLJHN58D17Z401W'));
    assert.notEqual(now, then);
  });
});

describe('a document in its envelope', () => {
  const of = { document: '0b1c7a5e-0000-4000-8000-000000000001', owner: '0b1c7a5e-0000-4000-8000-000000000002' };
  const keys = new Keys(NEW, [OLD]);
  const document = randomBytes(5_000_000);

  it('opens for its document and owner alone', () => {
    const sealed = sealDocument(keys, document, of);
    assert.deepEqual(openDocument(keys, sealed, of), document);
    assert.equal(openDocument(keys, sealed, { ...of, owner: of.document }), null);
    assert.equal(openDocument(keys, sealed, { ...of, document: of.owner }), null);
  });

  it('has a key of its own: the key of another document opens nothing', () => {
    const [one, two] = [sealDocument(keys, PLAIN, of), sealDocument(keys, PLAIN, of)];
    assert.equal(openDocument(keys, { key: one.key, body: two.body }, of), null);
  });

  it('goes through a rotation by its key alone, a few bytes', () => {
    const { key, body } = sealDocument(new Keys(OLD), document, of);
    assert.ok(key.length < 100);
    const dataKey = keys.open('document-key', key, `${of.document}:${of.owner}`)!;
    const moved = keys.seal('document-key', dataKey, `${of.document}:${of.owner}`);
    assert.deepEqual(openDocument(new Keys(NEW), { key: moved, body }, of), document);
    assert.equal(openDocument(new Keys(NEW), { key, body }, of), null);
  });

  it('is gone for good when its key is erased, and altered bytes are refused', () => {
    const sealed = sealDocument(keys, PLAIN, of);
    assert.equal(openDocument(keys, { key: null, body: sealed.body }, of), null);
    sealed.body[sealed.body.length - 1]! ^= 1;
    assert.equal(openDocument(keys, sealed, of), null);
  });
});
