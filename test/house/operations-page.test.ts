import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { commandsOfDeploy, commandsOfPage, statementsOfPage } from '../../scripts/lib/page-commands.mjs';
import { ROOT } from '../support/process.ts';

const { scripts } = JSON.parse(readFileSync(path.join(ROOT, 'package.json'), 'utf8')) as {
  scripts: Record<string, string>;
};
const isCommand = (name: string | undefined) => existsSync(path.join(ROOT, 'scripts', 'commands', `${name}.ts`));

/** `npm run production:trial` runs them all, in the image. */
describe('what operators are told to run', () => {
  it('is there: each script of the documents and of deploy/, each command of a script, and no command that none runs', () => {
    const documents = [
      'README.md',
      ...readdirSync(path.join(ROOT, 'docs'))
        .filter((name) => name.endsWith('.md'))
        .map((name) => `docs/${name}`),
    ];
    for (const file of documents)
      for (const [, name] of readFileSync(path.join(ROOT, file), 'utf8').matchAll(/npm run ([a-z]+(?::[a-z-]+)*)/g))
        assert.ok(scripts[name!], `${file}: npm run ${name}`);
    const run = Object.values(scripts).flatMap((line) => /^node scripts\/command\.mjs (\S+)/.exec(line)?.[1] ?? []);
    assert.deepEqual(
      run.filter((name) => !isCommand(name)),
      [],
    );
    const files = readdirSync(path.join(ROOT, 'scripts', 'commands')).map((file) => path.basename(file, '.ts'));
    assert.deepEqual(files.toSorted(), run.toSorted());
    for (const [file, parts] of Object.entries(commandsOfDeploy()))
      assert.ok(isCommand(/scripts\/command\.mjs,? ([a-z-]+)/.exec(parts.join(' '))?.[1]), file);
  });

  it('is found on the page, with the logins and what each is for', () => {
    const commands = commandsOfPage().map(({ command }) => command);
    for (const one of ['npm run migrate', 'npm run retention -- --dry-run', 'npm run spid:certificate -- FOLDER'])
      assert.ok(commands.includes(one), one);
    const settings = statementsOfPage().flatMap(({ setting }) => setting ?? []);
    assert.deepEqual(settings, ['DATABASE_URL', 'DATABASE_WEB_URL', 'DATABASE_WORKER_URL']);
  });
});
