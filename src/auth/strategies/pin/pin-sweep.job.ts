import { Injectable, type OnModuleInit } from '@nestjs/common';
import { system } from '../../../common/actor.js';
import { Clock } from '../../../common/clock.js';
import { Database } from '../../../common/database.js';
import { Jobs, type JobHandler } from '../../../common/jobs.js';
import { PinRepository } from './pin.repository.js';

/** Failures matter for two hours; a day lets operators look at an attack. */
const KEEP_FAILURES = { hours: 24 } as const;
/** How long an address stays one that its person enters from. */
const KEEP_ENTRIES = { hours: 30 * 24 } as const;

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
      this.repository.sweep(now.subtract(KEEP_FAILURES), now.subtract(KEEP_ENTRIES)),
    );
  }
}
