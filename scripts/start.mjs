// `npm start`: from a fresh clone to the portal on http://localhost:3000, one step after the other, each of them said.
import { spawn } from 'node:child_process';
import path from 'node:path';
import { buildProgram, ended, progress, ready, root, withBin } from './lib/setup.mjs';

if (ready()) await ended(start);

async function start() {
  const production = process.env.NODE_ENV === 'production';
  buildProgram();
  const { openDatabase } = await import('./lib/open-database.ts');
  const database = await openDatabase(progress);
  const { migrate } = await import('./lib/database.ts');
  await migrate(database.urls.owner, progress);
  if (!production) {
    const { seedDemonstration } = await import('./lib/seed.ts');
    await seedDemonstration(database.urls, progress);
  }
  return serve(database);
}

/** The program in a process of its own; signals reach it first, and the database stops last, with this process. */
function serve(database) {
  database.keepRunning();
  const { web, worker } = database.urls;
  // The program never sees the owner's address. In production a missing SECRET stops it; here the installation has one.
  const secret = process.env.NODE_ENV === 'production' ? process.env.SECRET : process.env.SECRET || database.secret;
  const env = withBin({ ...process.env, DATABASE_WEB_URL: web, DATABASE_WORKER_URL: worker });
  delete env.DATABASE_URL;
  if (secret) env.SECRET = secret;
  // As in the Dockerfile.
  env.MALLOC_ARENA_MAX ??= '1';
  const child = spawn(
    'node',
    ['--max-old-space-size=256', '--max-semi-space-size=16', path.join(root, 'dist', 'main.js')],
    {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      env,
    },
  );
  child.once('message', () => sayHowToEnter());
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill('SIGTERM'));
  return new Promise((resolve) => child.once('exit', (code) => resolve(code ?? 1)));
}

function sayHowToEnter() {
  const port = process.env.PORT || '3000';
  progress('ready');
  console.log(`
  MyINPS is at ${process.env.BASE_URL ?? `http://localhost:${port}`}

  To sign in: "Accedi" at the top right, then SPID, "Identità di prova", and choose Maria Rossi (Roma).
${whereMailGoes(port)}  Everything in it is invented. Ctrl+C stops it; the data stay in ${process.env.DATA_DIR ?? '.data'}/.
`);
}

/** Nothing leaves this machine unless a server was set: codes and notices are read in the catcher. */
function whereMailGoes(port) {
  const { NODE_ENV, NO_DEVELOPMENT_DOUBLES, SMTP_URL, DEV_SMS_PORT } = process.env;
  if (NODE_ENV === 'production' || NO_DEVELOPMENT_DOUBLES || SMTP_URL) return '';
  return `  E-mails and SMS it sends, codes included: http://127.0.0.1:${DEV_SMS_PORT || Number(port) + 5}/posta\n`;
}
