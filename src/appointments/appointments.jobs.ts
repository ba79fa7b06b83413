import { Inject, Injectable } from '@nestjs/common';
import { Clock } from '../common/clock.js';
import { Jobs } from '../common/jobs.js';
import { LOG } from '../common/log-token.js';
import type { Log } from '../common/log.js';
import { Metrics } from '../common/metrics.js';
import { ReaperService } from './reaper.service.js';
import { SlotsService } from './slots.service.js';

/** What happens to slots and appointments by the clock. None runs between 02:00 and 02:59 (summer time). */
@Injectable()
export class AppointmentJobs {
  constructor(
    private readonly clock: Clock,
    private readonly reaper: ReaperService,
    private readonly slots: SlotsService,
    private readonly metrics: Metrics,
    @Inject(LOG) private readonly log: Log,
  ) {}

  registerWith(jobs: Jobs): void {
    jobs.register({ name: 'booking.reap', everySeconds: 20, run: () => this.reap() });
    jobs.register({ name: 'slots.release', cron: '10 0 * * *', run: () => this.release() });
    jobs.register({ name: 'booking.reconcile', cron: '30 3 * * *', run: () => this.nightly() });
  }

  private async reap(): Promise<void> {
    await this.reaper.reapExpired(this.clock.now());
  }

  private async release(): Promise<void> {
    this.log.info(await this.slots.releaseDays(), 'slots released');
  }

  private async nightly(): Promise<void> {
    const { ended, forgotten, drifts } = await this.reaper.nightly(this.clock.now());
    this.metrics.drift.set(drifts.length);
    this.log.info({ ended, forgotten }, 'appointments closed');
    // Never repaired silently: a wrong counter means a wrong statement somewhere.
    if (drifts.length > 0)
      this.log.error({ drifts: drifts.slice(0, 10) }, 'slot counters differ from their appointments');
  }
}
