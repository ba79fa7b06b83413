import { Module } from '@nestjs/common';
import { TransportModule } from '../../transport/index.js';
import { ConsentsModule } from '../consents/index.js';
import { ContactsModule } from '../contacts/index.js';
import { PreferencesController } from './preferences.controller.js';
import { ErasedPreferences } from './preferences.erased.js';
import { ExportedPreferences } from './preferences.exported.js';
import { PreferencesRepository } from './preferences.repository.js';
import { PreferencesService } from './preferences.service.js';

@Module({
  imports: [TransportModule, ConsentsModule, ContactsModule],
  controllers: [PreferencesController],
  providers: [PreferencesService, PreferencesRepository, ExportedPreferences, ErasedPreferences],
  exports: [PreferencesService],
})
export class PreferencesModule {}
