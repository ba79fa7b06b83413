import assert from 'node:assert/strict';
import { it } from 'node:test';
import { nearestOffices, type Place } from '#src/appointments/nearest.rules.js';
import { metresBetween } from '#src/places/places.rules.js';

/** Places spread over Italy without any randomness, so that a failure can be repeated. */
function places(count: number, step: number): Place[] {
  return Array.from({ length: count }, (_, i) => ({
    id: `o${String(i).padStart(4, '0')}`,
    lat: 36 + ((i * step) % 1100) / 100,
    lon: 7 + ((i * i * 13 + i * 5) % 1099) / 100,
  }));
}

it('finds the same offices as comparing with each one', () => {
  const offices = places(400, 37);
  const sorted = offices.toSorted((a, b) => a.lat - b.lat);
  for (const place of places(60, 91)) {
    const all = offices.map((office) => ({ id: office.id, metres: metresBetween(place, office) }));
    const expected = all.toSorted((a, b) => a.metres - b.metres || (a.id < b.id ? -1 : 1)).slice(0, 5);
    const found = nearestOffices(place, sorted, 5, metresBetween);
    assert.deepEqual(
      found.map((near) => ({ id: near.officeId, metres: near.metres })),
      expected,
      place.id,
    );
    assert.deepEqual(
      found.map((near) => near.rank),
      [1, 2, 3, 4, 5],
    );
  }
});

it('gives what there is when there are fewer offices than asked, and none when there are none', () => {
  const rome = { id: '058091', lat: 41.9, lon: 12.5 };
  const found = nearestOffices(rome, [{ id: 'a', lat: 45, lon: 9 }], 5, metresBetween);
  assert.deepEqual(
    found.map((near) => near.officeId),
    ['a'],
  );
  assert.deepEqual(nearestOffices(rome, [], 5, metresBetween), []);
});

it('counts the distance from the place itself', () => {
  const here = { id: 'x', lat: 41.9, lon: 12.5 };
  assert.equal(nearestOffices(here, [{ id: 'a', lat: 41.9, lon: 12.5 }], 1, metresBetween)[0]?.metres, 0);
});
