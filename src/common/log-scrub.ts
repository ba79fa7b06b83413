/** What a log line may not hold, and how it is taken out. Pure, so that test/common/log.test.ts can try every shape. */

/** Why something was left out of a line. */
export const REFUSALS = ['field', 'fiscal-code', 'e-mail', 'telephone', 'iban', 'token', 'bytes'] as const;
export type Refusal = (typeof REFUSALS)[number];
export type OnRefused = (what: Refusal) => void;

/**
 * Fields that could hold personal data or secrets, compared without case, `_` and `-`: a line that carries one is a
 * mistake of ours. Words of the domain are refused in both languages.
 */
const FIELDS = new Set(
  `fiscalcode fiscalnumber codicefiscale identitykey name fullname givenname firstname familyname lastname surname
  displayname nome cognome placeofbirth dateofbirth bornon gender sex citizenship
  email mail pec mobile phone telephone contactemail contactphone saidemail saidmobile telefono cellulare
  address saidaddress indirizzo street postalcode domicile residence municipality iban
  token accesstoken idtoken refreshtoken password passwd secret pin otp csrf csrfkey nonce verifier cookie cookies setcookie
  authorization proxyauthorization sessionid sid headers rawheaders body rawbody form fields query params parameters values
  samlresponse samlrequest relaystate assertion nameid xml html text title note notes subjecttext message plain payload
  ip remoteaddress useragent from to recipient recipients envelope detail hint where internalquery input`
    .split(/\s+/)
    .filter(Boolean),
);
/** Where what was caught is put. */
const THROWN = new Set(['err', 'error', 'failure']);
/** A log is where the head of the audit chain is anchored: a MAC, which tells nothing and opens nothing. */
const ANCHORS = new Set(['mac']);
const ANCHOR = /^[\w+/=-]{16,88}$/;
const DEPTH = 6;
const MOST_NODES = 200;
const MOST_SIGNS = 4_000;

/** Room and depth left for one line. */
interface Walk {
  nodes: number;
  refused: string[];
  onRefused: OnRefused;
}

/** @returns a copy of the fields of a line without what is refused; names of what was left out are told. */
export function cleanFields(fields: object, onRefused: OnRefused): Record<string, unknown> {
  const walk: Walk = { nodes: 0, refused: [], onRefused };
  const clean = cleanObject(fields, walk, DEPTH, '');
  return walk.refused.length > 0 ? { ...clean, refusedFields: walk.refused } : clean;
}

function cleanObject(fields: object, walk: Walk, depth: number, path: string): Record<string, unknown> {
  const clean: Record<string, unknown> = {};
  for (const key of Object.keys(fields)) {
    if (++walk.nodes > MOST_NODES) {
      clean.more = '[left out]';
      break;
    }
    if (isRefused(key)) {
      walk.refused.push(cleanText(path + key, walk.onRefused));
      walk.onRefused('field');
      continue;
    }
    const given = (fields as Record<string, unknown>)[key];
    if (ANCHORS.has(key) && typeof given === 'string' && ANCHOR.test(given)) {
      clean[key] = given;
      continue;
    }
    // Whatever was thrown: a text or an object that is no error says of itself only what kind of thing it is.
    const told = THROWN.has(key) && given !== undefined ? reducedError(given) : given;
    const value = cleanValue(told, walk, depth - 1, `${path}${key}.`);
    // A key can be data as well (a map by address).
    if (value !== undefined) clean[cleanText(key, walk.onRefused)] = value;
  }
  return clean;
}

function isRefused(key: string): boolean {
  return FIELDS.has(key.toLowerCase().replace(/[_-]/g, ''));
}

