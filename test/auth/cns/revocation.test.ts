import 'reflect-metadata';
import assert from 'node:assert/strict';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, beforeEach, describe, it } from 'node:test';
import * as x509 from '@peculiar/x509';
import * as make from './cards.ts';
import { cnsPortal, entrance, present, temporaryFolder, type CnsPortal } from './journey.ts';

const POINT = 'http://crl.example/cns-1.crl';

let portal: CnsPortal;
let trusted: make.Authority;
let folder: string;
let card: make.Authority;
before(async () => {
  folder = temporaryFolder();
  trusted = await make.authority({ name: 'CNS di prova' });
  card = await make.card(trusted, { distributionPoint: POINT });
  portal = await cnsPortal([trusted], { env: { CNS_CRL_DIR: folder } });
});
after(() => portal.close());
beforeEach(() => {
  rmSync(join(folder, 'a.crl'), { force: true });
  rmSync(join(folder, 'b.crl'), { force: true });
  portal.lines();
});

async function outcome(presented: make.Keys = card): Promise<unknown> {
  const answer = await present(await entrance(portal.browser()), presented);
  const [reason] = portal.reasons();
  assert.equal(answer.status, reason === undefined ? 303 : 403);
  return reason ?? 'in';
}

const list = (bytes: Buffer, name = 'a.crl') => writeFileSync(join(folder, name), bytes);

/** IssuingDistributionPoint that names an address, or says that a list is indirect. */
function scope(content: number[] | string): x509.Extension {
  const uri = typeof content === 'string' ? Buffer.from(content) : null;
  const tlv = (tag: number, bytes: Buffer) => Buffer.concat([Buffer.from([tag, bytes.length]), bytes]);
  const inner = uri ? tlv(0xa0, tlv(0xa0, tlv(0x86, uri))) : Buffer.from(content as number[]);
  return new x509.Extension('2.5.29.28', true, Uint8Array.from(tlv(0x30, inner)));
}

describe('with revocation lists', () => {
  it('lets in a card that is not in them', async () => {
    list(await make.revocationList(trusted, { revoked: [await make.card(trusted)] }));
    assert.equal(await outcome(), 'in');
  });

  it('refuses a card that is', async () => {
    list(await make.revocationList(trusted, { revoked: [await make.card(trusted), card] }));
    assert.equal(await outcome(), 'revoked');
    const answer = await present(await entrance(portal.browser()), card);
    assert.match(answer.text, /La tua carta è stata revocata/);
  });

  it('reads PEM lists too', async () => {
    const der = await make.revocationList(trusted, { revoked: [card] });
    list(Buffer.from(new x509.X509Crl(Uint8Array.from(der)).toString('pem')));
    assert.equal(await outcome(), 'revoked');
  });

  it('refuses when there is no list of the authority', async () => {
    list(await make.revocationList(await make.authority({ name: 'Altra' })));
    assert.equal(await outcome(), 'revocation-missing');
  });

  it('refuses when the list is stale, not yet in force, or has no end', async () => {
    list(await make.revocationList(trusted, { from: '2026-03-01T00:00:00Z', to: '2026-04-01T07:00:00Z' }));
    assert.equal(await outcome(), 'revocation-stale');
    list(await make.revocationList(trusted, { from: '2026-04-02T00:00:00Z' }));
    assert.equal(await outcome(), 'revocation-stale');
    list(await make.revocationList(trusted, { to: null }));
    assert.equal(await outcome(), 'revocation-stale');
  });

  it('believes a stale list about who was revoked', async () => {
    list(
      await make.revocationList(trusted, { from: '2026-03-01T00:00:00Z', to: '2026-03-31T00:00:00Z', revoked: [card] }),
    );
    assert.equal(await outcome(), 'revoked');
  });

  it('refuses when somebody else signed the list', async () => {
    list(await make.revocationList(trusted, { signer: await make.authority({ name: 'CNS di prova' }) }));
    assert.equal(await outcome(), 'revocation-unusable');
  });

  it('refuses when the list has a critical extension nobody here understands', async () => {
    list(
      await make.revocationList(trusted, { extensions: [new x509.Extension('1.2.3.4', true, new Uint8Array([5, 0]))] }),
    );
    assert.equal(await outcome(), 'revocation-unusable');
  });

  it('refuses when the file is none', async () => {
    list(Buffer.from('not a list'));
    assert.equal(await outcome(), 'revocation-missing');
  });

  it('takes the part of a list in parts that the card names, and no other', async () => {
    list(await make.revocationList(trusted, { extensions: [scope(POINT)] }));
    assert.equal(await outcome(), 'in');
    list(await make.revocationList(trusted, { extensions: [scope('http://crl.example/cns-2.crl')] }));
    assert.equal(await outcome(), 'revocation-unusable');
    list(await make.revocationList(trusted, { extensions: [scope(POINT)], revoked: [card] }), 'b.crl');
    assert.equal(await outcome(), 'revoked');
  });

  it('does not take indirect lists, nor lists of some reasons or of authorities alone', async () => {
    for (const content of [
      [0x84, 1, 0xff],
      [0x83, 2, 0, 0x40],
      [0x82, 1, 0xff],
    ]) {
      list(await make.revocationList(trusted, { extensions: [scope(content)] }));
      assert.equal(await outcome(), 'revocation-unusable');
    }
  });

  it('does not take a delta list for the whole', async () => {
    list(
      await make.revocationList(trusted, {
        extensions: [new x509.Extension('2.5.29.27', true, new Uint8Array([2, 1, 1]))],
      }),
    );
    assert.equal(await outcome(), 'revocation-missing');
  });

  it('asks about the intermediate authority too', async () => {
    const middle = await make.authority({ name: 'Intermedia', by: trusted });
    const below = await make.card(middle);
    const sent = { key: below.key, certificate: make.chain(below, middle) };
    list(await make.revocationList(middle));
    assert.equal(await outcome(sent), 'revocation-missing');
    list(await make.revocationList(trusted), 'b.crl');
    assert.equal(await outcome(sent), 'in');
    list(await make.revocationList(trusted, { revoked: [middle] }), 'b.crl');
    assert.equal(await outcome(sent), 'revoked');
  });
});
