export interface Place {
  id: string;
  lat: number;
  lon: number;
}

export interface Near {
  placeId: string;
  rank: number;
  officeId: string;
  metres: number;
}

type Distance = (a: { lat: number; lon: number }, b: { lat: number; lon: number }) => number;

/** A degree of latitude is nowhere shorter than this; so offices farther north or south than that need no look. */
const METRES_PER_DEGREE = 110_500;

/** The nearest offices of one place, nearest first; equal distances in the order of the ids. `offices` sorted by latitude. */
export function nearestOffices(place: Place, offices: readonly Place[], count: number, distance: Distance): Near[] {
  const best: { office: Place; metres: number }[] = [];
  let above = firstFrom(offices, place.lat);
  let below = above - 1;
  for (;;) {
    const up = offices[above];
    const down = offices[below];
    const next = !down || (up && up.lat - place.lat < place.lat - down.lat) ? up : down;
    if (!next) break;
    const worst = best.length === count ? (best.at(-1)?.metres ?? Infinity) : Infinity;
    if (Math.abs(next.lat - place.lat) * METRES_PER_DEGREE > worst) break;
    if (next === up) above++;
    else below--;
    best.push({ office: next, metres: distance(place, next) });
    best.sort((a, b) => a.metres - b.metres || (a.office.id < b.office.id ? -1 : 1));
    if (best.length > count) best.pop();
  }
  return best.map(({ office, metres }, i) => ({ placeId: place.id, rank: i + 1, officeId: office.id, metres }));
}

/** Index of the first office at `lat` or north of it. */
function firstFrom(offices: readonly Place[], lat: number): number {
  let [low, high] = [0, offices.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((offices[middle]?.lat ?? Infinity) < lat) low = middle + 1;
    else high = middle;
  }
  return low;
}
