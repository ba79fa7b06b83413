import { Injectable, type OnModuleInit } from '@nestjs/common';
import { system } from '../../common/actor.js';
import { Clock } from '../../common/clock.js';
import { Database } from '../../common/database.js';
import { Jobs, type JobHandler } from '../../common/jobs.js';
import { SamlRepository } from './saml.repository.js';

/** Clears away requests nobody answered, messages that can no longer be replayed, exchanges older than 24 months. */
@Injectable()
export class SamlSweepJob implements JobHandler, OnModuleInit {
  readonly name = 'saml.sweep';
  readonly everySeconds = 300;

  constructor(
    private readonly jobs: Jobs,
    private readonly db: Database,
    private readonly saml: SamlRepository,
    private readonly clock: Clock,
  ) {}

  onModuleInit(): void {
    this.jobs.register(this);
  }

  run(): Promise<void> {
    return this.db.actingAs(system('sweeper'), () => this.saml.sweep(this.clock.now()));
  }
}
