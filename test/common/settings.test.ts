import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { describe, it } from 'node:test';
import { Config } from '#src/config.js';
import { TEST_SECRET } from '../support/process.ts';

const good = () => randomBytes(32).toString('base64url');
const LOCAL = { DATABASE_WEB_URL: 'postgres://x/y', DATABASE_WORKER_URL: 'postgres://x/y' };
const PRODUCTION = {
  ...LOCAL,
  NODE_ENV: 'production',
  BASE_URL: 'https://portale.ente.example',
  SECRET: good(),
  SPID_KEY_FILE: '/k',
  SPID_CERTIFICATE_FILE: '/c',
};
const SMS = { SMS_URL: 'https://sms.example/', SMS_SENDER: 'INPS', SMS_TOKEN: good(), SMS_REPORT_KEY: good() };
const MAIL = { SMTP_URL: 'smtps://posta.ente.example', MAIL_FROM: 'noreply@ente.example', MAIL_BOUNCE_KEY: good() };
const STAFF = { OIDC_ISSUER: 'https://ente.example', OIDC_CLIENT_ID: 'portale', OIDC_CLIENT_SECRET: good() };

/** What a start with these settings has to mend, a line each; none when it may start. */
function problems(env: Record<string, string>): string[] {
  try {
    assert.ok(new Config(env));
    return [];
  } catch (error) {
    return (error as Error).message.split('\n').slice(1);
  }
}

/** Where others than this machine may come: in production, and wherever the address or the host says so. */
const EXPOSED: Record<string, Record<string, string>> = {
  'in production': PRODUCTION,
  'when nothing is said and the address is public': { ...LOCAL, BASE_URL: 'https://portale.ente.example' },
  'when NODE_ENV is empty': { ...LOCAL, NODE_ENV: '', BASE_URL: 'http://portale.ente.example' },
  'in development under a public address': {
    ...LOCAL,
    NODE_ENV: 'development',
    BASE_URL: 'https://prova.ente.example',
  },
  'at an address of the house network': { ...LOCAL, BASE_URL: 'http://192.168.1.20:3000' },
  'at every address of the machine': { ...LOCAL, BASE_URL: 'http://0.0.0.0:3000' },
  'under the name of another host that begins alike': { ...LOCAL, BASE_URL: 'http://localhost.ente.example' },
  'when it listens on every address': { ...LOCAL, HOST: '0.0.0.0' },
  'when it listens on every address (IPv6)': { ...LOCAL, HOST: '::' },
  'with NODE_ENV=test on a port that was named': {
    ...LOCAL,
    NODE_ENV: 'test',
    BASE_URL: 'https://portale.ente.example',
  },
};

const NO_SECRETS: Record<string, string> = {
  'the published one': 'development-only-secret-development-only',
  'the published key': 'development-only-key-development-only-key',
  'the published one in capitals': 'DEVELOPMENT-ONLY-SECRET-DEVELOPMENT-ONLY',
  'the published one and more': 'development-only-secret-development-only-2026',
  'the one of the tests': TEST_SECRET,
  'one of the benchmark': 'secret-of-the-benchmark-and-of-nothing-else',
  '40 equal letters': 'x'.repeat(40),
  '40 equal letters and another': `${'x'.repeat(40)}y`,
  'two letters': 'xY'.repeat(20),
  'a word again and again': 'changeme'.repeat(6),
  'a phrase twice': 'un-segreto-abbastanza-'.repeat(2),
  'a word with a number that grows': 'segreto1segreto2segreto3segreto4segreto5',
  'the alphabet': 'abcdefghijklmnopqrstuvwxyz0123456789ABCD',
  'digits in order': '1234567890'.repeat(4),
};

describe('a secret', () => {
  for (const [where, env] of Object.entries(EXPOSED)) {
    it(`is asked for ${where}, and refused when everybody knows or guesses it`, () => {
      assert.deepEqual(problems({ ...env, SECRET: '' }), ['- SECRET is missing']);
      for (const [what, SECRET] of Object.entries(NO_SECRETS)) {
        const [line = '', ...more] = problems({ ...env, SECRET });
        assert.match(line, /^- SECRET (is published|can be guessed)/, what);
        assert.deepEqual(more, []);
        assert.ok(!line.includes(SECRET), 'a secret is never printed');
      }
      assert.deepEqual(problems({ ...env, SECRET: good() }), []);
    });
  }

  for (const name of ['SECRET_PREVIOUS', 'SMS_TOKEN', 'SMS_REPORT_KEY', 'MAIL_BOUNCE_KEY', 'OIDC_CLIENT_SECRET']) {
    it(`is judged wherever one is set: ${name}`, () => {
      const env = { ...PRODUCTION, ...SMS, ...MAIL, ...STAFF };
      assert.deepEqual(problems(env), []);
      for (const [what, value] of Object.entries(NO_SECRETS)) {
        const found = problems({ ...env, [name]: value });
        assert.equal(found.length, 1, `${what}: ${found.join()}`);
        assert.match(found[0]!, new RegExp(`^- ${name} (is published|can be guessed)`), what);
      }
    });
  }

  it('is judged in each place of SECRET_PREVIOUS', () => {
    assert.match(
      problems({ ...PRODUCTION, SECRET_PREVIOUS: `${good()},${'x'.repeat(40)}` }).join(),
      /SECRET_PREVIOUS can/,
    );
  });

  it('of the double of the staff’s sign-in is not for production, nor one that is short', () => {
    for (const OIDC_CLIENT_SECRET of ['segreto-di-prova', 'segreto', 'x'.repeat(20)])
      assert.match(problems({ ...PRODUCTION, ...STAFF, OIDC_CLIENT_SECRET }).join(), /^- OIDC_CLIENT_SECRET /);
  });

  it('is taken in whatever form a machine makes it', () => {
    for (let time = 0; time < 500; time++) {
      for (const form of ['base64url', 'base64', 'hex'] as const)
        assert.deepEqual(problems({ ...PRODUCTION, SECRET: randomBytes(32).toString(form) }), []);
      assert.deepEqual(problems({ ...PRODUCTION, SECRET: randomBytes(20).toString('hex') }), []);
    }
  });

  it('need not be said on this machine alone', () => {
    for (const BASE_URL of ['', 'http://localhost:3000', 'http://127.0.0.1:3000', 'http://[::1]:3000'])
      assert.deepEqual(problems({ ...LOCAL, BASE_URL }), [], BASE_URL);
  });
});

