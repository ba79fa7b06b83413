import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, it } from 'node:test';

/** Lowest first: a module uses only modules of lower layers, and only through their index. */
const LAYERS = [
  ['common'],
  ['places', 'audit', 'documents'],
  ['transport'],
  ['auth'],
  ['profile'],
  ['notifications'],
  ['delegations', 'mailbox', 'procedures', 'payments', 'catalogue'],
  ['appointments', 'contact', 'feedback'],
  ['favourites', 'search'],
  ['dashboard', 'intake', 'backoffice'],
  ['dev'],
];
/** Files of the house itself: every module may read the settings, none may use what assembles them. */
const SETTINGS = ['src/config.ts', 'src/data-source.ts'];

interface Import {
  from: string;
  to: string;
  text: string;
}

const files = globSync('src/**/*.ts').toSorted();
const sources = new Map(files.map((file) => [file, readFileSync(file, 'utf8')]));
const imports = [...sources].flatMap(([file, source]) => importsOf(file, source));

describe('the architecture', () => {
  it('has sources to look at, so that an empty list proves nothing', () => {
    assert.ok(files.length > 100);
    assert.ok(imports.length > 300);
  });

  it('knows the layer of every module', () => {
    const unknown = files.map(moduleOf).filter((name) => name !== null && layerOf(name) === -1);
    assert.deepEqual([...new Set(unknown)], []);
  });

  it('lets a module use only lower layers', () => {
    const breaches = imports.filter(({ from, to }) => {
      const [user, used] = [moduleOf(from), moduleOf(to)];
      return user !== null && used !== null && user !== used && layerOf(used) >= layerOf(user);
    });
    assert.deepEqual(breaches.map(sentence), []);
  });

  it('lets a module use another only through its index (common is open)', () => {
    const breaches = imports.filter(({ from, to }) => {
      const [user, used] = [moduleOf(from), moduleOf(to)];
      if (user === null || used === null || user === used || used === 'common') return false;
      return to !== `src/${used}/index.ts`;
    });
    assert.deepEqual(breaches.map(sentence), []);
  });

  it('keeps the assembly (main, web, app.module) out of the modules', () => {
    const breaches = imports.filter(
      ({ from, to }) =>
        moduleOf(from) !== null && moduleOf(to) === null && to.startsWith('src/') && !SETTINGS.includes(to),
    );
    assert.deepEqual(breaches.map(sentence), []);
  });

  it('loads the development doubles from app.module.ts alone, and only when asked', () => {
    const users = imports.filter(({ from, to }) => moduleOf(to) === 'dev' && moduleOf(from) !== 'dev');
    assert.deepEqual(users.map(sentence), []);
    assert.match(sources.get('src/app.module.ts')!, /await import\('\.\/dev\/index\.js'\)/);
  });

  it('has no cycle made good with forwardRef, and no request-scoped provider', () => {
    assert.deepEqual(filesWith(/forwardRef|Scope\.(REQUEST|TRANSIENT)/), []);
  });

  it('asks a table of words through lookUp alone: each object has names of its own besides', () => {
    const tables = [...sources].flatMap(([file, source]) =>
      [...source.matchAll(/\bconst (\w+): Readonly<Record<string, [^=]*=\s*\{/g)].map(([, name]) => ({ file, name })),
    );
    assert.ok(tables.length > 5, `${tables.length} tables`);
    const asked = tables.filter(({ file, name }) => new RegExp(`\\b${name}\\[`).test(sources.get(file)!));
    assert.deepEqual(
      asked.map(({ file, name }) => `${file}: ${name}`),
      [],
    );
  });

  it('asks for the time in clock.ts alone', () => {
    const asks = /\bnew Date\(\s*\)|\bDate\.now\(|Temporal\.Now\b/;
    assert.deepEqual(filesWith(asks), ['src/common/clock.ts']);
  });

  it('never lets PostgreSQL ask for the time of a business fact', () => {
    assert.deepEqual(filesWith(/\b(now\(\)|current_(date|timestamp|time)\b|clock_timestamp)/i, withoutMethods), []);
  });

  it('reads the environment in config.ts alone', () => {
    assert.deepEqual(filesWith(/process\.env/), ['src/config.ts']);
  });

  it('speaks to TypeORM in repositories, entities, the database and its set-up alone', () => {
    const speakers = imports.filter(({ text }) => text === 'typeorm').map(({ from }) => from);
    const allowed = /\.(repository|entity)\.ts$|^src\/common\/(database|common\.module)\.ts$|^src\/data-source\.ts$/;
    assert.deepEqual(
      speakers.filter((file) => !allowed.test(file)),
      [],
    );
  });

  it('keeps rules free of packages: they import their own files and common alone', () => {
    const breaches = imports.filter(({ from, text }) => from.endsWith('.rules.ts') && !text.startsWith('.'));
    assert.deepEqual(breaches.map(sentence), []);
  });

  it('keeps SQL out of controllers, services, views and rules', () => {
    const sql = /\b(SELECT\s.+\sFROM|INSERT\s+INTO|DELETE\s+FROM|UPDATE\s+\w+\s+SET)\b/s;
    const roles = /\.(controller|service|views|rules|forms|card|job|jobs)\.ts$/;
    assert.deepEqual(
      filesWith(sql).filter((file) => roles.test(file)),
      [],
    );
  });

  it('keeps files as short as the house style asks, with some air', () => {
    const limits: [RegExp, number][] = [
      [/\.controller\.ts$/, 150],
      [/\.service\.ts$/, 280],
      [/\.entity\.ts$/, 180],
      [/\.ts$/, 400],
    ];
    const long = [...sources].filter(([file, source]) => {
      const [, limit] = limits.find(([role]) => role.test(file))!;
      return source.split('\n').length > limit;
    });
    assert.deepEqual(
      long.map(([file]) => file),
      [],
    );
  });

  it('has no script and no inline style in a view', () => {
    const views = globSync('views/**/*.hbs');
    assert.ok(views.length > 30);
    const breaches = views.filter((file) =>
      /<script|\sstyle=|\son[a-z]+=|javascript:/i.test(readFileSync(file, 'utf8')),
    );
    assert.deepEqual(breaches, []);
  });

  it('prints unescaped only what the layout puts together itself', () => {
    const raw = globSync('views/**/*.hbs').flatMap((file) =>
      [...readFileSync(file, 'utf8').matchAll(/\{\{\{\s*([^}]+?)\s*\}\}\}/g)].map(([, name]) => `${file}: ${name}`),
    );
    assert.deepEqual([...new Set(raw)].toSorted(), [
      'views/layouts/page.hbs: body',
      'views/layouts/page.hbs: sprite',
      'views/layouts/page.hbs: style',
    ]);
  });
});

function importsOf(from: string, source: string): Import[] {
  const found = source.matchAll(/^(?:import|export)\s[^'";]*?from\s*'([^']+)'|^import\s+'([^']+)'/gms);
  return [...found].map(([, a, b]) => {
    const text = a ?? b ?? '';
    const to = text.startsWith('.') ? normalize(join(dirname(from), text)).replace(/\.js$/, '.ts') : text;
    return { from, to, text };
  });
}

/** 'src/auth/saml/xml.ts' → 'auth'; null for the files that assemble the program. */
function moduleOf(file: string): string | null {
  return /^src\/([a-z-]+)\//.exec(file)?.[1] ?? null;
}

function layerOf(name: string): number {
  return LAYERS.findIndex((layer) => layer.includes(name));
}

function filesWith(pattern: RegExp, read: (source: string) => string = withoutComments): string[] {
  return files.filter((file) => pattern.test(read(sources.get(file)!)));
}

function withoutComments(source: string): string {
  return source.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|\s)\/\/.*$/gm, '');
}

/** `clock.now()` is the right way to ask; only a bare now() would be PostgreSQL's. */
function withoutMethods(source: string): string {
  return withoutComments(source).replace(/(\.|abstract |get )now\(\)|^\s*(override )?now\(\): /gm, '');
}

function sentence({ from, text }: Import): string {
  return `${from} imports ${text}`;
}
