import { createServer, connect, type AddressInfo, type Socket } from 'node:net';

/**
 * A balancer between the program and PostgreSQL that can forget connections: no byte passes any more in either
 * direction, and neither side is told. New connections through it work.
 */
export interface Forgetful {
  /** The same address, through here. */
  through(url: string): string;
  forget(): void;
  /** Forgets each connection that commits, right after the word has passed or before; until told `never`. */
  forgetAtCommit(when: 'after' | 'before' | 'never'): void;
  /** What each connection said first, as PostgreSQL reads it. */
  startUps: string[];
  close(): Promise<void>;
}

export async function forgetfulTo(target: string): Promise<Forgetful> {
  const open = new Set<Line>();
  const startUps: string[] = [];
  let atCommit: 'after' | 'before' | 'never' = 'never';
  const server = createServer((near) => {
    const line = new Line(near, connect(Number(new URL(target).port), '127.0.0.1'));
    open.add(line);
    near.once('data', (bytes: Buffer) => startUps.push(bytes.toString('latin1')));
    near.on('data', (bytes: Buffer) => {
      const when = bytes.includes('COMMIT\0') ? atCommit : 'never';
      if (when === 'before') line.forget();
      line.pass(line.far, bytes);
      if (when === 'after') line.forget();
    });
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  return {
    startUps,
    through: (url) => {
      const { username, password, pathname } = new URL(url);
      return `postgres://${username}:${password}@127.0.0.1:${port}${pathname}`;
    },
    forget: () => open.forEach((line) => line.forget()),
    forgetAtCommit: (when) => void (atCommit = when),
    close: async () => {
      open.forEach((line) => line.close());
      await new Promise((done) => server.close(done));
    },
  };
}

class Line {
  private forgotten = false;
  readonly near: Socket;
  readonly far: Socket;

  constructor(near: Socket, far: Socket) {
    this.near = near;
    this.far = far;
    far.on('data', (bytes: Buffer) => this.pass(near, bytes));
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      one.on('error', () => {});
      one.on('close', () => {
        if (!this.forgotten) other.destroy();
      });
    }
  }

  pass(to: Socket, bytes: Buffer): void {
    if (!this.forgotten) to.write(bytes);
  }

  forget(): void {
    this.forgotten = true;
  }

  close(): void {
    this.near.destroy();
    this.far.destroy();
  }
}
