import { Body, Controller, Get, Param, Post, Query, Render, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { Reads } from '../audit/index.js';
import { flash } from '../auth/index.js';
import { Allow } from '../common/access.js';
import { Acting } from '../common/acting.js';
import { Clock, isInstant } from '../common/clock.js';
import { UuidParam } from '../common/uuid.js';
import { Visitor } from '../common/visitor.js';
import type { NoticeFilter } from './notifications.repository.js';
import { NotificationsService } from './notifications.service.js';
import { noticePage, noticesPage } from './notifications.views.js';

@Controller('notifiche')
@Allow('citizen')
export class NotificationsController {
  constructor(
    private readonly notifications: NotificationsService,
    private readonly clock: Clock,
  ) {}

  @Get()
  @Reads('notices.list')
  @Render('notifications/list')
  async list(
    @Acting() acting: Acting,
    @Visitor() { t }: Visitor,
    @Query('stato') state: unknown,
    @Query('prima') before: unknown,
  ): Promise<object> {
    const filter = filterOf(state);
    const page = await this.notifications.page(acting, filter, typeof before === 'string' ? before : null);
    return noticesPage(t, page, filter, this.clock.now(), typeof before === 'string');
  }

  @Get(':id')
  @Reads('notices.read', 'id')
  @Render('notifications/show')
  async show(@Acting() acting: Acting, @Visitor() { t }: Visitor, @Param('id', UuidParam) id: string): Promise<object> {
    return noticePage(t, await this.notifications.open(acting, id));
  }

  /** Marks what the list showed as read; notices that came after the page was made stay unread. */
  @Post('lette')
  async markRead(
    @Acting() acting: Acting,
    @Body() body: Record<string, unknown>,
    @Req() req: Request,
    @Res() res: Response,
  ): Promise<void> {
    const filter = filterOf(body.stato);
    const done = await this.notifications.markShownAsRead(acting, filter, shownAt(body.mostrate, this.clock.now()));
    await flash(req, done > 0 ? 'notifications.marked' : 'notifications.nothing-to-mark');
    res.redirect(303, `/notifiche?stato=${filter}#esito`);
  }
}

function filterOf(state: unknown): NoticeFilter {
  return state === 'non-lette' ? 'non-lette' : 'tutte';
}

/** When the page was made; something of another form marks nothing newer than now. */
function shownAt(value: unknown, now: Temporal.Instant): Temporal.Instant {
  if (typeof value !== 'string' || !isInstant(value)) return now;
  const shown = Temporal.Instant.from(value);
  return Temporal.Instant.compare(shown, now) < 0 ? shown : now;
}
