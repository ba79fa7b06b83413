import type { SmsSettings } from '../config.js';
import type { Parcel, Road, Verdict } from './roads.js';

const PATIENCE_MS = 10_000;
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
        signal: AbortSignal.timeout(PATIENCE_MS),
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
  const problem = (await answer.json().catch(() => null)) as { code?: unknown } | null;
  if (answer.status >= 500 || [401, 403, 408, 409, 425, 429].includes(answer.status)) {
    return { outcome: 'errore temporaneo', code, ...retryAfter(answer) };
  }
  return {
    outcome: 'errore definitivo',
    code,
    wrongAddress: answer.status === 422 && problem?.code === 'invalid-recipient',
  };
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
