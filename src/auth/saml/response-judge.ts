import { Worker } from 'node:worker_threads';
import type { LogoutExpectation, LogoutMessage, LogoutVerdict } from './logout.js';
import type { Overload } from './refusal.js';
import type { Expectation, Verdict } from './response.js';
import type { Work } from './response.worker.js';

const THREADS = 2;
const QUEUE = 64;
/** Of a processor: a machine that is busy with other things refuses nobody for it. */
const PROCESSOR_LIMIT_MS = 2000;
/** How many times as long by the clock, for a thread that waits for what never comes. */
const WAITING = 15;
/** Between two looks: a thread that has nearly used up its share is not looked at all the time. */
const LEAST_LOOK_MS = 50;

interface Task {
  readonly work: Work;
  readonly done: (verdict: unknown) => void;
  readonly failed: (error: Error) => void;
}

interface Seat {
  worker: Worker | null;
  task: Task | null;
  timer: NodeJS.Timeout | null;
}

/**
 * Judges messages of strangers in worker threads: at most two at once, two seconds of a processor each, a bounded queue. Whatever a stranger
 * posts, the requests of others wait for none of it (a hostile 118 kB message kept node-saml busy for 5 s).
 */
export class ResponseJudge {
  private readonly seats: Seat[] = Array.from({ length: THREADS }, () => ({ worker: null, task: null, timer: null }));
  private readonly waiting: Task[] = [];
  private closed = false;

  constructor(private readonly limitMs = PROCESSOR_LIMIT_MS) {}

  judge(xml: string, expected: Expectation): Promise<Verdict> {
    return this.ask({ kind: 'response', xml, expected }) as Promise<Verdict>;
  }

  judgeLogout(message: LogoutMessage, expected: LogoutExpectation): Promise<LogoutVerdict> {
    return this.ask({ kind: 'logout', message, expected }) as Promise<LogoutVerdict>;
  }

  async close(): Promise<void> {
    this.closed = true;
    for (const task of this.waiting.splice(0)) task.done(refused('busy'));
    await Promise.all(this.seats.map((seat) => this.empty(seat)));
  }

  private ask(work: Work): Promise<unknown> {
    if (this.closed || this.waiting.length >= QUEUE) return Promise.resolve(refused('busy'));
    return new Promise((done, failed) => {
      this.waiting.push({ work, done, failed });
      this.next();
    });
  }

  private next(): void {
    const seat = this.seats.find((one) => !one.task);
    const task = seat && this.waiting.shift();
    if (!seat || !task) return;
    seat.task = task;
    seat.worker ??= this.start(seat);
    this.watch(
      seat,
      task,
      seat.worker.cpuUsage().catch(() => NOTHING),
    );
    seat.worker.ref();
    seat.worker.postMessage(task.work);
  }

  private start(seat: Seat): Worker {
    const worker = new Worker(new URL('./response.worker.js', import.meta.url), {
      resourceLimits: { maxOldGenerationSizeMb: 64 },
    });
    worker.on('message', (answer: { verdict?: unknown; fault?: string }) => {
      this.finish(seat, (task) =>
        answer.verdict ? task.done(answer.verdict) : task.failed(new Error(`SAML worker: ${answer.fault}`)),
      );
    });
    worker.on('error', () => {
      if (seat.worker === worker) seat.worker = null;
      this.finish(seat, (task) => task.done(refused('too-slow')));
    });
    worker.on('exit', () => {
      if (seat.worker === worker) seat.worker = null;
    });
    return worker;
  }

  /** Looks each time when the task could have used up its share. */
  private watch(
    seat: Seat,
    task: Task,
    before: Promise<NodeJS.CpuUsage>,
    left = this.limitMs,
    giveUpAt = performance.now() + this.limitMs * WAITING,
  ): void {
    seat.timer = setTimeout(
      async () => {
        const { user, system } = await (seat.worker?.cpuUsage(await before) ?? before).catch(() => NOTHING);
        if (seat.task !== task) return;
        const remaining = this.limitMs - (user + system) / 1000;
        if (remaining <= 0 || performance.now() >= giveUpAt) this.tooSlow(seat);
        else this.watch(seat, task, before, remaining, giveUpAt);
      },
      Math.max(left, Math.min(LEAST_LOOK_MS, this.limitMs)),
    );
  }

  private tooSlow(seat: Seat): void {
    const worker = seat.worker;
    seat.worker = null;
    void worker?.terminate();
    this.finish(seat, (task) => task.done(refused('too-slow')));
  }

  private finish(seat: Seat, answer: (task: Task) => void): void {
    if (seat.timer) clearTimeout(seat.timer);
    const task = seat.task;
    seat.task = null;
    seat.timer = null;
    // An idle thread must not keep the program from ending.
    seat.worker?.unref();
    if (task) answer(task);
    this.next();
  }

  private async empty(seat: Seat): Promise<void> {
    const worker = seat.worker;
    seat.worker = null;
    this.finish(seat, (task) => task.done(refused('busy')));
    await worker?.terminate();
  }
}

const NOTHING: NodeJS.CpuUsage = { user: 0, system: 0 };

function refused(reason: Overload): Verdict & { kind: 'refused' } {
  return { kind: 'refused', reason, requestId: null, signed: false };
}
