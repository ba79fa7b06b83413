import { Controller, Get, Post, Render, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { flash, StaffActing } from '../../auth/index.js';
import { Allow, Roles, WhenLate } from '../../common/access.js';
import { StaffPages } from '../../common/staff-pages.js';
import { Visitor } from '../../common/visitor.js';
import { staffTabs } from '../staff-tabs.js';
import { RetentionService } from './retention.service.js';
import { RETENTION, retentionPage } from './retention.views.js';

/** /operatore/conservazione: how long what is kept, and what the last nights deleted. */
@Controller('operatore/conservazione')
@Allow('staff')
@Roles('analyst', 'administrator')
export class RetentionController {
  constructor(
    private readonly retention: RetentionService,
    private readonly pages: StaffPages,
  ) {}

  @Get()
  @Render('retention/show')
  async show(@StaffActing() acting: StaffActing, @Visitor() { t }: Visitor): Promise<object> {
    const tabs = staffTabs(t, this.pages, acting.roles, RETENTION);
    return retentionPage(t, await this.retention.latest(acting), tabs, acting.roles.includes('administrator'));
  }

  @Post('prova')
  @WhenLate('/operatore/conservazione')
  @Roles('administrator')
  async tryOut(@StaffActing() acting: StaffActing, @Req() req: Request, @Res() res: Response): Promise<void> {
    await this.retention.askDryRun(acting);
    await flash(req, 'retention.asked');
    res.redirect(303, `${RETENTION}#esito`);
  }
}
