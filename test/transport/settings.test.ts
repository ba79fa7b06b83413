import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, it } from 'node:test';
import { Config } from '#src/config.js';

const secret = (purpose: string) => createHash('sha256').update(purpose).digest('base64url');
const PRODUCTION = {
  NODE_ENV: 'production',
  ROLE: 'worker',
  BASE_URL: 'https://portale.ente.example',
  DATABASE_WORKER_URL: 'postgres://x',
  SECRET: secret('main'),
  SPID_KEY_FILE: '/k',
  SPID_CERTIFICATE_FILE: '/c',
};
const MAIL = { SMTP_URL: 'smtps://utente:parola@posta.ente.example', MAIL_FROM: 'noreply@ente.example' };
const SMS = {
  SMS_URL: 'https://sms.example/v1',
  SMS_TOKEN: secret('token'),
  SMS_SENDER: 'INPS',
  SMS_REPORT_KEY: secret('reports'),
};
const problems = (env: Record<string, string>): string => {
  try {
    assert.ok(new Config({ ...PRODUCTION, ...env }));
    return '';
  } catch (error) {
    return (error as Error).message;
  }
};

describe('the settings of mail and SMS', () => {
  it('are off in production when nothing is said: no catcher, no default', () => {
    const { mail, sms, development } = new Config(PRODUCTION);
    assert.deepEqual([mail, sms, development], [null, null, null]);
  });

  it('are the catchers’ in development, on the ports after the others', () => {
    const { mail, sms } = new Config({ PORT: '4000', DATABASE_WEB_URL: 'x', DATABASE_WORKER_URL: 'x' });
    assert.deepEqual([mail?.url.href, sms?.url.href], ['smtp://127.0.0.1:4004', 'http://127.0.0.1:4005/']);
    const keys = [mail?.bounceKey, sms?.token, sms?.reportKey];
    assert.ok(new Set(keys).size === 3 && keys.every((key) => key && key.length >= 40), 'and no key is published');
    const elsewhere = new Config({ DATABASE_WEB_URL: 'x', DATABASE_WORKER_URL: 'x', SECRET: secret('another') });
    assert.ok(!keys.includes(elsewhere.mail?.bounceKey));
  });

  it('ask for encryption in production, whatever the address says', () => {
    const { mail, sms } = new Config({ ...PRODUCTION, ...MAIL, ...SMS });
    assert.deepEqual(
      [mail?.requireTls, mail?.returnTo, mail?.bounceKey, sms?.sender],
      [true, 'noreply@ente.example', null, 'INPS'],
    );
    assert.match(problems({ ...SMS, SMS_URL: 'http://sms.example' }), /SMS_URL must be https/);
    assert.match(problems({ ...MAIL, SMTP_URL: 'http://posta.example' }), /SMTP_URL must be smtp/);
  });

  const wrong: [Record<string, string>, RegExp][] = [
    [{ SMTP_URL: MAIL.SMTP_URL }, /MAIL_FROM is missing/],
    [{ ...MAIL, MAIL_FROM: 'Portale <a@b.example>' }, /MAIL_FROM must be an e-mail address/],
    [{ ...MAIL, MAIL_RETURN: 'a@b.example\r\nX: y' }, /MAIL_RETURN must be an e-mail address/],
    [{ ...MAIL, MAIL_RETURN: 'un-nome-troppo-lungo@b.example' }, /MAIL_RETURN must have at most 14/],
    [{ ...MAIL, MAIL_BOUNCE_KEY: 'corta' }, /MAIL_BOUNCE_KEY must have at least 40/],
    [{ SMS_URL: SMS.SMS_URL }, /SMS_SENDER is missing[\s\S]*SMS_TOKEN is missing[\s\S]*SMS_REPORT_KEY is missing/],
    [{ ...SMS, SMS_SENDER: 'un mittente troppo lungo' }, /SMS_SENDER must be/],
  ];
  for (const [env, expected] of wrong)
    it(`stop the start: ${expected.source}`, () => assert.match(problems(env), expected));
});
