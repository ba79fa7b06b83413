import 'reflect-metadata';
import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { load } from 'cheerio';
import { CnsTrust } from '#src/auth/index.js';
import { createLog } from '#src/common/log.js';
import { Config } from '#src/config.js';
import { devAuthority, pkcs12 } from '#src/dev/cns/index.js';
import { PEOPLE } from '#src/dev/people.js';
import { makeCard } from '../../../scripts/commands/dev-cns-card.ts';
import { NOW } from '../../support/app.ts';
import * as make from './cards.ts';
import { cnsPortal, entrance, present, temporaryFolder, wayBack } from './journey.ts';

const now = Temporal.Instant.from(NOW);

describe('sample cards', () => {
  it('let every demonstration person in, from the file that browsers import', async () => {
    const authority = await devAuthority(null, now);
    const portal = await cnsPortal([]);
    portal.app.get(CnsTrust).add(authority.certificate);
    for (const person of PEOPLE) {
      const card = await authority.issueCard(person, now);
      const pfx = pkcs12(card, authority.certificate, `CNS di prova: ${person.name}`, 'prova');
      const browser = portal.browser();
      const answer = await present(await entrance(browser), null, { pfx, passphrase: 'prova' });
      assert.equal(answer.status, 303, answer.text);
      await browser.get(wayBack(answer)).expect(303);
      assert.match((await browser.get('/bacheca')).text, new RegExp(`${person.name} ${person.familyName}`));
    }
    await portal.close();
  });

  it('are sealed with their password', async () => {
    const authority = await devAuthority(null, now);
    const pfx = pkcs12(await authority.issueCard(PEOPLE[0]!, now), authority.certificate, 'x', 'prova');
    const portal = await cnsPortal([]);
    const address = await entrance(portal.browser());
    await assert.rejects(async () => present(address, null, { pfx, passphrase: 'altra' }), /mac verify failure/);
    await portal.close();
  });

  it('are written by the command, by an authority made once', async () => {
    const folder = temporaryFolder();
    const before = process.env.DATA_DIR;
    process.env.DATA_DIR = folder;
    const said: string[] = [];
    try {
      assert.equal(await makeCard('maria', (text) => said.push(text)), 0);
      const authority = readFileSync(join(folder, 'keys', 'carte-di-prova.json'), 'utf8');
      assert.equal(await makeCard('luca', (text) => said.push(text)), 0);
      assert.equal(readFileSync(join(folder, 'keys', 'carte-di-prova.json'), 'utf8'), authority);
      assert.equal(await makeCard('nessuno', (text) => said.push(text)), 2);
    } finally {
      if (before === undefined) delete process.env.DATA_DIR;
      else process.env.DATA_DIR = before;
    }
    assert.ok(existsSync(join(folder, 'cards', 'maria.p12')) && existsSync(join(folder, 'cards', 'luca.pem')));
    assert.match(said.join('\n'), /Carta di prova di Maria Rossi/);
  });
});

describe('the way in on /accedi', () => {
  it('is a card with a button that leads to /cns/accedi, and keeps where one was going', async () => {
    const portal = await cnsPortal([]);
    const $ = load((await portal.browser().get('/accedi?ritorno=/dati')).text);
    const form = $('form[action="/cns/accedi"]');
    assert.equal(form.length, 1);
    assert.equal(form.find('input[name="ritorno"]').attr('value'), '/dati');
    assert.match(form.find('button').text(), /Entra con CNS/);
    await portal.close();
  });

  it('says so when no card can be taken, and is absent where cards are not offered', async () => {
    const without = await cnsPortal([], { env: { NO_DEVELOPMENT_DOUBLES: '1' } });
    assert.equal(load((await without.browser().get('/accedi')).text)('form[action="/cns/accedi"]').length, 0);
    const page = await without.browser().get('/cns/accedi').expect(503);
    assert.match(page.text, /Ora non si può entrare con la carta/);
    await without.close();
  });
});

