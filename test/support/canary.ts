import { readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { load } from 'cheerio';
import { checkLetter } from '#src/common/fiscal-code.js';
import type { TestDatabase } from './database.ts';

const code = (signs: string): string => signs + checkLetter(signs);

/** Somebody invented whose every value is found nowhere else: wherever one turns up, it leaked. */
export const CANARY = {
  fiscalCode: code('CNRCRN80E55H501'),
  pinFiscalCode: code('ZWTCRL58D17Z401'),
  name: 'Canarina',
  familyName: 'Zwitscherlein',
  email: 'canarina.zwitscher@voliera-segreta.example',
  mobile: '+393470011223',
  street: 'Via della Voliera Gialla 77',
  note: 'gabbietta con sedia a rotelle turchese',
  query: 'ricercacanarina',
  pin: 'CANTA000UCCELLI0',
  statusMessage: 'Uccellino bloccato dal gestore',
  nameId: '_nome-di-canarina-presso-il-gestore',
  staffName: 'Operatrice Pappagalli',
  staffSubject: 'matricola-pappagalli-31',
  thrown: 'frase di un errore con la cocorita dentro',
  newEmail: 'cinguettio@trespolo-nascosto.example',
  newMobile: '+393498877665',
  wish: 'il pappagallo verde conosce la combinazione',
  wrongValue: 'Pennuta col becco storto',
  rightValue: 'Pennuta col becco diritto',
  answer: 'risposta firmata dal merlo bianco sul davanzale',
} as const;

/** A value that must turn up nowhere, with what to call it in a report. */
export interface Secret {
  what: string;
  value: string;
  /** Too short to be looked for within other signs: it counts where it stands alone. */
  word?: boolean;
}

export interface Leak {
  what: string;
  place: string;
  /** The beginning of the line it is in. */
  line: string;
}

/** Lines by place: the log, job payloads, metrics and so on. */
export type Places = Readonly<Record<string, readonly string[]>>;

/** Looks for every secret in every line, as it is and in the ways it may be written. */
export function leaks(secrets: readonly Secret[], places: Places): Leak[] {
  const forms = secrets.filter(({ word }) => !word).map(({ what, value }) => ({ what, ...formsOf(value) }));
  const words = secrets
    .filter(({ word }) => word)
    .map(({ what, value }) => ({ what, alone: new RegExp(`(?<![\\w.-])${value}(?![\\w.-])`, 'i') }));
  return Object.entries(places).flatMap(([place, lines]) =>
    lines.flatMap((line) => {
      const plain = squeezed(line);
      // The letter of an escaped end of line is no part of the word after it.
      const read = decoded(decoded(line)).replace(/\\+[nrt]/g, ' ');
      return [
        ...forms.filter(
          ({ any, exact }) => any.some((form) => plain.includes(form)) || exact.some((form) => line.includes(form)),
        ),
        ...words.filter(({ alone }) => alone.test(read)),
      ].map(({ what }) => ({ what, place, line: line.slice(0, 300) }));
    }),
  );
}

/** What a page shows of the canary to somebody else, apart from what they sent themselves. */
export function shownToOthers(secrets: readonly Secret[], html: string, sent: string): Leak[] {
  const text = load(html).root().text();
  return leaks(
    secrets.filter(({ value }) => !squeezed(sent).includes(squeezed(value))),
    { page: [html, text] },
  );
}

/** Any case, escaped, with or without separators; base64 wherever it begins in what was encoded; hexadecimal. */
function formsOf(value: string): { any: string[]; exact: string[] } {
  const bytes = Buffer.from(value);
  const base64 = [0, 1, 2].map((before) => {
    const text = Buffer.concat([Buffer.alloc(before), bytes]).toString('base64');
    // The first and last signs mix with what is around.
    return text.slice(before === 0 ? 0 : 4, -4);
  });
  const exact = base64.flatMap((text) => [text, text.replaceAll('+', '-').replaceAll('/', '_')]);
  return { any: [squeezed(value), bytes.toString('hex')], exact: exact.filter((text) => text.length >= 8) };
}

function squeezed(text: string): string {
  // Twice: an address may stand within an address.
  return decoded(decoded(text))
    .replace(/[\s\\+"'()/-]/g, '')
    .toLowerCase();
}

function decoded(text: string): string {
  return text.replace(/%([0-7][0-9a-f])/gi, (_all, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}

/** Every row of every table of the job queue. */
export async function jobRows(db: TestDatabase): Promise<string[]> {
  const tables = await db.query<{ name: string }>(
    `SELECT quote_ident(c.relname) AS name FROM pg_class c WHERE c.relnamespace = 'pgboss'::regnamespace AND c.relkind = 'r'`,
  );
  const rows = [];
  for (const { name } of tables)
    rows.push(...(await db.query<{ row: string }>(`SELECT t::text AS row FROM pgboss.${name} t`)));
  return rows.map(({ row }) => row);
}

/** What the database server writes from now on, when its log is a file that can be read here (the embedded one's is). */
export async function serverLog(db: TestDatabase): Promise<(() => string[]) | null> {
  const [row] = await db.query<{ folder: string }>(`SELECT current_setting('data_directory') AS folder`);
  const file = path.join(path.dirname(row!.folder), 'server.log');
  const from = statSync(file, { throwIfNoEntry: false })?.size;
  return from === undefined ? null : () => readFileSync(file).subarray(from).toString('utf8').split('\n');
}
