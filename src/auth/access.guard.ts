import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { Request } from 'express';
import {
  ACCESS,
  REQUIRES,
  RESUMABLE,
  ROLES,
  WHEN_LATE,
  type Access,
  type Requirement,
  type StaffRole,
} from '../common/access.js';
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
    const form = this.formOf(context, req);
    if (req.late) throw await this.tooLate(req, req.late.owner, access, form);
    if (access === 'staff') return this.admitStaff(req, this.reflector.getAllAndOverride<StaffRole[]>(ROLES, targets));
    this.admit(access, req);
    const requirement = this.reflector.getAllAndOverride<Requirement | undefined>(REQUIRES, targets);
    if (requirement && !satisfies(currentSession(req), requirement))
      throw new RedirectTo(stepUpPath(requirement, await this.wayBack(req, form)));
    if (req.body instanceof ResumedBody && !form.resumable) throw new RedirectTo(form.page);
    return true;
  }

  /** What the route says of its form when that cannot be taken now. */
  private formOf(context: ExecutionContext, req: Request): LateForm {
    const handler = context.getHandler();
    const said = this.reflector.get<string | ((req: Request) => string) | undefined>(WHEN_LATE, handler);
    return {
      resumable: this.reflector.get<boolean | undefined>(RESUMABLE, handler) === true,
      page: typeof said === 'function' ? said(req) : filledIn(said ?? '/bacheca', req),
    };
  }

  /** A form that no open session sent is not taken, whatever its route. */
  private async tooLate(
    req: Request,
    owner: string | null,
    access: Access | undefined,
    { resumable, page }: LateForm,
  ): Promise<RedirectTo> {
    if (access === 'staff') return new RedirectTo(staffSignInPath(page));
    if (owner === null) return new RedirectTo('/accedi');
    const back = resumable ? await this.kept(req, owner) : page;
    return new RedirectTo(`/accedi?scaduta=1&ritorno=${encodeURIComponent(back)}`);
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
      throw new RedirectTo(`${STAFF_SIGN_IN}?ritorno=${encodeURIComponent(wanted)}`);
    }
    const { roles: held } = req.staff;
    if (roles && !roles.some((role) => held.includes(role)))
      throw new Forbidden('a role that the staff member has not');
    return true;
  }

  private async wayBack(req: Request, { resumable, page }: LateForm): Promise<string> {
    // What comes back from a step-up that was not enough is still kept under its own address.
    if (req.method === 'GET' || req.body instanceof ResumedBody) return req.originalUrl;
    return resumable && req.acting ? this.kept(req, req.acting.subject) : page;
  }

  /** A form under way is kept for its owner: nothing that was typed is lost, nothing is done by itself. */
  private kept(req: Request, owner: string): Promise<string> {
    const { [CSRF_FIELD]: _token, ...fields } = (req.body ?? {}) as Record<string, unknown>;
    return this.parked.park(owner, req.originalUrl, fields);
  }
}

const STAFF_SIGN_IN = '/operatore/accedi';

/** From the first page of the staff area nothing needs to be remembered. */
function staffSignInPath(page: string): string {
  return page === '/operatore' ? STAFF_SIGN_IN : `${STAFF_SIGN_IN}?ritorno=${encodeURIComponent(page)}`;
}

/** The page of the record that the address of the form names. */
function filledIn(page: string, { params }: Request): string {
  return page.replace(/:(\w+)/g, (_, name: string) => encodeURIComponent(String(params[name])));
}

interface LateForm {
  resumable: boolean;
  /** Of a bare button: where to see what state things are in. */
  page: string;
}
