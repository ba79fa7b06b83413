import { Global, Module, type OnModuleInit } from '@nestjs/common';
import { APP_INTERCEPTOR } from '@nestjs/core';
import { Jobs } from '../common/jobs.js';
import { AuditErased } from './audit.erased.js';
import { AuditErasureRepository } from './audit-erasure.repository.js';
import { AuditJobs } from './audit.jobs.js';
import { AuditRepository } from './audit.repository.js';
import { AuditService } from './audit.service.js';
import { OfficeNames } from './office-names.js';
import { ReadsInterceptor } from './reads.interceptor.js';
import { SealRepository } from './seal.repository.js';
import { SealService } from './seal.service.js';

@Global()
@Module({
  providers: [
    AuditErased,
    AuditErasureRepository,
    AuditService,
    AuditRepository,
    AuditJobs,
    SealService,
    SealRepository,
    { provide: OfficeNames, useValue: new OfficeNames() },
    { provide: APP_INTERCEPTOR, useClass: ReadsInterceptor },
  ],
  exports: [AuditService, SealService, OfficeNames],
})
export class AuditModule implements OnModuleInit {
  constructor(
    private readonly jobs: Jobs,
    private readonly work: AuditJobs,
  ) {}

  onModuleInit(): void {
    this.work.registerWith(this.jobs);
  }
}
