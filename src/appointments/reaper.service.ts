import { Injectable } from '@nestjs/common';
import { system } from '../common/actor.js';
import { romeInstant } from '../common/calendar.js';
import { romeDate } from '../common/clock.js';
import { Database } from '../common/database.js';
import { ReaperRepository, type Drift } from './reaper.repository.js';

export interface Nightly {
  ended: number;
  forgotten: number;
  /** Counters that differ from their appointments: none, or something is wrong and a person must look. */
  drifts: Drift[];
}

/** Work of the system on appointments; runs on the worker's login. */
@Injectable()
export class ReaperService {
  constructor(
    private readonly db: Database,
    private readonly reaper: ReaperRepository,
  ) {}

  /** Gives back the seats of bookings that nobody finished in time; every 15 to 30 seconds. A late reaper only sells less. */
  async reapExpired(now: Temporal.Instant): Promise<number> {
    let total = 0;
    for (;;) {
      const reaped = await this.db.actingAs(system('reaper'), () => this.reaper.expire(now));
      total += reaped;
      if (reaped === 0) return total;
    }
  }

  /** Once a night, not between 02:00 and 02:59, which comes twice or not at all when the clocks change. */
  nightly(now: Temporal.Instant): Promise<Nightly> {
    return this.db.actingAs(system('reaper'), async () => ({
      ended: await this.reaper.end(romeInstant(romeDate(now))),
      forgotten: await this.reaper.forget(now.subtract({ hours: 24 })),
      drifts: await this.reaper.drifts(),
    }));
  }
}
