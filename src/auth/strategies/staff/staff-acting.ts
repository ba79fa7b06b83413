import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { Request } from 'express';
import type { StaffRole } from '../../../common/access.js';
import { staff, type Actor } from '../../../common/actor.js';

/** The member of staff of a request: never a citizen, whoever they are in private. */
export interface StaffActing {
  id: string;
  /** Null for who works for no office in particular. */
  office: string | null;
  roles: readonly StaffRole[];
}

/** Only for @Allow('staff') routes (the access guard has checked it). */
export const StaffActing = createParamDecorator((_: unknown, context: ExecutionContext): StaffActing => {
  const { staff: acting } = context.switchToHttp().getRequest<Request>();
  if (!acting) throw new Error('a route that acts for staff must be @Allow("staff")');
  return acting;
});

/** The office of who has none: the code of no office, so that a policy on offices lets nothing through. */
const NO_OFFICE = '-';

/** On whose behalf a unit of work of a staff page runs. */
export function staffActor({ id, office }: Pick<StaffActing, 'id' | 'office'>): Actor {
  return staff(id, office ?? NO_OFFICE);
}
