import { Injectable } from '@nestjs/common';
import { Counter, Histogram } from 'prom-client';
import { Metrics } from '../common/metrics.js';
import type { Channel } from './message.js';

/** Figures of what leaves the portal: channels and outcomes, never anything of a person or of a message. */
@Injectable()
export class TransportMetrics {
  private readonly attempts: Counter<'channel' | 'outcome'>;
  private readonly waits: Histogram<'channel'>;

  constructor({ registry }: Metrics) {
    this.attempts = new Counter({
      name: 'myinps_message_attempts_total',
      help: 'Attempts to hand a message over, by channel and outcome',
      labelNames: ['channel', 'outcome'],
      registers: [registry],
    });
    this.waits = new Histogram({
      name: 'myinps_message_wait_seconds',
      help: 'From the moment a message could be sent until it was handed over (aim: 99 % within 10 s)',
      labelNames: ['channel'],
      buckets: [0.5, 1, 2, 5, 10, 30, 60, 300, 3600],
      registers: [registry],
    });
  }

  ended(channel: Channel, outcome: string): void {
    this.attempts.inc({ channel, outcome });
  }

  waited(channel: Channel, from: Temporal.Instant, until: Temporal.Instant): void {
    this.waits.observe({ channel }, Math.max(0, until.since(from).total('seconds')));
  }
}
