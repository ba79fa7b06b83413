import { Injectable, type OnModuleInit } from '@nestjs/common';
import { system } from '../../../common/actor.js';
import { Clock } from '../../../common/clock.js';
import { Database } from '../../../common/database.js';
import { Jobs, type JobHandler } from '../../../common/jobs.js';
import { CnsRepository } from './cns.repository.js';

/** Clears away tickets whose minute is over; used ones stay an hour, so that a second use is known for what it is. */
@Injectable()
export class CnsSweepJob implements JobHandler, OnModuleInit {
  readonly name = 'auth.cns-sweep';
  readonly everySeconds = 300;

  constructor(
    private readonly jobs: Jobs,
    private readonly db: Database,
    private readonly tickets: CnsRepository,
    private readonly clock: Clock,
  ) {}

  onModuleInit(): void {
    this.jobs.register(this);
  }

  run(): Promise<void> {
    const until = this.clock.now().subtract({ hours: 1 });
    return this.db.actingAs(system('sweeper'), () => this.tickets.sweep(until));
  }
}
