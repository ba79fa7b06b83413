/** A comune as it is searched: reference data, the same for everybody. */
export interface Comune {
  istat: string;
  belfiore: string;
  name: string;
  /** Official or well-known names in other languages: Bozen, Aoste, Florenz. */
  otherNames: string[];
  /** Sigla of the province. */
  province: string;
  provinceName: string;
  region: string;
  lat: number;
  lon: number;
  /** People of the seat, about (GeoNames): only to put the more likely comune first. */
  population: number;
}

export interface Point {
  lat: number;
  lon: number;
}

export interface Match {
  comune: Comune;
  /** The text is a whole name of the comune, but for case, accents and punctuation. */
  exact: boolean;
}

const EARTH_RADIUS_METRES = 6_371_008.8;
/** Under this share of common trigrams two names are no longer the same one misspelt. */
const MISSPELT = 0.45;
/** A single slip of the finger is likelier than anything that shares many trigrams. */
const ONE_MISTAKE = 0.95;

/** Distance on the great circle (haversine, mean Earth radius of IUGG), in whole metres. */
export function metresBetween(a: Point, b: Point): number {
  const [lat1, lat2] = [radians(a.lat), radians(b.lat)];
  const half =
    Math.sin((lat2 - lat1) / 2) ** 2 + Math.cos(lat1) * Math.cos(lat2) * Math.sin(radians(b.lon - a.lon) / 2) ** 2;
  return Math.round(2 * EARTH_RADIUS_METRES * Math.asin(Math.min(1, Math.sqrt(half))));
}

/** A name without what people leave out or write in their own way: case, accents, apostrophes, hyphens, double spaces. */
export function foldName(text: string): string {
  const plain = text.normalize('NFKD').replaceAll(/\p{M}/gu, '').toLowerCase().replaceAll('ß', 'ss');
  return plain.replaceAll(/[^a-z0-9]+/g, ' ').trim();
}

/** The names under which a comune is looked for, folded: 'Bolzano/Bozen' gives the whole, 'bolzano' and 'bozen'. */
export function foldedNames(comune: Pick<Comune, 'name' | 'otherNames'>): string[] {
  const others = comune.otherNames.map(foldName);
  const whole = foldName(comune.name);
  // ISTAT joins the two official names; what stands before the other one is the Italian name.
  const italian = others
    .filter((other) => whole.endsWith(` ${other}`))
    .map((other) => whole.slice(0, -other.length - 1));
  return [...new Set([whole, ...italian, ...others])];
}

/** All comuni, ready to be searched in about a millisecond, spelling mistakes included. */
export class ComuneIndex {
  private readonly byIstat = new Map<string, Comune>();
  private readonly names: { folded: string; comune: Comune; size: number }[] = [];
  private readonly byTrigram = new Map<string, number[]>();
  private readonly provinces: Set<string>;

  constructor(comuni: readonly Comune[]) {
    this.provinces = new Set(comuni.map((comune) => comune.province.toLowerCase()));
    for (const comune of comuni) {
      this.byIstat.set(comune.istat, comune);
      for (const folded of foldedNames(comune)) this.add(folded, comune);
    }
  }

  get(istat: string): Comune | null {
    return this.byIstat.get(istat) ?? null;
  }

  /**
   * The comuni that `text` may mean, the likeliest first: the whole name, its beginning, its words ("reggio emilia"),
   * then misspelt names ("san giovanni rotndo"). A sigla at the end ("Samone TN") keeps to that province.
   */
  search(text: string, limit: number): Match[] {
    const folded = foldName(text.slice(0, 100));
    if (folded === '') return [];
    const within = /^(.+) ([a-z]{2})$/.exec(folded);
    if (within?.[1] && within[2] && this.provinces.has(within[2])) {
      const sigla = within[2].toUpperCase();
      const found = this.matches(within[1], (comune) => comune.province === sigla, limit);
      if (found.length > 0) return found;
    }
    return this.matches(folded, () => true, limit);
  }

  private matches(text: string, allowed: (comune: Comune) => boolean, limit: number): Match[] {
    const best = new Map<Comune, { tier: number; likeness: number }>();
    const words = text.split(' ');
    for (const { folded, comune } of this.names) {
      const tier = tierOf(text, words, folded);
      if (tier < NO_TIER && allowed(comune)) better(best, comune, tier, 0);
    }
    if (best.size < limit)
      for (const [comune, likeness] of this.similar(text)) if (allowed(comune)) better(best, comune, NO_TIER, likeness);
    return [...best]
      .toSorted(
        ([a, x], [b, y]) =>
          x.tier - y.tier ||
          y.likeness - x.likeness ||
          b.population - a.population ||
          a.name.localeCompare(b.name, 'it'),
      )
      .slice(0, limit)
      .map(([comune, { tier }]) => ({ comune, exact: tier === 0 }));
  }

  private similar(text: string): [Comune, number][] {
    const grams = trigrams(text);
    const common = new Map<number, number>();
    for (const gram of grams) for (const i of this.byTrigram.get(gram) ?? []) common.set(i, (common.get(i) ?? 0) + 1);
    const found: [Comune, number][] = [];
    for (const [i, count] of common) {
      const name = this.names[i];
      if (!name) continue;
      const likeness = oneMistakeApart(text, name.folded) ? ONE_MISTAKE : (2 * count) / (grams.size + name.size);
      if (likeness >= MISSPELT) found.push([name.comune, likeness]);
    }
    return found;
  }

  private add(folded: string, comune: Comune): void {
    const grams = trigrams(folded);
    const index = this.names.push({ folded, comune, size: grams.size }) - 1;
    for (const gram of grams) {
      const list = this.byTrigram.get(gram);
      if (list) list.push(index);
      else this.byTrigram.set(gram, [index]);
    }
  }
}

const NO_TIER = 3;

/** 0 the same, 1 the beginning, 2 each word begins a word of the name in the same order, 3 neither. */
function tierOf(text: string, words: readonly string[], name: string): number {
  if (name === text) return 0;
  if (name.startsWith(text)) return 1;
  let at = 0;
  for (const word of words) {
    const found = name.startsWith(word, at) ? at : name.indexOf(` ${word}`, at);
    if (found < 0) return NO_TIER;
    at = found + word.length;
  }
  return 2;
}

function better(
  best: Map<Comune, { tier: number; likeness: number }>,
  comune: Comune,
  tier: number,
  likeness: number,
): void {
  const known = best.get(comune);
  if (!known || tier < known.tier || (tier === known.tier && likeness > known.likeness))
    best.set(comune, { tier, likeness });
}

/** Groups of three letters of each word, padded as pg_trgm does, so that beginnings weigh more. */
function trigrams(text: string): Set<string> {
  const grams = new Set<string>();
  for (const word of text.split(' ')) {
    const padded = `  ${word} `;
    for (let i = 0; i + 3 <= padded.length; i++) grams.add(padded.slice(i, i + 3));
  }
  return grams;
}

/** One letter more, less, other, or two swapped: 'tornio' and 'torino', which share few trigrams. */
function oneMistakeApart(a: string, b: string): boolean {
  if (a.length < 4 || Math.abs(a.length - b.length) > 1) return false;
  let i = 0;
  while (i < a.length && a[i] === b[i]) i++;
  const rest = (text: string, from: number) => text.slice(i + from);
  const swapped = a[i] === b[i + 1] && a[i + 1] === b[i] && rest(a, 2) === rest(b, 2);
  return swapped || rest(a, 1) === rest(b, 1) || rest(a, 1) === rest(b, 0) || rest(a, 0) === rest(b, 1);
}

const radians = (degrees: number) => (degrees * Math.PI) / 180;
