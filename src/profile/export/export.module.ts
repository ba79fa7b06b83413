import { Module } from '@nestjs/common';
import { ContactsModule } from '../contacts/index.js';
import { CopyWriter } from './copy.writer.js';
import { ExportErasureRepository } from './export-erasure.repository.js';
import { ExportMaker } from './export-maker.service.js';
import { ExportMakingRepository } from './export-making.repository.js';
import { ExportNews } from './export-news.service.js';
import { ExportController } from './export.controller.js';
import { ErasedExports } from './export.erased.js';
import { ExportedExports } from './export.exported.js';
import { ExportJob, ExportLook } from './export.job.js';
import { ExportRepository } from './export.repository.js';
import { ExportService } from './export.service.js';

@Module({
  imports: [ContactsModule],
  controllers: [ExportController],
  providers: [
    CopyWriter,
    ErasedExports,
    ExportedExports,
    ExportErasureRepository,
    ExportJob,
    ExportLook,
    ExportMaker,
    ExportMakingRepository,
    ExportNews,
    ExportRepository,
    ExportService,
  ],
})
export class ExportModule {}
