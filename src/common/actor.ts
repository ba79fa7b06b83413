import { UUID } from './uuid.js';

/**
 * On whose behalf a unit of work runs. PostgreSQL's row-level policies read it (migrations/0001-house.ts);
 * no query runs without one.
 */
export type Actor =
  | { kind: 'citizen'; subject: string; by: string }
  | { kind: 'staff'; id: string; office: string }
  | { kind: 'system'; name: SystemName };

/** Named system work. Each name has its own policies; a new name goes here and into the policies that need it. */
export const SYSTEM_NAMES = [
  'public',
  'sign-in',
  'seed',
  'worker',
  'reaper',
  'slots',
  'sweeper',
  'sealer',
  'delivery',
  'export',
  'retention',
  'erasure',
] as const;
export type SystemName = (typeof SYSTEM_NAMES)[number];

const NAME = /^[A-Za-z0-9_.-]{1,64}$/;

/** @param subject uuid of the person whose rows are seen @param by uuid of who acts, the same person unless a delegate */
export function citizen(subject: string, by: string = subject): Actor {
  return { kind: 'citizen', subject, by };
}

export function staff(id: string, office: string): Actor {
  return { kind: 'staff', id, office };
}

export function system(name: SystemName): Actor {
  return { kind: 'system', name };
}

/**
 * The SET LOCAL statements that tell PostgreSQL who acts. They travel in the same round trip as BEGIN, where no
 * parameters can be bound, so each value is checked against its exact form; anything else is refused.
 */
export function actorStatements(actor: Actor): string {
  switch (actor.kind) {
    case 'citizen':
      return settings('citizen', checked(actor.subject, UUID), checked(actor.by, UUID), '');
    case 'staff':
      return settings('staff', checked(actor.id, NAME), checked(actor.id, NAME), checked(actor.office, NAME));
    case 'system':
      return settings('system', checked(actor.name, NAME), checked(actor.name, NAME), '');
  }
}

function settings(kind: string, subject: string, by: string, office: string): string {
  return (
    `SET LOCAL app.kind = '${kind}'; SET LOCAL app.subject = '${subject}'; ` +
    `SET LOCAL app.by = '${by}'; SET LOCAL app.office = '${office}'`
  );
}

function checked(value: string, form: RegExp): string {
  if (!form.test(value)) throw new TypeError('an actor has an identifier of the wrong form');
  return value;
}