function cleanValue(value: unknown, walk: Walk, depth: number, path: string): unknown {
  switch (typeof value) {
    case 'string':
      return cleanText(value, walk.onRefused);
    case 'bigint':
      return cleanText(String(value), walk.onRefused);
    case 'number':
    case 'boolean':
      return value;
    case 'object':
      break;
    default:
      return undefined;
  }
  if (value === null) return null;
  if (depth <= 0) return '[left out]';
  if (value instanceof Error) return cleanObject(reducedError(value), walk, depth, path);
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) {
    walk.onRefused('bytes');
    return '[refused: bytes]';
  }
  if (Array.isArray(value)) return cleanList(value, walk, depth, path);
  // Instants, addresses and other things that know how they are written.
  const { toJSON } = value as { toJSON?: unknown };
  if (typeof toJSON === 'function') return cleanValue(toJSON.call(value), walk, depth - 1, path);
  if (value instanceof Map || value instanceof Set) return cleanList([...value.values()], walk, depth, path);
  return cleanObject(value, walk, depth, path);
}

function cleanList(values: readonly unknown[], walk: Walk, depth: number, path: string): unknown[] {
  const clean: unknown[] = [];
  for (const value of values) {
    if (++walk.nodes > MOST_NODES) {
      clean.push('[left out]');
      break;
    }
    clean.push(cleanValue(value, walk, depth - 1, path) ?? null);
  }
  return clean;
}

/**
 * In this order at each place of a text: what may stay (a UUID is an id of ours) comes first, so that no part of it is
 * taken for something else. Every repetition is bounded: the time is proportional to the length.
 */
const SUSPECTS = new RegExp(
  [
    '(?<uuid>[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})',
    '(?<instant>\\d{4}-\\d\\d-\\d\\dT[\\d:.]{5,18}Z?)',
    "(?<mail>[\\w.+%'-]{1,64}@[\\w\\u00C0-\\u024F-]{1,63}(?:\\.[\\w\\u00C0-\\u024F-]{1,63}){0,5}\\.[A-Za-z]{2,24})",
    // Letters of omocodia stand for digits (d.m. 23 December 1976); spaces between the parts are common.
    '(?<fiscal>(?<![A-Za-z0-9])[A-Za-z]{3}[ ]?[A-Za-z]{3}[ ]?[0-9LMNPQRSTUVlmnpqrstuv]{2}[A-EHLMPRSTa-ehlmprst][0-9LMNPQRSTUVlmnpqrstuv]{2}[ ]?[A-Za-z][0-9LMNPQRSTUVlmnpqrstuv]{3}[A-Za-z](?![A-Za-z0-9]))',
    '(?<iban>(?<![A-Za-z0-9])[A-Za-z]{2}\\d{2}(?:[ ]?[A-Za-z0-9]{4}){2}(?:[ ]?[A-Za-z0-9]{1,4}){1,6}(?![A-Za-z0-9]))',
    '(?<telephone>(?<![\\w.:/-])(?:(?:\\+|00)\\d{1,3}[\\s./()-]{0,3}(?:\\d[\\s./()-]?){5,13}\\d|3\\d{2}[\\s./-]?\\d{3}[\\s./-]?\\d{3,4}|0\\d{1,3}[\\s./-]?\\d{5,8})(?![\\w-]))',
    '(?<token>[\\w+-]{24,}={0,2})',
  ].join('|'),
  'gu',
);

/** @returns the text with a mark in the place of all that looks like personal data or a secret */
export function cleanText(text: string, onRefused: OnRefused): string {
  // Shorter than anything that is looked for.
  if (text.length < 7) return text;
  const bounded = text.length > MOST_SIGNS ? `${text.slice(0, MOST_SIGNS)}…` : text;
  const plain = bounded.includes('%') ? decoded(decoded(bounded)) : bounded;
  const clean = marked(plain, onRefused);
  return clean === plain ? bounded : clean;
}

