import type { IncomingMessage } from 'node:http';
import type { Clock } from '../../common/clock.js';
import { UUID } from '../../common/uuid.js';
import type { Caught } from './caught.js';

export interface GatewayAnswer {
  status: number;
  body: Record<string, string>;
}

/** The gateway of the contract (docs/sms-gateway.openapi.yaml): one SMS for each key, however often it is asked. */
export class SmsGateway {
  private readonly known = new Map<string, string>();

  constructor(
    private readonly caught: Caught,
    private readonly token: string,
    private readonly clock: Clock,
  ) {}

  take({ headers }: Pick<IncomingMessage, 'headers'>, text: string): GatewayAnswer {
    if (headers.authorization !== `Bearer ${this.token}`) return problem(401, 'unauthorized');
    const key = headers['idempotency-key'];
    if (typeof key !== 'string' || !UUID.test(key)) return problem(400, 'idempotency-key-missing');
    const before = this.known.get(key);
    if (before !== undefined) return before === text ? { status: 200, body: { id: key } } : problem(422, 'key-reused');
    const said = fields(text);
    if (!said) return problem(400, 'malformed');
    if (!/^\+[1-9]\d{5,14}$/.test(said.to!)) return problem(422, 'invalid-recipient');
    this.known.set(key, text);
    const { reference = '', to = '', from = '', text: sms = '', reportUrl = '' } = said;
    this.caught.addSms({ at: this.clock.now(), reference, to, from, text: sms, reportUrl });
    return { status: 202, body: { id: key } };
  }
}

function problem(status: number, code: string): GatewayAnswer {
  return { status, body: { code } };
}

function fields(text: string): Record<string, string> | null {
  try {
    const said = JSON.parse(text) as Record<string, unknown>;
    const complete = ['reference', 'to', 'from', 'text'].every((name) => typeof said[name] === 'string');
    return complete ? (said as Record<string, string>) : null;
  } catch {
    return null;
  }
}
