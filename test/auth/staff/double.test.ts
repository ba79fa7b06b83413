import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { load } from 'cheerio';
import { startDevOidc, type DevOidc } from '#src/dev/oidc/oidc.js';
import { FixedClock, NOW, testApp, type TestApp } from '../../support/app.ts';
import { TextBrowser } from '../../support/text-browser.ts';

describe('the development sign-in of the staff, in a browser without JavaScript', () => {
  let portal: TestApp;
  before(async () => {
    portal = await testApp();
  });
  after(() => portal.close());

  const browser = () => new TextBrowser({ from: 'http://localhost:3000', to: portal.url });

  for (const [name, office, role] of [
    ['Elena Conti', 'AG-058091', 'Operatore di sede'],
    ['Davide Ferrari', 'Nessuna in particolare', 'Redattore'],
    ['Chiara Romano', 'Nessuna in particolare', 'Analista'],
    ['Sara Marino', 'Nessuna in particolare', 'Amministratore'],
  ] as const) {
    it(`lets ${name} in and out, from the link on /accedi`, async () => {
      const person = browser();
      await person.open('/accedi');
      await person.follow('Personale dell’istituto');
      await person.follow('Entra con le credenziali dell’istituto');
      assert.match(person.title, /Chi sei nell’istituto/);
      assert.notEqual(new URL(person.address).hostname, 'localhost', 'another site than the portal');
      await person.submit(`Entra come ${name}`);
      assert.match(person.text, new RegExp(`Buon lavoro, ${name}.*${office}.*${role}`));
      await person.submit('Esci');
      await person.open('/operatore');
      assert.match(person.title, /Accesso del personale/);
    });
  }

  it('has the office of Roma in the sample network', async () => {
    assert.equal(
      (await portal.db.query(`SELECT 1 FROM office WHERE id = 'AG-058091' AND comune_istat = '058091'`)).length,
      1,
    );
  });

  it('shows the pages of who has no role and of who says no', async () => {
    for (const [choice, title] of [
      ['Marta Greco', /Il tuo profilo non basta/],
      ['Annulla', /Accesso non riuscito/],
    ] as const) {
      const person = browser();
      await person.open('/operatore/accedi');
      await person.follow('Entra con le credenziali dell’istituto');
      await person.submit(choice);
      assert.equal(person.status, 403);
      assert.match(person.title, title);
    }
  });

  it('is not there when the doubles are off: the page says so', async () => {
    const without = await testApp({ db: portal.db, env: { NO_DEVELOPMENT_DOUBLES: '1' } });
    try {
      assert.match((await without.browser().get('/operatore/accedi').expect(200)).text, /non è configurato/);
      await without.browser().get('/operatore/accedi/avvio').expect(503);
    } finally {
      await without.close();
    }
  });
});

describe('the double as a provider', () => {
  const client = { id: 'c', secret: 's', redirectUri: 'http://localhost:3000/operatore/rientro' };
  const verifier = randomBytes(32).toString('base64url');
  const clock = new FixedClock(Temporal.Instant.from(NOW));
  const good = {
    client_id: 'c',
    redirect_uri: client.redirectUri,
    response_type: 'code',
    scope: 'openid profile',
    state: 's'.repeat(20),
    nonce: 'n'.repeat(20),
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
  };
  let double: DevOidc;
  before(async () => {
    double = await startDevOidc({ port: 0, host: '127.0.0.1', client, clock });
  });
  after(() => double.close());

  const ask = (changes: Record<string, string>) =>
    fetch(`${double.issuer}/autorizza?${new URLSearchParams({ ...good, ...changes })}`, { redirect: 'manual' });
  const exchange = (fields: Record<string, string>, secret = 's') =>
    fetch(`${double.issuer}/token`, {
      method: 'POST',
      headers: { Authorization: `Basic ${Buffer.from(`c:${secret}`).toString('base64')}` },
      body: new URLSearchParams({
        grant_type: 'authorization_code',
        redirect_uri: client.redirectUri,
        code_verifier: verifier,
        ...fields,
      }),
    });

  async function code(): Promise<string> {
    const richiesta = load(await (await ask({})).text())('input[name=richiesta]')
      .first()
      .attr('value')!;
    const answer = await fetch(`${double.issuer}/scelta`, {
      method: 'POST',
      redirect: 'manual',
      body: new URLSearchParams({ richiesta, persona: 'operatrice' }),
    });
    const back = new URL(answer.headers.get('location')!);
    assert.equal(back.searchParams.get('iss'), double.issuer);
    assert.equal(back.searchParams.get('state'), good.state);
    return back.searchParams.get('code')!;
  }

  it('refuses a wrong request on its own page, without a redirect', async () => {
    assert.equal((await ask({})).status, 200);
    const wrongs: Record<string, string>[] = [
      { redirect_uri: 'https://evil.example/' },
      { redirect_uri: `${client.redirectUri}/x` },
      { client_id: 'altro' },
      { response_type: 'token' },
      { scope: 'profile' },
      { code_challenge_method: 'plain' },
      { code_challenge: '' },
      { state: '' },
      { nonce: '' },
    ];
    for (const wrong of wrongs) {
      const answer = await ask(wrong);
      assert.equal(answer.status, 400, JSON.stringify(wrong));
      assert.equal(answer.headers.get('location'), null);
    }
  });

  it('gives tokens for a code once', async () => {
    const once = await code();
    const first = await exchange({ code: once });
    assert.equal(first.status, 200);
    assert.match(((await first.json()) as { id_token: string }).id_token, /^[\w-]+\.[\w-]+\.[\w-]+$/);
    assert.deepEqual(await (await exchange({ code: once })).json(), { error: 'invalid_grant' });
  });

  it('refuses a wrong verifier, secret or redirect_uri, and a code that is over', async () => {
    const wrongs: Record<string, string>[] = [
      { code_verifier: 'x'.repeat(43) },
      { code_verifier: '' },
      { redirect_uri: 'https://evil.example/' },
    ];
    for (const wrong of wrongs) {
      const answer = await exchange({ code: await code(), ...wrong });
      assert.equal(answer.status, 400, JSON.stringify(wrong));
      assert.deepEqual(await answer.json(), { error: 'invalid_grant' });
    }
    assert.equal((await exchange({ code: await code() }, 'altro')).status, 401);
    const late = await code();
    clock.move({ minutes: 2 });
    assert.equal((await exchange({ code: late })).status, 400);
  });
});
