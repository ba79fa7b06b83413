import type { Request } from 'express';

interface Layer {
  route?: { path: unknown; methods: Record<string, boolean | undefined> };
  match(path: string): boolean;
}

/** Who asked, by ids alone, for a log line: the person acted for and who acts, or the member of the staff. */
export function whoAsked({ acting, staff }: Request): Record<string, string> {
  if (acting) return acting.by === acting.subject ? { subject: acting.subject } : { ...acting };
  return staff ? { staff: staff.id } : {};
}

/**
 * The pattern of the route that a request is for (`/appuntamenti/:id`), never its path, which may hold anything. What
 * is refused before its route is found (a form without a token) is matched here.
 */
export function routePattern(req: Request): string {
  const found = req.route as { path?: unknown } | undefined;
  if (found?.path !== undefined) return String(found.path);
  const { stack = [] } = (req.app as unknown as { router?: { stack?: Layer[] } }).router ?? {};
  const method = req.method.toLowerCase();
  const layer = stack.find(({ route }, at) => route?.methods[method] === true && stack[at]!.match(req.path));
  return layer?.route ? String(layer.route.path) : 'other';
}
