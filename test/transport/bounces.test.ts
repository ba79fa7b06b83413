import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { failureIn } from '#src/transport/bounce-mail.js';
import { CORPUS } from './bounce-corpus.ts';

describe('what a returned mail says', () => {
  for (const { what, expected, mail } of CORPUS) {
    it(`${what}: ${expected ?? 'nothing'}`, async () => {
      const failure = await failureIn(Buffer.from(mail('rimbalzi+x@ente.example')));
      assert.equal(failure?.verdict ?? null, expected);
      if (failure) assert.match(failure.code, /^[A-Za-z0-9.-]{1,40}$/, 'as PostgreSQL takes it');
    });
  }
});
