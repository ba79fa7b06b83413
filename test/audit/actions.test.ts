import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { PURPOSES } from '#src/audit/index.js';
import { kindOf } from '#src/audit/audit.rules.js';
import { Texts } from '#src/common/texts.js';

const t = new Texts('views').for('it');
const sources = [
  ...globSync('src/**/*.ts'),
  ...globSync('scripts/{lib,commands}/*.ts'),
  ...globSync('migrations/*.ts'),
].map((file) => readFileSync(file, 'utf8'));

/** Actions as they stand in the sources; those put together at run time are listed. */
const TOGETHER = [
  ...['booked', 'moved', 'cancelled', 'held', 'extended', 'details', 'given-up'].map((event) => `appointment.${event}`),
  'consents.give',
  'consents.withdraw',
];

describe('actions of the record', () => {
  const written = sources.flatMap((source) => [
    ...[...source.matchAll(/@Reads\('([^']+)'/g)].map(([, name]) => name!),
    ...[...source.matchAll(/\baction: '([a-z-]+\.[a-z.-]+)'/g)].map(([, name]) => name!),
    ...[...source.matchAll(/'((?:credential|session)\.[a-z-]+)', id, 'system'/g)].map(([, name]) => name!),
  ]);

  it('have a text that a person understands, each of them', () => {
    const actions = [...new Set([...written, ...TOGETHER])].filter((action) => !action.startsWith('session.'));
    assert.ok(actions.length >= 20, 'the sources were read');
    const missing = actions.filter((action) => !t.has(`accesses.action-${action.replaceAll('.', '-')}`));
    assert.deepEqual(missing, []);
  });

  it('have no text without an action', () => {
    const known = new Set([...written, ...TOGETHER, 'unnamed'].map((action) => action.replaceAll('.', '-')));
    const texts = Object.keys(JSON.parse(readFileSync('views/texts/it/accesses.json', 'utf8')) as object);
    const lost = texts.filter((key) => key.startsWith('action-') && !known.has(key.slice('action-'.length)));
    assert.deepEqual(lost, []);
  });

  it('have a purpose with a text, but the one that is never shown', () => {
    const missing = PURPOSES.filter((purpose) => !t.has(`accesses.purpose-${purpose}`));
    assert.deepEqual(missing, ['investigation']);
  });

  it('are of a kind that their name tells', () => {
    assert.equal(kindOf('session.start', 'security'), 'session');
    assert.equal(kindOf('notice.email', 'delivery'), 'sent');
    assert.equal(kindOf('export.download', 'rights'), 'read');
    assert.equal(kindOf('contacts.read', 'service'), 'read');
    assert.equal(kindOf('contacts.change', 'service'), 'change');
  });
});
