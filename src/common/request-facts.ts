import type { Request } from 'express';

interface Layer {
  route?: { path: unknown; methods: Record<string, boolean | undefined> };
  match(path: string): boolean;
}

function layersOf(req: Request): readonly Layer[] {
  return (req.app as unknown as { router?: { stack?: Layer[] } }).router?.stack ?? [];
}

/**
 * The path of a page as its route spells it, for one typed with capitals, a slash at its end or two inside. What stands
 * for a record is left as it is. @returns null where there is no such page
 */
export function rightSpelling(req: Request): string | null {
  const typed = req.path.split('/').filter((part) => part !== '');
  for (const { route } of layersOf(req)) {
    if (route?.methods.get !== true || typeof route.path !== 'string') continue;
    const parts = route.path.split('/').slice(1);
    const spelled = parts.map((part, at) => (part.startsWith(':') ? (typed[at] ?? '') : part));
    const same = spelled.every((part, at) => part !== '' && part.toLowerCase() === typed[at]?.toLowerCase());
    if (same && parts.length === typed.length) return `/${spelled.join('/')}`;
  }
  return null;
}

/** Whether a page of ours asks, or the person by an address; null where the browser does not say (W3C Fetch Metadata). */
export function isAskedHere(req: Request): boolean | null {
  const site = req.get('sec-fetch-site');
  return site === undefined ? null : site === 'same-origin' || site === 'none';
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
  const method = req.method.toLowerCase();
  const layer = layersOf(req).find((one) => one.route?.methods[method] === true && one.match(req.path));
  return layer?.route ? String(layer.route.path) : 'other';
}