describe('NODE_ENV', () => {
  for (const NODE_ENV of [
    'prod',
    'staging',
    'Production',
    'PRODUCTION',
    'production ',
    'live',
    'dev',
    'tests',
    '1',
    '__proto__',
  ])
    it(`is never taken for development: ${JSON.stringify(NODE_ENV)}`, () => {
      const expected = ['- NODE_ENV must be one of development, production, test'];
      assert.deepEqual(problems({ ...LOCAL, NODE_ENV }), expected);
      assert.deepEqual(problems({ ...PRODUCTION, NODE_ENV }), expected);
    });

  it('test lends no identity to anybody at a public address', () => {
    const env = { ...LOCAL, NODE_ENV: 'test', BASE_URL: 'https://portale.ente.example', SECRET: good() };
    assert.equal(new Config(env).development, null);
    assert.ok(new Config({ ...env, PORT: '0' }).development, 'on any free port it is a test');
  });
});

describe('addresses that are believed', () => {
  const CARDS = {
    ...PRODUCTION,
    CNS_PROXY_HEADER: 'x-carta',
    CNS_URL: 'https://carta.example',
    CNS_CRL_DIR: '/crl',
    CNS_PROXY_ADDRESSES: '10.1.2.3',
  };
  const TOO_WIDE = [
    ['0.0.0.0/0', '::/0', '0.0.0.0/1', '128.0.0.0/1', '0.0.0.0/1,128.0.0.0/1', '10.0.0.0/0', '10.0.0.0/7', '8.0.0.0/8'],
    [
      '172.0.0.0/8',
      '2000::/3',
      '::/1',
      '8000::/1',
      '2001::/16',
      '::ffff:0:0/96',
      '::ffff:0.0.0.0/96',
      '::/64',
      'f000::/4',
    ],
  ].flat();
  const NONE = ['*', 'true', 'all', 'any', '1', '0.0.0.0/0.0.0.0', '10.0.0.0/255.0.0.0', '10.0.0.0/', '10.0.0.0/-1'];
  const GOOD = ['10.0.0.7', '10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '127.0.0.0/8', '203.0.113.0/24', '::1'];
  const MORE_GOOD = ['2001:db8::/32', 'fd00::/8', 'fc00::/7', '2001:db8::7', '100.64.0.0/10', '::ffff:10.0.0.7/128'];

  for (const name of ['CNS_PROXY_ADDRESSES', 'TRUST_PROXY'])
    it(`are some, never everybody: ${name}`, () => {
      for (const value of TOO_WIDE) {
        assert.match(problems({ ...CARDS, [name]: value }).join(), new RegExp(`^- ${name} must not hold`), value);
        assert.match(
          problems({ ...CARDS, [name]: `10.1.2.3, ${value}` }).join(),
          new RegExp(`${name} must not`),
          value,
        );
      }
      for (const value of NONE)
        assert.match(problems({ ...CARDS, [name]: value }).join(), new RegExp(`^- ${name} must be addresses`), value);
      for (const value of [...GOOD, ...MORE_GOOD]) assert.deepEqual(problems({ ...CARDS, [name]: value }), [], value);
    });

  it('have names in TRUST_PROXY alone', () => {
    for (const value of ['loopback', 'linklocal', 'uniquelocal', 'loopback,10.0.0.0/8']) {
      assert.deepEqual(problems({ ...CARDS, TRUST_PROXY: value }), [], value);
      assert.match(problems({ ...CARDS, CNS_PROXY_ADDRESSES: value }).join(), /CNS_PROXY_ADDRESSES must be/, value);
    }
  });

  it('are looked at in development too', () => {
    assert.match(problems({ ...LOCAL, TRUST_PROXY: '0.0.0.0/0' }).join(), /TRUST_PROXY must not hold/);
  });
});
