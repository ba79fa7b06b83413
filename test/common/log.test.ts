import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { beforeEach, describe, it } from 'node:test';
import { createLog, refusals } from '#src/common/log.js';
import { cleanText, type Refusal } from '#src/common/log-scrub.js';
import { Forbidden } from '#src/common/errors.js';
import { Metrics } from '#src/common/metrics.js';

const UUID = '0b1c7a5e-1234-4000-8000-340123456789';
const TOKEN = 'mJ3k9QzX7rT2bN8vL5cW1yH6uP4sD0aF-gE_iOqRtYu';

let lines: string[] = [];
const log = createLog('debug', { write: (written: string) => void lines.push(written) });
beforeEach(() => {
  lines = [];
});

/** The one line that was written, read. */
function line(): Record<string, unknown> {
  assert.equal(lines.length, 1);
  return JSON.parse(lines[0]!) as Record<string, unknown>;
}

describe('a log line', () => {
  it('says when in UTC, where, at which level and what', () => {
    log.info({ route: '/dati', status: 200, subject: UUID }, 'request');
    const { time, host, pid, level, route, status, subject, msg } = line();
    assert.match(String(time), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    assert.ok(typeof host === 'string' && host !== '' && pid === process.pid);
    assert.deepEqual(
      { level, route, status, subject, msg },
      { level: 'info', route: '/dati', status: 200, subject: UUID, msg: 'request' },
    );
  });

  it('leaves out known fields at every depth, in objects and lists, however they are written, and names them', () => {
    log.info(
      {
        email: 'x',
        Fiscal_Code: 'x',
        'Set-Cookie': 'x',
        kept: 1,
        deep: { list: [{ displayName: 'Canarino' }, { address: { street: 'Canarino' } }], ok: true },
        errors: [{ SAMLResponse: 'Canarino' }],
      },
      'x',
    );
    const { refusedFields, kept, deep } = line();
    assert.doesNotMatch(lines[0]!, /Canarino/);
    assert.equal(kept, 1);
    assert.deepEqual(deep, { list: [{}, {}], ok: true });
    assert.deepEqual(refusedFields, [
      'email',
      'Fiscal_Code',
      'Set-Cookie',
      'deep.list.displayName',
      'deep.list.address',
      'errors.SAMLResponse',
    ]);
  });

  const VALUES: readonly (readonly [Refusal, string])[] = [
    ['fiscal-code', 'RSSMRA85M41H501W'],
    ['fiscal-code', 'rssmra85m41h501w'],
    ['fiscal-code', 'RSS MRA 85M41 H501W'],
    ['fiscal-code', 'RSSMRAURM4MHRLMW'],
    ['e-mail', 'maria.rossi+inps@posta.example'],
    ['e-mail', 'maria%40posta.example'],
    ['e-mail', 'müller@bücher.example'],
    ['telephone', '+39 340 123 4567'],
    ['telephone', '00393401234567'],
    ['telephone', '340-1234567'],
    ['telephone', '3401234567'],
    ['telephone', '06 59051234'],
    ['iban', 'IT60X0542811101000000123456'],
    ['iban', 'IT60 X054 2811 1010 0000 0123 456'],
    ['iban', 'DE89370400440532013000'],
    ['token', TOKEN],
    ['token', 'eyJhbGciOiJSUzI1NiIsImtpZCI6IjEifQ'],
    ['token', 'd41d8cd98f00b204e9800998ecf8427e'],
  ];
  for (const [what, value] of VALUES) {
    it(`marks ${what} in any text: ${value}`, () => {
      const before = refusals[what];
      for (const shape of [
        () => log.info({ reason: value }, 'x'),
        () => log.info({ reason: `before ${value}, after` }, 'x'),
        () => log.info({ a: { b: { c: [value, `(${value})`] } } }, 'x'),
        () => log.info(`said ${value} to us`),
        () => log.info({}, `said ${value} to us`),
        () => log.info('said %s to us', value),
        () => log.info('said %o to us', { reason: value }),
        () => log.info({ [value]: 1 }, 'x'),
        () => log.child({ who: value }).info('x'),
        () => log.info({ url: new URL(`https://x.example/?q=${encodeURIComponent(value)}`) }, 'x'),
        () => log.info({ all: new Map([['x', value]]), some: new Set([value]) }, 'x'),
        () => log.info({ at: { toJSON: () => value } }, 'x'),
      ]) {
        lines = [];
        shape();
        assert.ok(!lines[0]!.includes(value), String(lines[0]));
        assert.match(lines[0]!, /\[refused: /);
      }
      assert.ok(refusals[what] >= before + 8);
    });
  }

  it('leaves ids, codes of reasons, routes, instants, addresses of providers and numbers as they are', () => {
    const fields = {
      requestId: `_${UUID}`,
      subject: UUID,
      zeros: '01234567-0123-4567-0123-012345678901',
      route: '/appuntamenti/:id/annullamento',
      reason: 'authentication-context-weaker-than-asked-for',
      provider: 'https://identity.infocert.example/metadata/metadata.xml',
      at: '2026-04-01T07:00:00.123Z',
      until: Temporal.Instant.from('2026-04-01T07:00:00.123456789Z'),
      day: Temporal.PlainDate.from('2026-04-01'),
      ms: 12.5,
      epoch: 1_775_026_800_000,
      big: 3_401_234_567n * 100_000n,
      signal: 'SIGTERM',
      keyId: '0a1b2c3d',
      mac: '4bf5122f344554c53bde2ebb8cd2b7e3d1600ad631c385a5d7cce23c7785459a',
      version: '1.2.3-beta.4',
      file: 'IT-spid-provider-metadata-2026.xml',
      none: null,
      yes: true,
    };
    log.info(fields, 'slot counters differ from their appointments');
    const { time: _t, host: _h, pid: _p, level: _l, msg, ...said } = line();
    assert.deepEqual(said, JSON.parse(JSON.stringify({ ...fields, big: String(fields.big) })));
    assert.equal(msg, 'slot counters differ from their appointments');
  });

  it('stays a line, bounded, whatever it is given', () => {
    const round: Record<string, unknown> = { kept: 1 };
    round.self = round;
    const shapes: unknown[] = [
      round,
      { wide: Array.from({ length: 100_000 }, (_, index) => ({ index })) },
      { long: 'a'.repeat(1_000_000) },
      { bytes: Buffer.from('Canarino'), view: new Uint8Array(3), buffer: new ArrayBuffer(8) },
      { none: undefined, call: () => 'Canarino', symbol: Symbol('Canarino'), nan: NaN },
      Object.create(null) as object,
      { method: 'GET', headers: { cookie: 'Canarino' }, socket: {} },
      [],
    ];
    for (const shape of shapes) {
      lines = [];
      log.info(shape as object, 'x');
      assert.ok(lines[0]!.length < 20_000);
      assert.doesNotMatch(lines[0]!, /Canarino|67,97,110/);
      line();
    }
  });

  it('takes a time in proportion to a text, for texts made to be slow too', () => {
    for (const sign of ['a', '0', '3', 'A1', 'a.', 'a@', '+39 ', 'IT60', '0123456-', '_', '%40']) {
      const steps: string[] = [];
      cleanText(sign.repeat(200_000), () => steps.push(sign));
      // What is beyond 4,000 signs is cut before it is looked at: there is no more work than this.
      assert.ok(steps.length <= 4_000);
    }
    lines = [];
    log.info('a@'.repeat(100_000));
    assert.ok(lines[0]!.length < 5_000);
  });
});

describe('an error in a line', () => {
  function thrown(work: () => unknown): Error {
    try {
      work();
    } catch (error) {
      return error as Error;
    }
    throw new Error('nothing was thrown');
  }

  const errors: readonly (readonly [string, () => Error])[] = [
    ['of a library', () => new Error('550 <canarino@posta.example> Mario Canarino unknown')],
    ['of JSON', () => thrown(() => JSON.parse('Canarino'))],
    ['of a URL', () => thrown(() => new URL('Canarino'))],
    ['of a time', () => thrown(() => Temporal.Instant.from('Canarino'))],
    ['of a number format', () => thrown(() => new Intl.NumberFormat('Canarino-x'))],
    [
      'of PostgreSQL',
      () =>
        Object.assign(new Error('"Canarino"'), {
          code: '23505',
          detail: 'Key (x)=(Canarino)',
          constraint: 'u',
          table: 't',
          where: 'Canarino',
        }),
    ],
    [
      'of the file system',
      () => Object.assign(new Error("open '/Canarino'"), { code: 'ENOENT', syscall: 'open', path: '/Canarino' }),
    ],
    ['with a cause', () => new Error('Canarino', { cause: new Error('Canarino') })],
    ['of many', () => new AggregateError([new Error('Canarino')], 'Canarino')],
    ['whose message looks like its place', () => new Error('x\n    at Canarino (/Canarino.ts:1:1)\nCanarino')],
    ['with data for a code', () => Object.assign(new Error('x'), { code: 'Mario Canarino' })],
  ];
  for (const [name, make] of errors) {
    it(`${name} is reduced to its kind, codes and place`, () => {
      const error = make();
      for (const shape of [
        () => log.error({ err: error }, 'x'),
        () => log.error({ err: error }),
        () => log.error(error),
        () => log.error(error, 'x'),
        () => log.error({ deep: [{ error }] }, 'x'),
      ]) {
        lines = [];
        shape();
        if (name !== 'whose message looks like its place') assert.doesNotMatch(lines[0]!, /[Cc]anarino/);
        assert.match(lines[0]!, new RegExp(`"type":"${error.constructor.name}"`));
        assert.match(lines[0]!, /"stack":"\s+at /);
      }
    });
  }

  it('that is none is told by what kind of thing it is', () => {
    for (const thing of ['Canarino', { message: 'Canarino', status: 500, x: 'Canarino' }, ['Canarino'], null, 7]) {
      lines = [];
      log.error({ err: thing }, 'x');
      assert.doesNotMatch(lines[0]!, /Canarino|7,"msg/);
      assert.match(lines[0]!, /"err":\{"type":"(string|object|number)"\}/);
    }
  });

  it('keeps codes that are codes, and what a cause was', () => {
    const cause = Object.assign(new Error('x'), { code: 'ECONNREFUSED', syscall: 'connect' });
    log.error({ err: new Error('y', { cause }) }, 'x');
    const { err } = line() as { err: { cause: object } };
    assert.deepEqual(
      { ...err.cause, stack: '' },
      { type: 'Error', code: 'ECONNREFUSED', syscall: 'connect', stack: '' },
    );
  });

  it('keeps what V8 says of a mistake without a value', () => {
    const nothing = undefined as unknown as { x: () => void };
    log.error({ err: thrown(() => nothing.x()) }, 'x');
    assert.match(lines[0]!, /Cannot read properties of undefined \(reading 'x'\)/);
  });

  it('keeps what the program itself says', async () => {
    const { Texts } = await import('#src/common/texts.js');
    log.error({ err: thrown(() => new Texts('views').for('it')('no.such-text')) }, 'x');
    assert.match(lines[0]!, /no text \\"no\.such-text\\"/);
  });

  it('of a refused page is no message of a line without one', () => {
    log.info({ err: new Forbidden('Canarino') });
    assert.equal(line().msg, '');
  });

  it('says in the program nothing of anybody: what is put into messages is listed', () => {
    const sources = globSync('src/**/*.ts').map((file) => readFileSync(file, 'utf8'));
    const calls = sources.flatMap((source) => [
      ...source.matchAll(
        /new (?:\w*(?:Error|Exception|Refusal)|Forbidden|NotFound|Unavailable)\(\s*(`[^`]*`|[^'`\s)])/g,
      ),
    ]);
    assert.ok(calls.length > 20);
    const inserted = calls.flatMap(([, text = '']) =>
      [...text.matchAll(/\$\{([^}]*)\}/g)].map(([, what = '']) => what),
    );
    assert.deepEqual(
      [...new Set(inserted)].filter((what) => !HARMLESS.has(what)),
      [],
      'put ids and names of our own things alone into messages, and list them here',
    );
  });
});

/** Names of our own things: views, texts, tables, settings, providers, reasons. */
const HARMLESS = new Set([
  "this.problems.join('\\n- ')",
  'view',
  'key',
  'name',
  'icon',
  'language',
  'entityId',
  "warnings.join('; ')",
  'answer.fault',
  'LABELS[name]',
  'failure.reason',
  // names of actions, jobs, rules, columns and texts of the house
  'action',
  'handler.name',
  'id',
  'purpose',
  'version',
  'refused',
  "failed.join(', ')",
]);

describe('the figures', () => {
  it('count what was refused, so that operators see the mistake', async () => {
    const { registry } = new Metrics();
    const count = async () =>
      Number(/myinps_log_refusals_total\{what="field"\} (\d+)/.exec(await registry.metrics())?.[1]);
    const before = await count();
    log.info({ email: 'x' }, 'x');
    assert.equal(await count(), before + 1);
  });
});
