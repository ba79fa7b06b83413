import { Body, Controller, Get, Param, Post, Query, Render, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { Reads } from '../audit/index.js';
import { flash } from '../auth/index.js';
import { Allow, WhenLate } from '../common/access.js';
import { Acting } from '../common/acting.js';
import { UUID, UuidParam } from '../common/uuid.js';
import { Visitor } from '../common/visitor.js';
import { NotificationsService } from './notifications.service.js';
import { noticePage, noticesPage, type NoticeFilter } from './notifications.views.js';

@Controller('notifiche')
@Allow('citizen')
export class NotificationsController {
  constructor(private readonly notifications: NotificationsService) {}

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
    const page = await this.notifications.page(
      acting,
      filter === 'non-lette',
      typeof before === 'string' ? before : null,
    );
    return noticesPage(t, page, filter, typeof before === 'string');
  }

  @Get(':id')
  @Reads('notices.read', 'id')
  @Render('notifications/show')
  async show(@Acting() acting: Acting, @Visitor() { t }: Visitor, @Param('id', UuidParam) id: string): Promise<object> {
    return noticePage(t, await this.notifications.open(acting, id));
  }

  /** Marks as read what was there when the page was made. By ids: one that was written before may be committed after. */
  @Post('lette')
  @WhenLate('/notifiche')
  async markRead(
    @Acting() acting: Acting,
    @Body() body: Record<string, unknown>,
    @Req() req: Request,
    @Res() res: Response,
  ): Promise<void> {
    const filter = filterOf(body.stato);
    const done = await this.notifications.markAsRead(acting, shown(body.mostrate));
    await flash(req, done > 0 ? 'notifications.marked' : 'notifications.nothing-to-mark');
    res.redirect(303, `/notifiche?stato=${filter}#esito`);
  }
}

function filterOf(state: unknown): NoticeFilter {
  return state === 'non-lette' ? 'non-lette' : 'tutte';
}

/** The ids that the form names. */
function shown(value: unknown): string[] {
  return typeof value === 'string' ? value.split(' ').filter((id) => UUID.test(id)) : [];
}
