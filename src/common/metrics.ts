import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import { refusals } from './log.js';

/** Prometheus figures of this process; no label ever holds an id or a path with an id. */
export class Metrics {
  readonly registry = new Registry();
  readonly requests = new Histogram({
    name: 'myinps_http_request_seconds',
    help: 'Time to answer, by method, route and status',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
    registers: [this.registry],
  });
  readonly underWay = new Gauge({
    name: 'myinps_http_under_way',
    help: 'Requests under way',
    registers: [this.registry],
  });
  readonly turnedAway = new Counter({
    name: 'myinps_http_turned_away_total',
    help: 'Requests answered 503 because too many were under way',
    registers: [this.registry],
  });
  readonly signIns = new Counter({
    name: 'myinps_sign_ins_total',
    help: 'Sign-ins by method and outcome (reason code)',
    labelNames: ['method', 'outcome'],
    registers: [this.registry],
  });
  readonly oddIdentities = new Counter({
    name: 'myinps_odd_identities_total',
    help: 'People let in whose data disagree with their fiscal code, or whose birthplace is in no list, by method and what is odd',
    labelNames: ['method', 'oddity'],
    registers: [this.registry],
  });
  readonly cardFailures = new Counter({
    name: 'myinps_card_failures_total',
    help: 'Cards of the Bacheca that failed or were too slow',
    labelNames: ['card'],
    registers: [this.registry],
  });
  readonly jobs = new Counter({
    name: 'myinps_jobs_total',
    help: 'Jobs by name and outcome',
    labelNames: ['job', 'outcome'],
    registers: [this.registry],
  });
  readonly logRefusals = new Counter({
    name: 'myinps_log_refusals_total',
    help: 'What log lines would have held of a person, or of a secret, had it not been refused; each is a mistake of ours',
    labelNames: ['what'],
    registers: [this.registry],
    collect() {
      this.reset();
      for (const [what, count] of Object.entries(refusals)) this.inc({ what }, count);
    },
  });
  readonly drift = new Gauge({
    name: 'myinps_slot_drift',
    help: 'Slots whose counter differs from their live appointments, at the last reconciliation',
    registers: [this.registry],
  });

  constructor() {
    collectDefaultMetrics({ register: this.registry });
  }
}
