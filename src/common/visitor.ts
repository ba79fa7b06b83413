import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { Request } from 'express';
import type { Language, Translate } from './texts.js';

/** Whoever looks at a page, signed in or not: their language and its texts. */
export interface Visitor {
  t: Translate;
  lang: Language;
  /** Whether the person chose it here, rather than their browser for them; by a link of elsewhere it is for this page alone. */
  chosen: boolean | 'elsewhere';
}

export const Visitor = createParamDecorator((_: unknown, context: ExecutionContext): Visitor => {
  return context.switchToHttp().getRequest<Request>().visitor;
});
