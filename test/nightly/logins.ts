import assert from 'node:assert/strict';
import { request } from 'node:http';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { SAML } from '@node-saml/node-saml';
import { load } from 'cheerio';
import { SpidProviders } from '#src/auth/index.js';
import { testApp, type TestApp } from '../support/app.ts';
import * as build from '../support/saml/builder.ts';
import { testKeys, type TestKeys } from '../support/saml/keys.ts';

// 1,000 logins one after the other: memory stays flat (5 %), and the assertion consumer's p95 stays under five times
// a bare node-saml verification of the same response in the same run. `npm test -- test/nightly/logins.ts`.
const LOGINS = Number(process.env.LOGINS ?? 1000);
const WARM_UP = 300;
const IDP = 'https://idp.example/metadata';
const ACS = 'http://localhost:3000/spid/acs';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

const [portal, keys] = await Promise.all([testApp(), testKeys('provider')]);
try {
  portal.app.get(SpidProviders).add(metadata(keys));
  const bare = new SAML({
    idpCert: keys.certificate,
    issuer: 'http://localhost:3000',
    callbackUrl: ACS,
    audience: 'http://localhost:3000',
    wantAuthnResponseSigned: false,
    wantAssertionsSigned: true,
    acceptedClockSkewMs: -1,
  });
  for (let index = 0; index < WARM_UP; index++) await login(portal, keys, bare, `w${index}`);
  const before = settledHeap();
  const own: number[] = [];
  const theirs: number[] = [];
  for (let index = 0; index < LOGINS; index++) {
    const times = await login(portal, keys, bare, String(index));
    own.push(times.consumer);
    theirs.push(times.bare);
  }
  const after = settledHeap();
  const growth = (after - before) / before;
  const [p95, bareP95] = [percentile(own, 95), percentile(theirs, 95)];
  console.log(
    `${LOGINS} logins: consumer p50 ${percentile(own, 50).toFixed(1)} ms, p95 ${p95.toFixed(1)} ms; bare node-saml p50 ${percentile(theirs, 50).toFixed(1)} ms, p95 ${bareP95.toFixed(1)} ms; ratio ${(p95 / bareP95).toFixed(2)}; heap ${(before / 1e6).toFixed(1)} → ${(after / 1e6).toFixed(1)} MB (${(growth * 100).toFixed(1)} %)`,
  );
  const rows = await portal.db.query<{ n: number }>(
    `SELECT count(*)::int AS n FROM saml_exchange WHERE outcome = 'identified'`,
  );
  assert.equal(rows[0]?.n, LOGINS + WARM_UP, 'every login did happen');
  assert.ok(growth < 0.05, `the heap grew by ${(growth * 100).toFixed(1)} %`);
  assert.ok(p95 < 5 * bareP95, `p95 ${p95} ms against ${bareP95} ms`);
} finally {
  await portal.close();
}

async function login(
  app: TestApp,
  pair: TestKeys,
  bare: SAML,
  unique: string,
): Promise<{ consumer: number; bare: number }> {
  const start = await send(app, `/spid/accedi?idp=${encodeURIComponent(IDP)}`, null, '');
  const packedRequest = load(start.text)('input[name="SAMLRequest"]').attr('value') ?? '';
  const requestId = / ID="([^"]+)"/.exec(Buffer.from(packedRequest, 'base64').toString())?.[1] ?? '';
  const xml = build.response({
    keys: pair,
    requestId,
    level: 2,
    issuer: IDP,
    now: app.clock.now().toString(),
    acs: ACS,
    audience: 'http://localhost:3000',
    responseId: `_r${unique}`,
    assertionId: `_a${unique}`,
  });
  const packed = build.packed(xml);
  const verified = performance.now();
  await bare.validatePostResponseAsync({ SAMLResponse: packed });
  const handed = performance.now();
  const page = await send(app, '/spid/acs', `SAMLResponse=${encodeURIComponent(packed)}`, `spid-sviluppo=${requestId}`);
  const consumer = performance.now() - handed;
  assert.equal(page.status, 303, page.text);
  return { consumer, bare: handed - verified };
}

function send(
  app: TestApp,
  path: string,
  body: string | null,
  cookie: string,
): Promise<{ status: number; text: string }> {
  return new Promise((done, fail) => {
    const headers: Record<string, string> = cookie ? { Cookie: cookie } : {};
    if (body !== null) headers['Content-Type'] = 'application/x-www-form-urlencoded';
    const sent = request(
      new URL(path, app.url),
      { method: body === null ? 'GET' : 'POST', headers, agent: false },
      (res) => {
        let text = '';
        res.setEncoding('utf8');
        res.on('data', (part: string) => (text += part));
        res.on('end', () => done({ status: res.statusCode ?? 0, text }));
      },
    );
    sent.on('error', fail);
    sent.end(body ?? undefined);
  });
}

function settledHeap(): number {
  collect();
  collect();
  return process.memoryUsage().heapUsed;
}

function percentile(values: readonly number[], share: number): number {
  return values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.floor((values.length * share) / 100))] ?? 0;
}

function metadata({ certificate }: TestKeys): string {
  const body = certificate.replace(/-----[A-Z ]+-----|\s+/g, '');
  return (
    `<md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" xmlns:ds="http://www.w3.org/2000/09/xmldsig#" entityID="${IDP}"><md:IDPSSODescriptor>` +
    `<md:KeyDescriptor use="signing"><ds:KeyInfo><ds:X509Data><ds:X509Certificate>${body}</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor>` +
    `<md:SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST" Location="https://idp.example/sso"/></md:IDPSSODescriptor></md:EntityDescriptor>`
  );
}
