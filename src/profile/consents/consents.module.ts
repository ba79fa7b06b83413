import { Module } from '@nestjs/common';
import { ErasedConsents } from './consents.erased.js';
import { ExportedConsents } from './consents.exported.js';
import { ConsentsController } from './consents.controller.js';
import { ConsentsRepository } from './consents.repository.js';
import { ConsentsService } from './consents.service.js';

@Module({
  controllers: [ConsentsController],
  providers: [ConsentsService, ConsentsRepository, ExportedConsents, ErasedConsents],
  exports: [ConsentsService],
})
export class ConsentsModule {}
