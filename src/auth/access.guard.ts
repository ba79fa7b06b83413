import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { Request } from 'express';
import { ACCESS, REQUIRES, RESUMABLE, ROLES, type Access, type Requirement, type StaffRole } from '../common/access.js';
import { Forbidden } from '../common/errors.js';
import { ResumedBody } from '../common/form.js';
import { RedirectTo, SignInNeeded } from '../common/redirects.js';
import { CSRF_FIELD } from './posts.middleware.js';
import { ParkedForms } from './parked-forms.js';
import { currentSession } from './session-current.js';
import { satisfies, stepUpPath } from './step-up.rules.js';

/** Denied unless said: every route passes here (registered globally), and test/routes.test.ts lists the answers. */
@Injectable()
export class AccessGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly parked: ParkedForms,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const targets = [context.getHandler(), context.getClass()];
    const access = this.reflector.getAllAndOverride<Access | undefined>(ACCESS, targets);
    const req = context.switchToHttp().getRequest<Request>();
    if (access === 'staff') return this.admitStaff(req, this.reflector.getAllAndOverride<StaffRole[]>(ROLES, targets));
    this.admit(access, req);
    const resumable = this.reflector.get<boolean | undefined>(RESUMABLE, context.getHandler()) === true;
    const requirement = this.reflector.getAllAndOverride<Requirement | undefined>(REQUIRES, targets);
    if (requirement && !satisfies(currentSession(req), requirement)) await this.stepUp(req, requirement, resumable);
    if (req.body instanceof ResumedBody && !resumable) throw new RedirectTo(parent(req.path));
    return true;
  }

  private admit(access: Access | undefined, req: Request): void {
    if (access === 'anyone') return;
    if (access !== 'citizen') throw new Forbidden('a route that says nobody may use it');
    if (!req.acting) throw new SignInNeeded(req.method === 'GET' ? req.originalUrl : '/bacheca');
  }

  /** A citizen is told no; whoever is not signed in is led to the institute's own sign-in. */
  private admitStaff(req: Request, roles: readonly StaffRole[] | undefined): boolean {
    if (req.acting) throw new Forbidden('a citizen session on a staff route');
    if (!req.staff) {
      const wanted = req.method === 'GET' ? req.originalUrl : '/operatore';
      throw new RedirectTo(`/operatore/accedi?ritorno=${encodeURIComponent(wanted)}`);
    }
    const { roles: held } = req.staff;
    if (roles && !roles.some((role) => held.includes(role)))
      throw new Forbidden('a role that the staff member has not');
    return true;
  }

  /** A form under way is kept as for an ended session: nothing that was typed is lost, nothing is done by itself. */
  private async stepUp(req: Request, requirement: Requirement, resumable: boolean): Promise<never> {
    throw new RedirectTo(stepUpPath(requirement, await this.wayBack(req, resumable)));
  }

  private async wayBack(req: Request, resumable: boolean): Promise<string> {
    // What comes back from a step-up that was not enough is still kept under its own address.
    if (req.method === 'GET' || req.body instanceof ResumedBody) return req.originalUrl;
    if (!resumable || !req.acting) return parent(req.path);
    const { [CSRF_FIELD]: _token, ...fields } = (req.body ?? {}) as Record<string, unknown>;
    return this.parked.park(req.acting.subject, req.originalUrl, fields);
  }
}

/** An action that is no form (a bare button) is not repeated: the page above it shows what state things are in. */
function parent(path: string): string {
  const above = path.replace(/\/[^/]*$/, '');
  return above === '' ? '/bacheca' : above;
}
