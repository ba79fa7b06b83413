import { once } from 'node:events';
import { PassThrough, type Readable } from 'node:stream';
import { ZipFile } from 'yazl';

/**
 * A ZIP file that is written while it is read: nothing of it is held but what is on the way. Who adds must be inside the
 * unit of work that the texts are read in; who reads need not be, so the one waits for the other here and nowhere else.
 */
export class Archive {
  private readonly zip = new ZipFile();
  private readonly mtime: Date;

  /** @param stop ends the writing when nobody reads any more */
  constructor(
    at: Temporal.Instant,
    private readonly stop: AbortSignal,
  ) {
    this.mtime = new Date(at.epochMilliseconds);
    this.zip.on('error', (error: Error) => this.fail(error));
    // Whoever reads is told of an error by the reading; one that comes after it concerns nobody.
    this.output.on('error', () => {});
  }

  get output(): Readable {
    return this.zip.outputStream as Readable;
  }

  /** @param name in ASCII: older programs that open ZIP files know no other letters */
  async add(name: string, texts: AsyncIterable<string> | Iterable<string>): Promise<void> {
    const entry = new PassThrough();
    this.zip.addReadStream(entry, name, { mtime: this.mtime, mode: 0o100644 });
    for await (const text of texts) {
      this.stop.throwIfAborted();
      if (!entry.write(text)) await once(entry, 'drain', { signal: this.stop });
    }
    entry.end();
  }

  end(): void {
    this.zip.end();
  }

  /** Whoever reads gets the error in place of the end. */
  fail(error: Error): void {
    this.output.destroy(error);
  }
}

/** The bytes of a stream in pieces of one size; the last one is what is left. */
export async function* piecesOf(stream: AsyncIterable<Buffer>, size: number): AsyncGenerator<Buffer> {
  let kept: Buffer[] = [];
  let length = 0;
  for await (const bytes of stream) {
    kept.push(bytes);
    length += bytes.length;
    while (length >= size) {
      const all = Buffer.concat(kept);
      yield all.subarray(0, size);
      kept = [all.subarray(size)];
      length -= size;
    }
  }
  if (length > 0) yield Buffer.concat(kept);
}
