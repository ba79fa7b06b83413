import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Jobs, type JobHandler } from '../../common/jobs.js';
import { ErasureService } from './erasure.service.js';

/** Carries out erasures whose day has come. Rows say which, so nothing is lost when a worker dies. */
@Injectable()
export class ErasureJob implements JobHandler, OnModuleInit {
  readonly name = 'rights.erase';
  readonly everySeconds = 300;

  constructor(
    private readonly jobs: Jobs,
    private readonly erasures: ErasureService,
  ) {}

  onModuleInit(): void {
    this.jobs.register(this);
  }

  async run(): Promise<void> {
    await this.erasures.carryOutDue();
  }
}
