import { Module, type OnModuleInit } from '@nestjs/common';
import { Cards } from '../common/card.js';
import { Pages } from '../common/pages.js';
import { PlacesModule } from '../places/index.js';
import { AccessesController } from './accesses.controller.js';
import { AccessesRepository } from './accesses.repository.js';
import { AccessesService } from './accesses.service.js';
import { ProfileCard } from './profile.card.js';
import { ProfileController } from './profile.controller.js';
import { ProfileRepository } from './profile.repository.js';
import { ProfileService } from './profile.service.js';
import { ResidenceController } from './residence.controller.js';
import { SessionsController } from './sessions.controller.js';

@Module({
  imports: [PlacesModule],
  controllers: [ProfileController, ResidenceController, AccessesController, SessionsController],
  providers: [ProfileService, ProfileRepository, ProfileCard, AccessesService, AccessesRepository],
  exports: [ProfileService],
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
