import type { Acting } from './acting.js';
import type { StaffRole } from './access.js';
import type { Visitor } from './visitor.js';

declare global {
  namespace Express {
    interface Request {
      /** Also in the answer and in each log line; people read it out to the help desk. */
      id: string;
      visitor: Visitor;
      acting?: Acting;
      /** The body as it came, of the few addresses that other systems post to (transport). */
      raw?: Buffer;
      /** A form that no open session sent; `owner` is whose it was when that session has just ended. */
      late?: { owner: string | null };
      /** The institute's own: never together with `acting`. */
      staff?: { id: string; office: string | null; roles: readonly StaffRole[] };
    }
    interface Locals {
      /** Origins a form of this page may lead to, besides our own (form-action of the policy). */
      formActions?: string[];
      /** Personal pages are never stored anywhere. */
      personal?: boolean;
    }
  }
}
