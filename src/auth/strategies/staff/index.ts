import { StaffHomeController } from './staff-home.controller.js';
import { StaffIssuer } from './staff-issuer.js';
import { StaffRepository } from './staff.repository.js';
import { StaffService } from './staff.service.js';
import { StaffSignInController } from './staff-sign-in.controller.js';

/** What the staff sign-in adds to the auth module. */
export const STAFF_CONTROLLERS = [StaffSignInController, StaffHomeController];
export const STAFF_PROVIDERS = [StaffIssuer, StaffRepository, StaffService];
export { StaffIssuer };
export { StaffActing, staffActor } from './staff-acting.js';
