import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Jobs, type JobHandler } from '../../common/jobs.js';
import { RETENTION_QUEUE, RetentionService } from './retention.service.js';

/** Each night, and when an administrator asks for a dry run. Never between 02:00 and 02:59 (summer time). */
@Injectable()
export class RetentionJob implements JobHandler, OnModuleInit {
  readonly name = RETENTION_QUEUE;
  readonly cron = '45 3 * * *';

  constructor(
    private readonly jobs: Jobs,
    private readonly retention: RetentionService,
  ) {}

  onModuleInit(): void {
    this.jobs.register(this);
  }

  /** @param data of a dry run: its id and who asked; the clock says nothing */
  async run({ run, by }: Record<string, unknown>): Promise<void> {
    const dry = typeof run === 'string' && typeof by === 'string';
    const failed = dry ? await this.retention.apply(true, by, run) : await this.retention.apply(false, 'nightly');
    // The queue tries again, and the metric tells that somebody must look.
    if (failed.length > 0) throw new Error(`retention rules failed: ${failed.join(', ')}`);
  }
}
