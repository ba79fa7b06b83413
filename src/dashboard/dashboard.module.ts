import { Module, type OnModuleInit } from '@nestjs/common';
import { Pages } from '../common/pages.js';
import { DashboardController } from './dashboard.controller.js';
import { DashboardService } from './dashboard.service.js';
import { PublicController } from './public.controller.js';

@Module({ controllers: [DashboardController, PublicController], providers: [DashboardService] })
export class DashboardModule implements OnModuleInit {
  constructor(private readonly pages: Pages) {}

  onModuleInit(): void {
    this.pages.addMenuEntry({
      section: 'dashboard',
      textKey: 'dashboard.title',
      href: '/bacheca',
      order: 10,
      group: 'main',
    });
  }
}
