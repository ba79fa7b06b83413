import { Module, type OnModuleInit } from '@nestjs/common';
import { Cards } from '../common/card.js';
import { Pages } from '../common/pages.js';
import { ProfileModule } from '../profile/index.js';
import { DeliveriesRepository } from './deliveries.repository.js';
import { DeliveriesService } from './deliveries.service.js';
import { ExportedNotices } from './notices.exported.js';
import { NoticesExportRepository } from './notices-export.repository.js';
import { NoticesErased } from './notifications.erased.js';
import { NotificationsController } from './notifications.controller.js';
import { NotificationsRepository } from './notifications.repository.js';
import { NotificationsService } from './notifications.service.js';
import { UnreadCard } from './unread.card.js';

@Module({
  imports: [ProfileModule],
  controllers: [NotificationsController],
  providers: [
    DeliveriesRepository,
    DeliveriesService,
    NoticesErased,
    NotificationsService,
    NotificationsRepository,
    ExportedNotices,
    NoticesExportRepository,
    UnreadCard,
  ],
  exports: [NotificationsService],
})
export class NotificationsModule implements OnModuleInit {
  constructor(
    private readonly cards: Cards,
    private readonly pages: Pages,
    private readonly card: UnreadCard,
  ) {}

  onModuleInit(): void {
    this.cards.register(this.card);
    this.pages.addMenuEntry({
      section: 'notifications',
      textKey: 'notifications.title',
      href: '/notifiche',
      order: 30,
      group: 'main',
    });
  }
}
