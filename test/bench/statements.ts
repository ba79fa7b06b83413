// Statements as the program sent them, with the values that belong to one request replaced by their names.

export interface Recorded {
  pool: 'session' | 'page';
  name?: string;
  text: string;
  values: unknown[];
  together: boolean;
}

/** One request of the floor: its statements, and what it answers. */
export interface Script {
  name: string;
  statements: Recorded[];
  /** The whole page, for a GET; '' for a redirect. */
  html: string;
}

export type Named = Record<string, string>;

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const NUMBER = /^[A-Z]{2}-\d{4}$/;

/** Puts `{name}` where the recording has the value of that name; other uuids and numbers become fresh ones each time. */
export function abstracted(statements: readonly Recorded[], named: Named): Recorded[] {
  const replace = (text: string) =>
    Object.entries(named).reduce((made, [name, value]) => made.replaceAll(value, `{${name}}`), text);
  const value = (one: unknown): unknown => {
    if (Buffer.isBuffer(one) || one instanceof Uint8Array) return '{hash}';
    if (typeof one === 'number' && String(one) === named.slot) return '{slot}';
    if (typeof one !== 'string') return one;
    const text = replace(one);
    if (UUID.test(text)) return '{fresh}';
    return NUMBER.test(text) ? '{number}' : text;
  };
  return statements.map((statement) => ({
    ...statement,
    text: replace(statement.text),
    values: statement.values.map(deep(value)),
  }));
}

/** The statement of one request. @param named what stands for each name, `hash` as the bytes of the token's hash */
export function concrete(
  statement: Recorded,
  named: Readonly<Record<string, string | Buffer>>,
): { name?: string; text: string; values: unknown[] } {
  const fill = (text: string) =>
    text.replace(/\{(citizen|office|comune|topic|request|appointment|slot|fresh|number)\}/g, (_, name: string) =>
      String(named[name]),
    );
  const value = (one: unknown): unknown =>
    one === '{hash}' ? named.hash : typeof one === 'string' && one.includes('{') ? fill(one) : one;
  const text = statement.text.includes('{') ? fill(statement.text) : statement.text;
  return { ...(statement.name ? { name: statement.name } : {}), text, values: statement.values.map(deep(value)) };
}

function deep(change: (value: unknown) => unknown): (value: unknown) => unknown {
  const walk = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(walk);
    if (value && typeof value === 'object' && Object.getPrototypeOf(value) === Object.prototype)
      return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, walk(one)]));
    return change(value);
  };
  return walk;
}
