import { randomUUID } from 'node:crypto';
import { citizen } from '#src/common/actor.js';
import { Database } from '#src/common/database.js';
import { Transport, type Message } from '#src/transport/index.js';
import type { Road, Verdict } from '#src/transport/roads.js';
import type { TestApp } from '../support/app.ts';

export const TEXT = 'Il tuo codice è 482913. Non comunicarlo a nessuno.';

/** A message of this person, with what the test says changed. */
export function message(subject: string, changes: Partial<Message> = {}): Message {
  const channel = changes.channel ?? 'email';
  return {
    channel,
    subject,
    to: channel === 'email' ? 'maria.rossi@posta.example' : '+393331112223',
    title: channel === 'email' ? 'Il codice per la nuova e-mail' : '',
    text: TEXT,
    kind: 'security',
    key: randomUUID(),
    ...changes,
  };
}

/** Sends as the person themselves does, from a page. @returns the row's id */
export async function send(portal: TestApp, one: Message): Promise<string> {
  await portal.app
    .get(Database)
    .actingAs(citizen(one.subject), () => portal.app.get(Transport, { strict: false }).send(one));
  const [written] = await portal.db.query<{ id: string }>(
    'SELECT id FROM outgoing_message WHERE key = $1 AND channel = $2',
    [one.key, one.channel],
  );
  return written!.id;
}

export interface Row {
  state: string;
  attempts: number;
  uncertain: number;
  sealed: Buffer | null;
  next_attempt_at: Temporal.Instant | null;
}

export async function row(portal: TestApp, id: string): Promise<Row> {
  const [found] = await portal.db.query<Row & Record<string, unknown>>('SELECT * FROM outgoing_message WHERE id = $1', [
    id,
  ]);
  return found!;
}

export async function attempts(portal: TestApp, id: string): Promise<(string | null)[]> {
  const rows = await portal.db.query<{ outcome: string | null; code: string | null }>(
    'SELECT outcome, code FROM delivery_attempt WHERE message_id = $1 ORDER BY number',
    [id],
  );
  return rows.map(({ outcome, code }) => (outcome === null ? null : `${outcome} ${code}`));
}

/** A road that answers as it is told, one verdict after the other, and remembers what it was given. */
export class ScriptedRoad implements Road {
  readonly handed: string[] = [];
  private readonly verdicts: (Verdict | (() => Promise<Verdict>))[];

  constructor(...verdicts: (Verdict | (() => Promise<Verdict>))[]) {
    this.verdicts = verdicts;
  }

  async hand({ id }: { id: string }): Promise<Verdict> {
    this.handed.push(id);
    const next = this.verdicts.length > 1 ? this.verdicts.shift()! : this.verdicts[0]!;
    return typeof next === 'function' ? next() : next;
  }

  async close(): Promise<void> {}
}
