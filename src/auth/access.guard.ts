import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { Request } from 'express';
import { ACCESS, RESUMABLE, type Access } from '../common/access.js';
import { Forbidden } from '../common/errors.js';
import { ResumedBody } from '../common/form.js';
import { RedirectTo, SignInNeeded } from '../common/redirects.js';

/** Denied unless said: every route passes here (registered globally), and test/routes.test.ts lists the answers. */
@Injectable()
export class AccessGuard implements CanActivate {
  constructor(private readonly reflector: Reflector) {}

  canActivate(context: ExecutionContext): boolean {
    const targets = [context.getHandler(), context.getClass()];
    const access = this.reflector.getAllAndOverride<Access | undefined>(ACCESS, targets);
    const req = context.switchToHttp().getRequest<Request>();
    this.admit(access, req);
    if (req.body instanceof ResumedBody && !this.reflector.get(RESUMABLE, context.getHandler())) {
      throw new RedirectTo(parent(req.path));
    }
    return true;
  }

  private admit(access: Access | undefined, req: Request): void {
    if (access === 'anyone') return;
    if (access === 'citizen') {
      if (!req.acting) throw new SignInNeeded(req.method === 'GET' ? req.originalUrl : '/bacheca');
      return;
    }
    // Staff sign in with the institute's own identities, which do not exist yet: nobody is staff.
    throw new Forbidden(access === 'staff' ? 'staff only' : 'a route that says nobody may use it');
  }
}

/** An action that is no form (a bare button) is not repeated: the page above it shows what state things are in. */
function parent(path: string): string {
  const above = path.replace(/\/[^/]*$/, '');
  return above === '' ? '/bacheca' : above;
}
