import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { Clock } from '../../common/clock.js';
import { Keys } from '../../common/crypto.js';
import { Database } from '../../common/database.js';
import { LOG } from '../../common/log-token.js';
import type { Log } from '../../common/log.js';
import { ResponseJudge } from './response-judge.js';
import { SamlRepository } from './saml.repository.js';

/** What every federation works with; the worker threads are shared, so that none takes more than its part. */
@Injectable()
export class SamlEngine implements OnApplicationShutdown {
  readonly judge = new ResponseJudge();

  constructor(
    readonly clock: Clock,
    readonly db: Database,
    readonly keys: Keys,
    readonly repository: SamlRepository,
    @Inject(LOG) readonly log: Log,
  ) {}

  async onApplicationShutdown(): Promise<void> {
    await this.judge.close();
  }
}
