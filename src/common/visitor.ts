import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { Request } from 'express';
import type { Language, Translate } from './texts.js';

/** Whoever looks at a page, signed in or not: their language and its texts. */
export interface Visitor {
  t: Translate;
  lang: Language;
  /** Whether the person chose it by a link, rather than their browser for them. */
  chosen: boolean;
}

export const Visitor = createParamDecorator((_: unknown, context: ExecutionContext): Visitor => {
  return context.switchToHttp().getRequest<Request>().visitor;
});
