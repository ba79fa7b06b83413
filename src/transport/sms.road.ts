import type { SmsSettings } from '../config.js';
import type { Parcel, Road, Verdict } from './roads.js';

/** From the first byte to the last of the answer, whatever it waits for. */
export const SMS_PATIENCE_MS = 10_000;
/** Of a problem that the gateway tells; it is a code and some words. */
const MOST_BYTES = 16_384;
/** Nothing was sent: the connection never came to be. */
const NEVER_BEGUN = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND-ERR-CONNECT-TIMEOUT',
]);

/**
 * SMS by an HTTP gateway (docs/sms-gateway.openapi.yaml). The message's id is the idempotency key: a request that
 * got no answer may be repeated, and the gateway sends one SMS.
 */
export class SmsRoad implements Road {
  constructor(
    private readonly settings: SmsSettings,
    private readonly reportsUrl: string,
    private readonly patienceMs = SMS_PATIENCE_MS,
  ) {}

  async hand({ id, to, text }: Parcel): Promise<Verdict> {
    const { url, token, sender } = this.settings;
    const address = new URL(`${url.pathname.replace(/\/$/, '')}/messages`, url);
    try {
      const answer = await fetch(address, {
        method: 'POST',
        headers: { Authorization: `Bearer ${token}`, 'Idempotency-Key': id, 'Content-Type': 'application/json' },
        body: JSON.stringify({ reference: id, to, from: sender, text, reportUrl: this.reportsUrl }),
        redirect: 'error',
        signal: AbortSignal.timeout(this.patienceMs),
      });
      return await verdictOf(answer);
    } catch (error) {
      const code = networkCode(error as Error);
      return { outcome: NEVER_BEGUN.has(code) ? 'errore temporaneo' : 'incerta', code };
    }
  }

  async close(): Promise<void> {}
}

/** 401 and 403 speak of our settings, which somebody will mend; other 4xx of this message. */
async function verdictOf(answer: Response): Promise<Verdict> {
  const code = String(answer.status);
  if (answer.ok) {
    await answer.body?.cancel();
    return { outcome: 'inviata', code };
  }
  const problem = answer.status === 422 ? await problemOf(answer) : await answer.body?.cancel();
  if (answer.status >= 500 || [401, 403, 408, 409, 425, 429].includes(answer.status)) {
    return { outcome: 'errore temporaneo', code, ...retryAfter(answer) };
  }
  return { outcome: 'errore definitivo', code, wrongAddress: problem === 'invalid-recipient' };
}

/** The code of a problem; null where it says none, or goes on for longer than one is. */
async function problemOf({ body }: Response): Promise<unknown> {
  try {
    const parts: Uint8Array[] = [];
    let size = 0;
    for await (const part of body ?? []) {
      size += part.length;
      if (size > MOST_BYTES) return null;
      parts.push(part);
    }
    return (JSON.parse(Buffer.concat(parts).toString('utf8')) as { code?: unknown } | null)?.code ?? null;
  } catch {
    return null;
  }
}

/** Seconds only: the date form would need the other side's clock to be right. */
function retryAfter(answer: Response): { retryAfterSeconds?: number } {
  const said = answer.headers.get('retry-after') ?? '';
  return /^\d{1,5}$/.test(said) ? { retryAfterSeconds: Number(said) } : {};
}

function networkCode(error: Error): string {
  if (error.name === 'TimeoutError') return 'ETIMEDOUT';
  const code = (error.cause as { code?: unknown } | undefined)?.code;
  return typeof code === 'string' && /^[A-Z_]{1,40}$/.test(code) ? code.replaceAll('_', '-') : 'ERROR';
}
