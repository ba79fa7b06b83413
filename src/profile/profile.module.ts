import { Module, type OnModuleInit } from '@nestjs/common';
import { Cards } from '../common/card.js';
import { Pages } from '../common/pages.js';
import { PlacesModule } from '../places/index.js';
import { AccessesController } from './accesses.controller.js';
import { AccessesRepository } from './accesses.repository.js';
import { AccessesService } from './accesses.service.js';
import { ConsentsModule } from './consents/index.js';
import { ContactsModule } from './contacts/index.js';
import { ExportModule } from './export/index.js';
import { PreferencesModule } from './preferences/index.js';
import { PrivacyModule } from './privacy/index.js';
import { ProfileCard } from './profile.card.js';
import { ProfileController } from './profile.controller.js';
import { ProfileRepository } from './profile.repository.js';
import { ProfileService } from './profile.service.js';
import { AccessesExportRepository } from './accesses-export.repository.js';
import { ExportedAccesses } from './accesses.exported.js';
import { ResidenceExportRepository } from './residence-export.repository.js';
import { ExportedResidence } from './residence.exported.js';
import { ResidenceAbroadController } from './residence-abroad.controller.js';
import { ResidenceController } from './residence.controller.js';
import { SessionsController } from './sessions.controller.js';

@Module({
  imports: [PlacesModule, ContactsModule, ConsentsModule, PreferencesModule, PrivacyModule, ExportModule],
  controllers: [
    ProfileController,
    ResidenceAbroadController,
    ResidenceController,
    AccessesController,
    SessionsController,
  ],
  providers: [
    ProfileService,
    ProfileRepository,
    ProfileCard,
    ExportedResidence,
    ResidenceExportRepository,
    AccessesExportRepository,
    ExportedAccesses,
    AccessesService,
    AccessesRepository,
  ],
  exports: [ProfileService, PreferencesModule, ConsentsModule],
})
export class ProfileModule implements OnModuleInit {
  constructor(
    private readonly cards: Cards,
    private readonly pages: Pages,
    private readonly card: ProfileCard,
  ) {}

  onModuleInit(): void {
    this.cards.register(this.card);
    this.pages.addMenuEntry({ section: 'profile', textKey: 'profile.title', href: '/dati', order: 20, group: 'main' });
  }
}
