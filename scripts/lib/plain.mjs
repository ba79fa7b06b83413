// What goes wrong with a command is told in a sentence or a few, never as a trace. Node built-ins only.

/** Something that whoever gave the command can mend; its message says what and how. */
export class ToMend extends Error {}

export const NOT_MIGRATED = 'The database is not at this release: run "npm run migrate" first.';

/** What PostgreSQL's codes mean for whoever runs a command. */
const OF_THE_DATABASE = {
  42501: 'The login of DATABASE_URL may not do this: it must be the owner of the database (docs/operations.md).',
  42704: 'The roles of docs/operations.md, "PostgreSQL", must be there first.',
  '42P01': NOT_MIGRATED,
  42703: NOT_MIGRATED,
  42883: NOT_MIGRATED,
  '3F000': NOT_MIGRATED,
  '55P03': 'Something else holds a lock there: run the command again.',
};

const OF_FILES = new Set([
  'EACCES',
  'EPERM',
  'EROFS',
  'ENOENT',
  'ENOTDIR',
  'EEXIST',
  'EISDIR',
  'ENOSPC',
  'ENAMETOOLONG',
]);

/** @returns {string} the error in plain words; with LOG_LEVEL=debug where it comes from, too */
export function plainly(error) {
  const trace = process.env.LOG_LEVEL === 'debug' && error?.stack ? `\n${error.stack}` : '';
  return `${sentences(error)}${trace}`;
}

function sentences(error) {
  const { code, path, message } = Object(error);
  if (error instanceof ToMend) return message;
  if (OF_THE_DATABASE[code]) return `${OF_THE_DATABASE[code]}\nIt says: ${message}`;
  if (code === 'ERR_MODULE_NOT_FOUND') return `This needs what is not here: ${message}`;
  if (OF_FILES.has(code) && path) return `${path} cannot be read or written (${code}).`;
  return `It did not work: ${message || code || String(error)}`;
}
