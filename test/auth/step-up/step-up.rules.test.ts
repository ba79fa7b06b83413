import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { requirementOf, satisfies, stepUpPath, suffices } from '#src/auth/step-up.rules.js';

describe('assurance', () => {
  it('of a session: the level it was opened with, and the way in', () => {
    assert.equal(satisfies({ method: 'pin', level: 1 }, { level: 2 }), false);
    assert.equal(satisfies({ method: 'spid', level: 1 }, { level: 2 }), false);
    assert.equal(satisfies({ method: 'spid', level: 2 }, { level: 2 }), true);
    assert.equal(satisfies({ method: 'spid', level: 3 }, { level: 2 }), true);
    assert.equal(satisfies({ method: 'eidas', level: 3 }, { methods: ['spid', 'cie', 'cns'] }), false);
    assert.equal(satisfies({ method: 'cie', level: 3 }, { methods: ['spid', 'cie', 'cns'] }), true);
    assert.equal(satisfies({ method: 'spid', level: 1 }, { methods: ['spid'], level: 2 }), false);
    assert.equal(satisfies({ method: '', level: 1 }, {}), true);
  });

  it('of a way in: what it gives at least', () => {
    assert.deepEqual(
      (['spid', 'cie', 'cns', 'eidas', 'pin'] as const).filter((way) => suffices(way, { level: 2 })),
      ['spid', 'cie', 'cns', 'eidas'],
    );
    assert.deepEqual(
      (['spid', 'cie', 'cns', 'eidas', 'pin'] as const).filter((way) => suffices(way, { methods: ['cie', 'cns'] })),
      ['cie', 'cns'],
    );
  });

  it('travels in the address and back', () => {
    for (const requirement of [{ level: 2 }, { methods: ['spid', 'cns'] }, { level: 2, methods: ['cie'] }] as const) {
      const query = new URL(stepUpPath(requirement, '/x?y=1&z=2'), 'http://a.example').searchParams;
      assert.equal(query.get('ritorno'), '/x?y=1&z=2');
      assert.deepEqual(requirementOf(query.get('livello') ?? undefined, query.get('modi') ?? undefined), requirement);
    }
  });

  it('asked by an odd address means level 2', () => {
    for (const odd of [undefined, '', 'x', '9', ['spid'], '__proto__'])
      assert.deepEqual(requirementOf(odd, odd), { level: 2 });
    assert.deepEqual(requirementOf(undefined, 'pin.spid'), { methods: ['spid'] });
  });
});
