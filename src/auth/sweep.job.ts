import { Injectable, type OnModuleInit } from '@nestjs/common';
import { system } from '../common/actor.js';
import { Clock } from '../common/clock.js';
import { Database } from '../common/database.js';
import { Jobs, type JobHandler } from '../common/jobs.js';
import { overBefore, retentionRule } from '../common/retention.js';
import { ParkedFormsRepository } from './parked-forms.repository.js';
import { SessionsRepository } from './sessions.repository.js';

/** Clears away sessions and kept forms whose time is over. */
@Injectable()
export class SweepJob implements JobHandler, OnModuleInit {
  readonly name = 'auth.sweep';
  readonly everySeconds = 300;

  constructor(
    private readonly jobs: Jobs,
    private readonly db: Database,
    private readonly forms: ParkedFormsRepository,
    private readonly sessions: SessionsRepository,
    private readonly clock: Clock,
  ) {}

  onModuleInit(): void {
    this.jobs.register(this);
  }

  async run(): Promise<void> {
    const now = this.clock.now();
    await this.db.actingAs(system('sweeper'), async () => {
      await this.forms.sweep(now);
      await this.sessions.sweep(overBefore(retentionRule('sessions'), now));
    });
  }
}
