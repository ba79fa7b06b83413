import { request } from 'node:http';
import { brotliDecompressSync } from 'node:zlib';
import { load, type CheerioAPI } from 'cheerio';

/** An answer as it came over the wire. */
export interface Answer {
  path: string;
  status: number;
  headers: Record<string, string>;
  /** Bytes of the status line, the headers and the (compressed) body. */
  bytes: number;
  html: string;
  $: CheerioAPI;
}

export interface Visit {
  cookie?: string;
  language?: string;
  /** Fields of a form: the visit is a POST. */
  form?: Record<string, string>;
  headers?: Record<string, string>;
  /** Body and type of another POST. */
  body?: { type: string; text: string };
}

/** One request, brotli accepted, no redirect followed. */
export function visit(
  url: string,
  path: string,
  { cookie, language = 'it', form, body, headers: more }: Visit = {},
): Promise<Answer> {
  const content = form ? new URLSearchParams(form).toString() : body?.text;
  const headers: Record<string, string> = { 'Accept-Encoding': 'br', 'Accept-Language': language, ...more };
  if (cookie) headers.Cookie = cookie;
  if (content !== undefined) {
    headers['Content-Type'] = body?.type ?? 'application/x-www-form-urlencoded';
    headers['Content-Length'] = String(Buffer.byteLength(content));
  }
  return new Promise((done, fail) => {
    const sent = request(
      new URL(path, url),
      { method: content === undefined ? 'GET' : 'POST', headers, agent: false },
      (res) => {
        const parts: Buffer[] = [];
        res.on('data', (part: Buffer) => parts.push(part));
        res.on('error', fail);
        res.on('end', () => {
          const raw = Buffer.concat(parts);
          const html = (res.headers['content-encoding'] === 'br' ? brotliDecompressSync(raw) : raw).toString('utf8');
          const status = res.statusCode ?? 0;
          const bytes = raw.length + headerBytes(res.rawHeaders, `HTTP/1.1 ${status} ${res.statusMessage}`);
          done({ path, status, headers: single(res.headers), bytes, html, $: load(html) });
        });
      },
    );
    sent.on('error', fail);
    sent.end(content);
  });
}

function headerBytes(raw: string[], statusLine: string): number {
  const signs = raw.reduce((sum, text) => sum + Buffer.byteLength(text), 0);
  // ": " and CR LF of each header, CR LF after the status line and at the end.
  return signs + raw.length * 2 + statusLine.length + 4;
}

function single(headers: Record<string, string | string[] | undefined>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : (value ?? '')]),
  );
}
