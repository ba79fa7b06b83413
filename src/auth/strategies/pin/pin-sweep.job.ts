import { Injectable, type OnModuleInit } from '@nestjs/common';
import { system } from '../../../common/actor.js';
import { Clock } from '../../../common/clock.js';
import { Database } from '../../../common/database.js';
import { Jobs, type JobHandler } from '../../../common/jobs.js';
import { overBefore, retentionRule } from '../../../common/retention.js';
import { PinRepository } from './pin.repository.js';

/** Clears away tries of PINs that no longer matter. */
@Injectable()
export class PinSweepJob implements JobHandler, OnModuleInit {
  readonly name = 'auth.pin-sweep';
  readonly everySeconds = 300;

  constructor(
    private readonly jobs: Jobs,
    private readonly db: Database,
    private readonly repository: PinRepository,
    private readonly clock: Clock,
  ) {}

  onModuleInit(): void {
    this.jobs.register(this);
  }

  run(): Promise<void> {
    const now = this.clock.now();
    return this.db.actingAs(system('sweeper'), () =>
      this.repository.sweep(
        overBefore(retentionRule('sign-in-failures'), now),
        overBefore(retentionRule('sign-in-attempts'), now),
      ),
    );
  }
}
