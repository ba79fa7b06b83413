import { Controller, Get, Render, Req } from '@nestjs/common';
import type { Request } from 'express';
import { Reads } from '../audit/index.js';
import { Allow } from '../common/access.js';
import { Acting } from '../common/acting.js';
import { Clock } from '../common/clock.js';
import { Visitor } from '../common/visitor.js';
import { DashboardService } from './dashboard.service.js';
import { dashboardPage } from './dashboard.views.js';

@Controller('bacheca')
@Allow('citizen')
export class DashboardController {
  constructor(
    private readonly dashboard: DashboardService,
    private readonly clock: Clock,
  ) {}

  @Get()
  @Reads('dashboard.read')
  @Render('dashboard/show')
  async show(@Acting() acting: Acting, @Visitor() { t }: Visitor, @Req() req: Request): Promise<object> {
    const cards = await this.dashboard.read(acting, t);
    return dashboardPage(t, cards, req.session.displayName ?? '', this.clock.now());
  }
}
