import { Module, type OnModuleInit } from '@nestjs/common';
import { StaffPages } from '../common/staff-pages.js';
import { ContactModule } from '../contact/index.js';
import { RetentionController } from './retention/retention.controller.js';
import { RetentionJob } from './retention/retention.job.js';
import { RetentionRepository } from './retention/retention.repository.js';
import { RetentionService } from './retention/retention.service.js';
import { RETENTION } from './retention/retention.views.js';
import { DecisionsController } from './rights/decisions.controller.js';
import { DeskController } from './rights/desk.controller.js';
import { DESK } from './rights/desk.rules.js';
import { ExtensionsController } from './rights/extensions.controller.js';

/** The staff area. */
@Module({
  imports: [ContactModule],
  controllers: [DeskController, ExtensionsController, DecisionsController, RetentionController],
  providers: [RetentionJob, RetentionRepository, RetentionService],
  exports: [RetentionService],
})
export class BackofficeModule implements OnModuleInit {
  constructor(private readonly pages: StaffPages) {}

  onModuleInit(): void {
    const [answers, looks] = [['operator', 'administrator'] as const, ['analyst', 'administrator'] as const];
    this.pages.register({ textKey: 'staff.page-desk', href: DESK, roles: answers, order: 10 });
    this.pages.register({ textKey: 'staff.page-retention', href: RETENTION, roles: looks, order: 80 });
    this.pages.register({ textKey: 'staff.page-register', href: '/operatore/trattamenti', roles: looks, order: 90 });
  }
}
