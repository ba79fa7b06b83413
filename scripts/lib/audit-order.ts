// Where links belong that do not follow the one before them.
import { macOf, type Link } from '#src/audit/index.js';

export interface Broken extends Link {
  mac: Buffer;
  /** The code of the link that stands before it. */
  before: Buffer;
  key: Buffer;
}

export interface Placed {
  position: number;
  entryId: number;
  /** The position it was sealed at; null when it fits none of those that were tried. */
  belongs: number | null;
}

/** Each is tried at every broken place: beyond so many, what happened is plain without it. */
const MOST = 48;

/** A link that only follows a misplaced one fits its own position, and is left out of the answer. */
export function misplaced(broken: readonly Broken[]): Placed[] {
  const tried = broken.slice(0, MOST);
  const befores = [...tried.map(({ before }) => before), ...tried.map(({ mac }) => mac)];
  return broken.map((link, index) => {
    const places = [link.position, ...tried.map(({ position }) => position)];
    const belongs =
      index < MOST
        ? places.find((position) =>
            befores.some((before) => macOf(link.key, before, { ...link, position }).equals(link.mac)),
          )
        : undefined;
    return { position: link.position, entryId: link.entryId, belongs: belongs ?? null };
  });
}
