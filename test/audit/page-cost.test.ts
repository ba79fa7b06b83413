import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import pg from 'pg';
import type { AccessQuery } from '#src/profile/accesses.repository.js';
import { testDatabase, type TestDatabase } from '../support/database.ts';
import { costOf, fillRecord, type Cost } from './page-cost.ts';

const UNTIL = '2026-04-01T07:00:00Z';
const FEW = { id: '11111111-1111-4111-8111-111111111111', entries: 100 };
const MANY = { id: '22222222-2222-4222-8222-222222222222', entries: 100_000 };

/** What the page asks for when nothing is chosen (accesses.service.ts). */
const ASKED: Omit<AccessQuery, 'subject'> = {
  who: null,
  what: null,
  since: Temporal.Instant.from('2024-03-01T00:00:00Z'),
  until: Temporal.Instant.from('2026-04-02T07:00:00Z'),
  before: null,
  size: 20,
};

let data: TestDatabase;
let web: pg.Client;
before(async () => {
  data = await testDatabase();
  const owner = new pg.Client({ connectionString: data.owner, options: '-c timezone=UTC' });
  await owner.connect();
  await fillRecord(owner, [FEW, MANY], UNTIL);
  await owner.end();
  web = new pg.Client({ connectionString: data.web, options: '-c timezone=UTC -c jit=off' });
  await web.connect();
});
after(async () => {
  await web.end();
  await data.drop();
});

const cost = async (person: { id: string }, asked: Partial<AccessQuery>): Promise<Cost> => {
  // The first reading sets hints and fills caches of the connection.
  await costOf(web, { subject: person.id, ...ASKED, ...asked });
  return costOf(web, { subject: person.id, ...ASKED, ...asked });
};

describe('a page of the record', () => {
  for (const [name, asked] of Object.entries<Partial<AccessQuery>>({
    'the newest': {},
    'in the middle': { before: '2025-04-10T00:00:00Z_9999999' },
    'of the staff': { who: 'staff' },
    'of changes': { what: 'change' },
    'of changes by the staff': { who: 'staff', what: 'change' },
    'of delegates, who did nothing': { who: 'delegate' },
    'of messages, when none was sent': { what: 'sent' },
    'of three months': {
      since: Temporal.Instant.from('2025-05-01T00:00:00Z'),
      until: Temporal.Instant.from('2025-08-01T00:00:00Z'),
    },
  })) {
    it(`reads no more of 100,000 entries than of 100 (20 %): ${name}`, async (test) => {
      const [few, many] = [await cost(FEW, asked), await cost(MANY, asked)];
      test.diagnostic(`buffers ${few.buffers} of 100, ${many.buffers} of 100,000; rows ${few.rows}, ${many.rows}`);
      assert.ok(many.buffers <= few.buffers * 1.2, `${many.buffers} buffers against ${few.buffers}`);
      assert.ok(many.rows >= few.rows);
    });
  }
});
