import { SetMetadata } from '@nestjs/common';
import type { Request } from 'express';

/** Who may use a route: anyone, a signed-in citizen, office staff. */
export type Access = 'anyone' | 'citizen' | 'staff';

export const ACCESS = 'access';
export const RESUMABLE = 'resumable';

/** Says who may use a controller or a route. A route that says nothing is closed to everybody. */
export const Allow = (access: Access): MethodDecorator & ClassDecorator => SetMetadata(ACCESS, access);

/**
 * This POST route checks `form.valid` before it does anything, and shows its page again otherwise: so a form that
 * comes back from an ended session may be led through it, to be shown filled in (it is never valid by itself).
 */
export const Resumable = (): MethodDecorator => SetMetadata(RESUMABLE, true);

export const WHEN_LATE = 'when-late';

/**
 * Of a POST route that is not @Resumable: the page of the same record (`:id` as in its own address) that leads on when
 * the form came too late, its session over or too weak. What was pressed is not done by itself afterwards.
 */
export const WhenLate = (page: string | ((req: Request) => string)): MethodDecorator => SetMetadata(WHEN_LATE, page);

export const REQUIRES = 'requires';
export const ROLES = 'roles';

/** How a person must have been recognised for a route; what is not said is not asked. */
export interface Requirement {
  methods?: readonly ('spid' | 'cie' | 'cns')[];
  level?: 2;
}

/**
 * Asks for a way in or a level of assurance: a citizen session below it is led to /accedi/rafforza and comes back to
 * what it was doing (design.md, Identity and assurance: a PIN session may not register or revoke delegations).
 */
export const Requires = (requirement: Requirement): MethodDecorator & ClassDecorator =>
  SetMetadata(REQUIRES, requirement);

export const STAFF_ROLES = ['operator', 'editor', 'analyst', 'administrator'] as const;
export type StaffRole = (typeof STAFF_ROLES)[number];

/** Which staff may use an @Allow('staff') route: one of these roles is enough. Without it, any of the staff. */
export const Roles = (...roles: StaffRole[]): MethodDecorator & ClassDecorator => SetMetadata(ROLES, roles);
