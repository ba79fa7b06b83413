import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import type { Request } from 'express';
import { Forbidden } from '../../common/errors.js';

/**
 * On every controller of contacts: a delegate is told no before anything is read, so that no form which comes back with
 * an error shows what is in it (design.md, Delegations 6). What a delegate needs of contacts they see in what they do.
 */
@Injectable()
export class ThemselvesGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    const { acting } = context.switchToHttp().getRequest<Request>();
    if (acting?.by !== acting?.subject) throw new Forbidden('a delegate at the contacts of another person');
    return true;
  }
}
