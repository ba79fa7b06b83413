// Asks the program for each page and step once, and keeps what it sent to PostgreSQL for it.
import { randomUUID } from 'node:crypto';
import type pg from 'pg';
import type { Urls } from '../../scripts/lib/database.ts';
import type { Person } from './people.ts';
import { startProgram, takeStatements, type Running } from './processes.ts';
import { abstracted, type Named, type Script } from './statements.ts';

export const BOARD = '/bacheca';
export const TIMES = '/appuntamenti/nuovo/orario';

export function timesPath({ office, comune }: Pick<Person, 'office' | 'comune'>, topic = 'pensioni'): string {
  return `${TIMES}?${new URLSearchParams({ sede: office, modo: 'desk', argomento: topic, comune })}`;
}

/** @param person without appointments; signed in, as the owner's `client` has arranged */
export async function record(urls: Urls, client: pg.Client, secret: string, person: Person): Promise<Script[]> {
  const program = await startProgram(urls, secret, ['--import', './test/bench/record.mjs']);
  try {
    const ask = asker(program, person);
    const named = { citizen: person.id, office: person.office, comune: person.comune };
    const scripts: Script[] = [];
    for (const [name, path] of [
      [`GET ${BOARD}`, BOARD],
      [`GET ${TIMES}`, timesPath(person)],
    ] as const) {
      await ask(path);
      await takeStatements(program.child);
      const { text } = await ask(path);
      scripts.push({ name, html: text, statements: abstracted(await takeStatements(program.child), named) });
    }
    return [...scripts, ...(await recordBooking(program, client, person, ask))];
  } finally {
    await program.stop();
  }
}

type Ask = (path: string, form?: Record<string, string>) => Promise<{ text: string; location: string }>;

/** What comes first with a statement (its preparation, say) is left to a first booking, which is not kept. */
async function recordBooking(program: Running, client: pg.Client, person: Person, ask: Ask): Promise<Script[]> {
  await bookingOf('naspi');
  return bookingOf('pensioni');

  async function bookingOf(topic: string): Promise<Script[]> {
    const { rows } = await client.query<{ id: string }>(
      "SELECT id FROM slot WHERE office_id = $1 AND channel = 'desk' AND NOT is_full ORDER BY start_at DESC LIMIT 1",
      [person.office],
    );
    const slot = rows[0]?.id ?? '';
    const request = randomUUID();
    await takeStatements(program.child);
    const { location } = await ask(timesPath(person, topic), { orario: slot, richiesta: request });
    const id = /[0-9a-f]{8}-[0-9a-f-]{27}/.exec(location)?.[0] ?? '';
    const named: Named = {
      citizen: person.id,
      office: person.office,
      comune: person.comune,
      request,
      appointment: id,
      slot,
    };
    const keep = async (name: string): Promise<Script> => ({
      name,
      html: '',
      statements: abstracted(await takeStatements(program.child), named).map((one) => ({
        ...one,
        values: one.values.map((value) => (value === topic ? '{topic}' : value)),
      })),
    });
    const hold = await keep(`POST ${TIMES}`);
    await ask(`/appuntamenti/${id}/dettagli`, { email: 'prova@esempio.example', telefono: '' });
    const details = await keep('POST dettagli');
    await ask(`/appuntamenti/${id}/conferma`, {});
    return [hold, details, await keep('POST conferma')];
  }
}

function asker({ port }: Running, { cookie, csrf }: Person): Ask {
  return async (path, form) => {
    const headers = { Cookie: cookie, 'Accept-Encoding': 'identity', 'Accept-Language': 'it' };
    const body = form ? new URLSearchParams({ _csrf: csrf, ...form }) : null;
    const answer = await fetch(`http://127.0.0.1:${port}${path}`, {
      headers,
      redirect: 'manual',
      method: form ? 'POST' : 'GET',
      body,
    });
    const text = await answer.text();
    if (answer.status !== (form ? 303 : 200)) throw new Error(`${path}: ${answer.status}\n${text.slice(0, 500)}`);
    return { text, location: answer.headers.get('location') ?? '' };
  };
}
