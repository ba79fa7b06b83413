import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { Request } from 'express';

/** Who acts and for whom. `subject`: whose data (citizen id). `by`: who is at the keyboard; the same unless a delegate. */
export interface Acting {
  subject: string;
  by: string;
}

/** The signed-in person of a request; only for routes that ask for one (the access guard has checked it). */
export const Acting = createParamDecorator((_: unknown, context: ExecutionContext): Acting => {
  const { acting } = context.switchToHttp().getRequest<Request>();
  if (!acting) throw new Error('a route that acts for a person must be @Allow("citizen")');
  return acting;
});
