import { SetMetadata } from '@nestjs/common';

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
