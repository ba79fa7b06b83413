import { AsyncLocalStorage } from 'node:async_hooks';
import { hostname } from 'node:os';
import { pino, type DestinationStream, type Logger } from 'pino';
import { cleanFields, cleanText, REFUSALS, type Refusal } from './log-scrub.js';

/** Carries the request id through everything a request does, so that each log line names it. */
export const requestContext = new AsyncLocalStorage<{ requestId: string }>();

export type Log = Logger;

/** What was refused since the process began, for the figures: each is a mistake of ours that somebody should mend. */
export const refusals: Record<Refusal, number> = Object.fromEntries(REFUSALS.map((what) => [what, 0])) as Record<
  Refusal,
  number
>;

/**
 * Structured lines (JSON): when (UTC), where (host and process), what, and ids of who; never names, codes, contacts,
 * addresses or tokens. What carries some is left out or marked, however deep it lies.
 * @param destination standard output unless said
 */
export function createLog(level: string, destination?: DestinationStream): Log {
  const options = {
    level,
    base: { host: hostname(), pid: process.pid },
    timestamp: pino.stdTimeFunctions.isoTime,
    // A copy: pino writes each line's own fields into what it is given.
    mixin: () => ({ ...requestContext.getStore() }),
    formatters: { level: (label: string) => ({ level: label }) },
    // Errors are reduced before pino sees them; its own serializers would not know them any more.
    serializers: { err: (reduced: unknown) => reduced },
    hooks: { logMethod },
  };
  return withCleanChildren(destination ? pino(options, destination) : pino(options));
}

/** What a child log repeats in each of its lines is written once, past the hook of lines. */
function withCleanChildren(log: Log): Log {
  const { child } = log;
  log.child = function (this: Log, bindings: object, ...rest: unknown[]) {
    return Reflect.apply(child, this, [clean(bindings), ...rest]) as Log;
  } as unknown as Log['child'];
  return log;
}

/** Every line passes here, whatever it was called with; levels that are off cost nothing. */
function logMethod(this: Logger, args: unknown[], method: (...args: never[]) => void): void {
  const [first, ...rest] = args;
  const texts = rest.map((one) => (typeof one === 'string' ? cleanText(one, refused) : asField(one)));
  if (typeof first !== 'object' || first === null) {
    return Reflect.apply(method, this, [typeof first === 'string' ? cleanText(first, refused) : first, ...texts]);
  }
  const fields = clean(first instanceof Error ? { err: first } : first);
  // Without a message of ours pino would take the error's.
  Reflect.apply(method, this, [fields, ...(texts.length > 0 ? texts : [''])]);
}

function asField(value: unknown): unknown {
  return typeof value === 'object' && value !== null ? clean({ value }) : value;
}

function clean(fields: object): Record<string, unknown> {
  return cleanFields(fields, refused);
}

function refused(what: Refusal): void {
  refusals[what]++;
}