/** As a part of an address is read; what is none stays. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function marked(text: string, onRefused: OnRefused): string {
  return text.replace(SUSPECTS, (found, ...rest) => {
    const what = whatIs(found, rest.at(-1) as Record<string, string | undefined>);
    if (what === null) return found;
    onRefused(what);
    return `[refused: ${what}]`;
  });
}

function whatIs(found: string, groups: Record<string, string | undefined>): Refusal | null {
  if (groups.uuid ?? groups.instant) return null;
  if (groups.mail) return 'e-mail';
  if (groups.fiscal) return 'fiscal-code';
  if (groups.iban) return isIban(found) ? 'iban' : null;
  if (groups.telephone) return 'telephone';
  return isToken(found) ? 'token' : null;
}

/** Reason codes and names of files are long words too; what a machine made up is hexadecimal, or goes up and down. */
function isToken(run: string): boolean {
  if (/^[0-9a-f]{32,}$/i.test(run)) return true;
  const kinds = run
    .replace(/[^A-Za-z0-9]/g, '')
    .replace(/\d+/g, '0')
    .replace(/[a-z]+/g, 'a')
    .replace(/[A-Z]+/g, 'A');
  return kinds.length > run.length / 4 && /0/.test(kinds) && /a/.test(kinds) && /A/.test(kinds);
}

/** Words that follow look like a part of one: its check digits (ISO 13616) tell. */
function isIban(found: string): boolean {
  const parts = found.toUpperCase().split(' ');
  return parts.some((_, last) => checksAsIban(parts.slice(0, last + 1).join(''))) || isToken(found);
}

function checksAsIban(signs: string): boolean {
  if (signs.length < 15 || signs.length > 34) return false;
  const digits = (signs.slice(4) + signs.slice(0, 4)).replace(/[A-Z]/g, (sign) => String(sign.charCodeAt(0) - 55));
  return BigInt(digits) % 97n === 1n;
}

/** Where this program is: `src/` with source maps, `dist/` without. */
const OWN = (/\(?((?:file:\/\/)?\/[^()]*\/|(?:file:\/\/\/)?[A-Z]:[^()]*[\\/])common[\\/]log-scrub\./.exec(
  new Error().stack ?? '',
) ?? [])[1];

const NATIVE = new Set(['TypeError', 'RangeError', 'SyntaxError', 'ReferenceError', 'URIError', 'EvalError']);
/** What V8 says of a mistake in a program without repeating a value. */
const PLAIN = [
  /^Cannot (?:read|set) properties of (?:undefined|null)(?: \((?:reading|setting) '[\w$]{1,40}'\))?$/,
  /^[\w$.]{1,80}(?:\(\.\.\.\))? is not (?:a function|a constructor|defined|iterable)$/,
];

/**
 * An error as a line may hold it: what kind, where, and codes. Its message stays only when the program wrote it (ours
 * hold no data: test/common/log.test.ts looks at each) or V8 says it without a value: those of libraries repeat what
 * they were given, PostgreSQL's in `message`, `detail` and `where`.
 */
export function reducedError(error: unknown, causes = 3): Record<string, unknown> {
  if (!(error instanceof Error)) return { type: typeof error };
  const { code, constraint, table, syscall, status, responseCode } = error as Error & Record<string, unknown>;
  const codes = Object.entries({ code, constraint, table, syscall, status, responseCode }).filter(
    ([, value]) => typeof value === 'number' || (typeof value === 'string' && /^[\w.-]{1,80}$/.test(value)),
  );
  const places = (error.stack ?? '')
    .split('\n')
    .filter((line) => /^\s+at /.test(line))
    .slice(0, 12);
  return {
    type: error.constructor.name,
    ...Object.fromEntries(codes),
    ...(mayTell(error, places[0] ?? '') ? { reason: error.message } : {}),
    stack: places.join('\n'),
    ...(error.cause instanceof Error && causes > 0 ? { cause: reducedError(error.cause, causes - 1) } : {}),
  };
}

function mayTell(error: Error, place: string): boolean {
  if (PLAIN.some((form) => form.test(error.message))) return true;
  if (NATIVE.has(error.constructor.name)) return false;
  return OWN !== undefined && place.includes(OWN) && !place.includes('node_modules');
}