describe('the settings', () => {
  const production = {
    NODE_ENV: 'production',
    BASE_URL: 'https://portale.example',
    DATABASE_WEB_URL: 'postgres://x/y',
    DATABASE_WORKER_URL: 'postgres://x/y',
    SECRET: 'L6NnUo0N4b8gXcVtkq2RyaM9s1ZfJwHdTeYpQv7uKhE',
    SPID_KEY_FILE: '/x',
    SPID_CERTIFICATE_FILE: '/x',
  };
  const refusedFor = (env: Record<string, string>, why: RegExp) => assert.throws(() => new Config(env), why);

  it('open the listener two ports after the portal in development, and none in production', () => {
    const port = (env: Record<string, string>) =>
      new Config({ DATABASE_WEB_URL: 'x', DATABASE_WORKER_URL: 'x', ...env }).cns.port;
    assert.equal(port({ PORT: '3000' }), 3002);
    assert.equal(port({ PORT: '3000', CNS_PORT: '4000' }), 4000);
    assert.equal(port({ PORT: '3000', CNS_PORT: '0' }), null);
    assert.equal(new Config(production).cns.port, null);
  });

  it('stop a production start that lacks keys, an address, or the addresses of the proxy', () => {
    refusedFor({ ...production, CNS_PORT: '8443', CNS_URL: 'https://carta.example' }, /CNS_TLS_KEY_FILE/);
    refusedFor({ ...production, CNS_PORT: '8443', CNS_TLS_KEY_FILE: '/x', CNS_TLS_CERTIFICATE_FILE: '/x' }, /CNS_URL/);
    refusedFor({ ...production, CNS_URL: 'http://carta.example' }, /CNS_URL must be https/);
    refusedFor({ ...production, CNS_PROXY_HEADER: 'x-carta', CNS_URL: 'https://carta.example' }, /CNS_PROXY_ADDRESSES/);
    for (const wrong of ['localhost', '10.0.0.0/33', '10.0.0.0/8/8', '0.0.0.0/x', '*', '0.0.0.0/0', '10.1.2.3,::/0']) {
      refusedFor({ ...behindProxy, CNS_PROXY_ADDRESSES: wrong }, /CNS_PROXY_ADDRESSES/);
    }
  });

  const behindProxy = {
    ...production,
    CNS_PROXY_HEADER: 'x-carta',
    CNS_URL: 'https://carta.example',
    CNS_PROXY_ADDRESSES: '10.1.2.3',
  };
  const ownListener = {
    ...production,
    CNS_PORT: '8443',
    CNS_URL: 'https://carta.example',
    CNS_TLS_KEY_FILE: '/x',
    CNS_TLS_CERTIFICATE_FILE: '/x',
  };

  it('stop a start that takes cards without revocation lists, unless that is said aloud', () => {
    for (const [how, env] of Object.entries({ behindProxy, ownListener, unsaid: { ...ownListener, NODE_ENV: '' } })) {
      refusedFor(env, /CNS_CRL_DIR is needed.*CNS_WITHOUT_REVOCATION/);
      for (const CNS_WITHOUT_REVOCATION of ['', '0', 'no'])
        refusedFor({ ...env, CNS_WITHOUT_REVOCATION }, /CNS_CRL_DIR/);
      assert.equal(new Config({ ...env, CNS_WITHOUT_REVOCATION: '1' }).cns.revocationDir, null, how);
      assert.equal(new Config({ ...env, CNS_CRL_DIR: '/crl' }).cns.revocationDir, '/crl', how);
    }
    assert.equal(new Config(production).cns.revocationDir, null, 'who takes no cards needs no lists');
  });

  it('never let development cards into production', async () => {
    const file = join(temporaryFolder(), 'autorita.pem');
    const authority = await devAuthority(null, now);
    const trust = () => new CnsTrust(new Config({ ...production, CNS_TRUST_LIST_FILE: file }), createLog('silent'));
    writeFileSync(file, make.chain(await make.authority()));
    assert.equal(trust().authorities.length, 1);
    assert.throws(() => trust().add(authority.certificate), /refused in production/);
    writeFileSync(file, `${authority.certificate}\n${(await make.authority()).certificate}`);
    assert.throws(trust, /refused in production/);
  });
});
