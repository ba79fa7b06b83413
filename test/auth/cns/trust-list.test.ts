import 'reflect-metadata';
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import { takeTrustList } from '../../../scripts/commands/cns-trust-list.ts';
import * as make from './cards.ts';
import { temporaryFolder } from './journey.ts';
import * as lists from './trust-lists.ts';
import { IDV, service, STATUS } from './trust-lists.ts';

const NOW = Temporal.Instant.from('2026-04-01T07:00:00Z');
let signer: make.Authority;
let regione: make.Authority;
let other: make.Authority;
before(async () => {
  signer = await make.authority({ name: 'Firma elenco', algorithm: 'rsa' });
  regione = await make.authority({ name: 'CNS Regione' });
  other = await make.authority({ name: 'Altra' });
});

const list = (options: Partial<lists.ListOptions> = {}) =>
  lists.list({ services: [service({ name: 'CNS Regione', by: regione })], ...options });

const signed = (xml: string, by: make.Keys = signer, options?: lists.SignOptions) => lists.signed(xml, by, options);

interface Taken {
  code: number;
  said: string;
  bundle: string | null;
}

async function take(xml: string | Buffer, by: make.Keys[] = [signer], now = NOW): Promise<Taken> {
  const folder = temporaryFolder();
  const [file, pem, out] = ['elenco.xml', 'firma.pem', 'out/autorita.pem'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  writeFileSync(file, xml);
  writeFileSync(pem, make.chain(...by));
  const lines: string[] = [];
  const code = await takeTrustList({ file, signer: pem, out, now }, (text) => lines.push(text));
  if (existsSync(out))
    assert.deepEqual(readdirSync(join(folder, 'out')), ['autorita.pem'], 'no half-written file is left');
  return { code, said: lines.join('\n'), bundle: existsSync(out) ? readFileSync(out, 'utf8') : null };
}

async function refused(xml: string | Buffer, why: RegExp, by?: make.Keys[]): Promise<void> {
  const taken = await take(xml, by);
  assert.equal(taken.code, 1);
  assert.match(taken.said, why);
  assert.equal(taken.bundle, null);
}

describe('a signed list', () => {
  it('gives a bundle of its authorities, and a report', async () => {
    const taken = await take(signed(list()));
    assert.equal(taken.code, 0, taken.said);
    assert.ok(taken.bundle?.includes(regione.certificate.trim()));
    assert.match(taken.bundle!, /^# IT 123/);
    assert.match(taken.said, /presa {5}CNS Regione \(fino al 2030-01-01\)/);
  });

  it('may be signed by its id, by either of two signers, or with a longer hash', async () => {
    const sha512 = {
      signature: 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha512',
      digest: 'http://www.w3.org/2001/04/xmlenc#sha512',
    };
    assert.equal((await take(signed(list(), signer, { uri: true }))).code, 0);
    assert.equal((await take(signed(list(), signer, sha512))).code, 0);
    const second = await make.authority({ name: 'Seconda firma', algorithm: 'rsa' });
    assert.equal((await take(signed(list(), second), [signer, second])).code, 0);
  });

  it('gives only services of type IdV that are granted now', async () => {
    const history = `<ServiceHistory><ServiceHistoryInstance><ServiceTypeIdentifier>${IDV}</ServiceTypeIdentifier></ServiceHistoryInstance></ServiceHistory>`;
    const services = [
      service({ name: 'CNS Regione', by: regione }),
      service({ name: 'Firma qualificata', by: other, type: 'http://uri.etsi.org/TrstSvc/Svctype/CA/QC', history }),
      service({ name: 'Revocata', by: other, status: `${STATUS}/withdrawn` }),
      service({ name: 'Futura', by: other, since: '2027-01-01T00:00:00Z' }),
      service({ name: 'Scaduta', by: await make.authority({ name: 'Vecchia', to: '2025-06-01' }) }),
      service({ name: 'Non autorità', by: await make.authority({ name: 'Foglia', ca: false }) }),
      service({ name: 'CNS Regione, di nuovo', by: regione }),
    ];
    const taken = await take(signed(list({ services })));
    assert.equal(taken.code, 0);
    assert.equal(taken.bundle!.match(/BEGIN CERTIFICATE/g)?.length, 1);
    for (const name of [
      'Revocata: non in vigore',
      'Futura: non in vigore',
      'Scaduta: certificato scaduto',
      'Non autorità: il certificato non è',
    ]) {
      assert.match(taken.said, new RegExp(`lasciata {2}${name}`));
    }
    assert.doesNotMatch(taken.said, /Firma qualificata/);
  });

  it('cannot write a certificate of its own with a name', async () => {
    const name = `X&#10;-----BEGIN CERTIFICATE-----&#10;${Buffer.from(other.cert.rawData).toString('base64')}&#10;-----END CERTIFICATE-----`;
    const taken = await take(signed(list({ services: [service({ name, by: regione })] })));
    assert.equal(taken.code, 0);
    assert.equal(taken.bundle!.match(/^-----BEGIN/gm)?.length, 1);
    assert.doesNotMatch(taken.bundle!, /#.*-----BEGIN/);
  });
});

describe('a list is refused, and nothing is written', () => {
  it('without a signature', () => refused(list(), /non è firmato/));

  it('signed by somebody else, even with their certificate inside', async () => {
    const rogue = await make.authority({ name: 'Firma elenco', algorithm: 'rsa' });
    await refused(signed(list(), rogue), /La firma dell’elenco non è valida/);
  });

  it('changed after it was signed', async () => {
    const xml = signed(
      list({
        services: [
          service({ name: 'A', by: regione }),
          service({ name: 'B', by: other, status: `${STATUS}/withdrawn` }),
        ],
      }),
    );
    await refused(xml.replace('/withdrawn', '/granted'), /La firma dell’elenco non è valida/);
  });

  it('of which only a part is signed', async () => {
    const xml = signed(list(), signer, { xpath: "//*[local-name(.)='SchemeInformation']", uri: true });
    await refused(xml, /La firma dell’elenco non è valida/);
  });

  it('that wraps a signed one', async () => {
    const genuine = signed(list(), signer, { uri: true });
    const inner = genuine.replace(/<\?xml.*?\?>/, '');
    const signature = /<ds:Signature.*<\/ds:Signature>/s.exec(inner)![0];
    const evil = list({ services: [service({ name: 'Rogue', by: other })] })
      .replace('Id="elenco"', 'Id="altro"')
      .replace('</TrustServiceStatusList>', `${inner.replace(signature, '')}${signature}</TrustServiceStatusList>`);
    const taken = await take(evil);
    assert.ok(!taken.bundle?.includes(other.certificate.trim()), 'what is taken is what was signed');
  });

  it('signed with SHA-1', async () => {
    const weak = {
      signature: 'http://www.w3.org/2000/09/xmldsig#rsa-sha1',
      digest: 'http://www.w3.org/2000/09/xmldsig#sha1',
    };
    await refused(signed(list(), signer, weak), /algoritmi non ammessi/);
  });

  it('past its next update, or dated in the future', async () => {
    await refused(signed(list({ next: '2026-04-01T07:00:00Z' })), /L’elenco è vecchio/);
    await refused(signed(list({ issued: '2026-04-02T00:00:00Z' })), /data futura/);
    await refused(signed(list({ next: 'domani' })), /data che non si legge/);
  });

  it('with no service of the right type', async () => {
    await refused(
      signed(list({ services: [service({ name: 'QC', by: regione, type: 'x' })] })),
      /nessun servizio di tipo IdV/,
    );
  });

  it('with a DOCTYPE, entities or CDATA', async () => {
    const xml = signed(list());
    await refused(xml.replace('?>', '?><!DOCTYPE x [<!ENTITY a "b">]>'), /DOCTYPE/);
    await refused(xml.replace('CNS Regione<', '<![CDATA[x]]><'), /DOCTYPE/);
  });

  it('that is no list, no XML, no text', async () => {
    await refused('<a/>', /non è un elenco/);
    await refused('', /XML|elenco/);
    await refused('<a', /XML|elenco/);
    await refused(Buffer.from([0xff, 0xfe, 0x00]), /UTF-8/);
  });

  it('when it is larger than any list', () => refused(Buffer.alloc(31_000_000, 32), /troppo grande/));

  it('when the signer is not known, has expired, or is weak', async () => {
    assert.equal(await takeTrustList({ file: 'x' }, () => {}), 1);
    await refused(signed(list()), /certificato di chi firma/, [
      await make.authority({ name: 'S', algorithm: 'rsa', to: '2026-01-01' }),
    ]);
    const weak = await make.authority({ name: 'S', algorithm: 'rsa-1024' });
    await refused(signed(list(), weak), /certificato di chi firma/, [weak]);
    await refused(signed(list()), /non contiene un certificato PEM/, []);
  });

  it('when a file cannot be read', async () => {
    const said: string[] = [];
    assert.equal(await takeTrustList({ file: '/non/esiste', signer: '/non/esiste' }, (text) => said.push(text)), 1);
    assert.match(said.join(), /non si può leggere/);
  });
});
