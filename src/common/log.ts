import { AsyncLocalStorage } from 'node:async_hooks';
import { pino, type Logger } from 'pino';

/** Carries the request id through everything a request does, so that each log line names it. */
export const requestContext = new AsyncLocalStorage<{ requestId: string }>();

/** Fields that could hold personal data or secrets: a line that carries one is a mistake of ours, so it is refused. */
const REFUSED =
  /^(fiscal_?code|fiscal_?number|name|family_?name|email|mobile|phone|address|token|password|pin|cookie|authorization|csrf|body|saml_?response|relay_?state)$/i;

export type Log = Logger;

/** Structured lines (JSON): ids only, never names, codes, contacts or addresses. */
export function createLog(level: string): Log {
  return pino({
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    // A copy: pino writes each line's own fields into what it is given.
    mixin: () => ({ ...requestContext.getStore() }),
    formatters: { level: (label) => ({ level: label }), log: refusePersonalFields },
    serializers: { err: errorWithoutData },
  });
}

function refusePersonalFields(line: Record<string, unknown>): Record<string, unknown> {
  const refused = Object.keys(line).filter((key) => REFUSED.test(key));
  if (refused.length === 0) return line;
  return { ...Object.fromEntries(Object.entries(line).filter(([key]) => !REFUSED.test(key))), refusedFields: refused };
}

/** PostgreSQL repeats the offending values in `detail` and `where`: only its code and constraint are kept. */
function errorWithoutData(error: unknown): Record<string, unknown> {
  if (!(error instanceof Error)) return { type: typeof error };
  const { code, constraint, table } = error as Error & { code?: string; constraint?: string; table?: string };
  const database = typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code);
  return {
    type: error.constructor.name,
    ...(code === undefined ? {} : { code }),
    ...(constraint === undefined ? {} : { constraint }),
    ...(table === undefined ? {} : { table }),
    ...(database ? {} : { message: error.message }),
    stack: error.stack
      ?.split('\n')
      .filter((line) => /^\s+at /.test(line))
      .slice(0, 12)
      .join('\n'),
  };
}
