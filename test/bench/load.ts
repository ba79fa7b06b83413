// The visitors: as many connections as asked for, each sending its next request when the last was answered. In a
// process of its own, so that it does not wait for who it measures.
import { randomUUID } from 'node:crypto';
import http from 'node:http';

export interface Get {
  kind: 'get';
  requests: { path: string; cookie: string }[];
}

export interface Book {
  kind: 'book';
  bookings: { path: string; cookie: string; csrf: string; slots: number[] }[];
}

export interface Job {
  port: number;
  seconds: number;
  connections: number;
  what: Get | Book;
}

export interface Measured {
  /** Answered (or booked) as they should be, within the time. */
  done: number;
  perSecond: number;
  p50: number;
  p99: number;
  /** Other answers, by status. */
  others: Record<string, number>;
  bytes: number;
}

interface Answer {
  status: number;
  location: string;
  bytes: number;
}

process.on('message', (job: Job) => {
  measure(job).then((measured) => process.send?.(measured));
});

async function measure({ port, seconds, connections, what }: Job): Promise<Measured> {
  const agent = new http.Agent({ keepAlive: true, maxSockets: connections });
  const send = sender(port, agent);
  const times: number[] = [];
  const others: Record<string, number> = {};
  let bytes = 0;
  let next = 0;
  const end = performance.now() + seconds * 1000;
  const one = async (): Promise<void> => {
    const turn = next++;
    const began = performance.now();
    const last = what.kind === 'get' ? await visit(send, what, turn) : await book(send, what, turn);
    const now = performance.now();
    if (last.status !== (what.kind === 'get' ? 200 : 303)) others[last.status] = (others[last.status] ?? 0) + 1;
    else if (now <= end) times.push(now - began);
    bytes = last.bytes;
  };
  const visitor = async (): Promise<void> => {
    while (performance.now() < end) await one();
  };
  await Promise.all(Array.from({ length: connections }, visitor));
  agent.destroy();
  times.sort((a, b) => a - b);
  const at = (part: number) => times[Math.min(times.length - 1, Math.floor(times.length * part))] ?? 0;
  return { done: times.length, perSecond: times.length / seconds, p50: at(0.5), p99: at(0.99), others, bytes };
}

type Send = (path: string, cookie: string, form?: Record<string, string>) => Promise<Answer>;

function visit(send: Send, { requests }: Get, turn: number): Promise<Answer> {
  const { path, cookie } = requests[turn % requests.length]!;
  return send(path, cookie);
}

/** Choose a time, give the contacts, confirm. A time that is gone is no failure of the server, and counts as another answer. */
async function book(send: Send, { bookings }: Book, turn: number): Promise<Answer> {
  const booking = bookings[turn];
  if (!booking) throw new Error('not enough persons for so many bookings');
  const { path, cookie, csrf, slots } = booking;
  const slot = String(slots[Math.floor(Math.random() * slots.length)]);
  const held = await send(path, cookie, { _csrf: csrf, orario: slot, richiesta: randomUUID() });
  const id = /\/appuntamenti\/([0-9a-f-]{36})\//.exec(held.location)?.[1];
  if (held.status !== 303 || !id) return { ...held, status: held.status === 303 ? 500 : held.status };
  const details = await send(`/appuntamenti/${id}/dettagli`, cookie, {
    _csrf: csrf,
    email: 'prova@esempio.example',
    telefono: '',
  });
  if (details.status !== 303) return details;
  return send(`/appuntamenti/${id}/conferma`, cookie, { _csrf: csrf });
}

function sender(port: number, agent: http.Agent): Send {
  return (path, cookie, form) =>
    new Promise((resolve, reject) => {
      const body = form ? new URLSearchParams(form).toString() : undefined;
      const headers = {
        Cookie: cookie,
        'Accept-Encoding': 'gzip, deflate, br',
        'Accept-Language': 'it',
        ...(body ? { 'Content-Type': 'application/x-www-form-urlencoded', 'Content-Length': body.length } : {}),
      };
      const request = http.request(
        { host: '127.0.0.1', port, path, agent, method: form ? 'POST' : 'GET', headers },
        (response) => {
          let bytes = 0;
          response.on('data', (chunk: Buffer) => (bytes += chunk.length));
          response.on('end', () =>
            resolve({ status: response.statusCode ?? 0, location: response.headers.location ?? '', bytes }),
          );
          response.on('error', reject);
        },
      );
      request.on('error', reject);
      request.end(body);
    });
}
