import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'places-'));
after(() => rmSync(folder, { recursive: true }));

describe('the data of places, made from npm packages', () => {
  it('is what the generator makes, byte for byte', () => {
    const said = execFileSync(process.execPath, [join(root, 'scripts/places/generate.mjs'), folder], {
      encoding: 'utf8',
    });
    assert.match(said, /wrote comuni\.csv: 7896 rows/);
    for (const file of ['comuni.csv', 'provinces.csv', 'birthplaces.csv']) {
      assert.equal(
        readFileSync(join(folder, file), 'utf8'),
        readFileSync(join(root, 'src/places/data', file), 'utf8'),
        file,
      );
    }
  });

  it('is the sample network that its generator makes, more than 300 offices', () => {
    const said = spawnSync(process.execPath, [join(root, 'scripts/places/sample-offices.mjs'), folder], {
      encoding: 'utf8',
    });
    assert.equal(said.status, 0, said.stderr);
    const made = readFileSync(join(folder, 'offices.csv'), 'utf8');
    assert.equal(made, readFileSync(join(root, 'src/appointments/data/offices.csv'), 'utf8'));
    assert.ok(made.trim().split('\n').length > 301);
  });
});
