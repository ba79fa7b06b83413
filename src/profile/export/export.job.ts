import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { Jobs, type JobHandler } from '../../common/jobs.js';
import { LOG } from '../../common/log-token.js';
import type { Log } from '../../common/log.js';
import { ExportMaker } from './export-maker.service.js';

/** The queue that a person's asking sends to (src/queues.ts). */
export const EXPORT_QUEUE = 'export.make';

/** Makes a copy when somebody has asked for one; the job carries its id alone. */
@Injectable()
export class ExportJob implements JobHandler, OnModuleInit {
  readonly name = EXPORT_QUEUE;

  constructor(
    private readonly jobs: Jobs,
    private readonly maker: ExportMaker,
  ) {}

  onModuleInit(): void {
    this.jobs.register(this);
  }

  async run({ id }: Record<string, unknown>): Promise<void> {
    if (typeof id === 'string') await this.maker.make(id);
  }
}

/** Looks again: the rows decide what is to be done, not the queue. Old copies end here too. */
@Injectable()
export class ExportLook implements JobHandler, OnModuleInit {
  readonly name = 'export.look';
  readonly everySeconds = 60;

  constructor(
    private readonly jobs: Jobs,
    private readonly maker: ExportMaker,
    @Inject(LOG) private readonly log: Log,
  ) {}

  onModuleInit(): void {
    this.jobs.register(this);
  }

  async run(): Promise<void> {
    await this.maker.expire();
    for (const id of await this.maker.due()) await this.made(id);
  }

  /** One that cannot be made is not in the way of the others. */
  private async made(id: string): Promise<void> {
    try {
      await this.maker.make(id);
    } catch (error) {
      this.log.error({ err: error }, 'export not made');
    }
  }
}
