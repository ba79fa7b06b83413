import { AsyncLocalStorage } from 'node:async_hooks';
import type { Actor } from './actor.js';

/**
 * A statement that goes along with the BEGIN of somebody's next unit of work: it costs no round trip of its own, and is
 * committed or rolled back with that unit. No parameters can be bound there, so whoever writes it checks each value
 * against its exact form, as actorStatements does.
 */
export interface Carried {
  /** Whose unit it waits for. */
  readonly subject: string;
  readonly statement: string;
  state: 'waiting' | 'under way' | 'committed';
}

const waiting = new AsyncLocalStorage<Carried>();

/** Runs `work` with a statement that the first unit of the citizen in it takes along. */
export function carrying<T>(carried: Carried, work: () => T): T {
  return waiting.run(carried, work);
}

/** What a unit that begins now takes along; null when nothing waits, or it is not that citizen's unit. */
export function taken(actor: Actor): Carried | null {
  const carried = waiting.getStore();
  if (carried?.state !== 'waiting' || actor.kind !== 'citizen' || actor.subject !== carried.subject) return null;
  carried.state = 'under way';
  return carried;
}
