import { Injectable } from '@nestjs/common';
import type { Jobs } from '../common/jobs.js';
import { SealService } from './seal.service.js';

/** Seals each second, and looks each hour whether the months ahead are there. */
@Injectable()
export class AuditJobs {
  constructor(private readonly seal: SealService) {}

  registerWith(jobs: Jobs): void {
    jobs.register({ name: 'audit.months', everySeconds: 3600, run: () => this.seal.makeMonths() });
    jobs.register({
      name: 'audit.seal',
      everySeconds: 1,
      run: async () => {
        await this.seal.sealAll();
      },
    });
  }
}
