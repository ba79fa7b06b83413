import { Body, Controller, Get, Post, Render, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { Allow, WhenLate } from '../../../common/access.js';
import { StaffPages } from '../../../common/staff-pages.js';
import { Visitor } from '../../../common/visitor.js';
import { Config } from '../../../config.js';
import { clearSessionCookie } from '../../session.middleware.js';
import { SessionStore } from '../../session.store.js';
import { StaffActing } from './staff-acting.js';
import { staffReturnPath } from './staff.rules.js';
import { StaffService } from './staff.service.js';
import { staffHomePage } from './staff.views.js';

/** The first page of the staff area, and the ends of a session there. */
@Controller('operatore')
@Allow('staff')
export class StaffHomeController {
  constructor(
    private readonly config: Config,
    private readonly sessions: SessionStore,
    private readonly staff: StaffService,
    private readonly pages: StaffPages,
  ) {}

  @Get()
  @Render('staff/home')
  home(@StaffActing() acting: StaffActing, @Visitor() { t }: Visitor, @Req() req: Request): object {
    return staffHomePage(t, acting, req.session.staff?.name ?? '', this.pages.of(acting.roles));
  }

  @Post('estendi')
  @WhenLate(({ body }) => staffReturnPath((body as { ritorno?: unknown } | undefined)?.ritorno))
  async extend(@Body() body: Record<string, unknown>, @Req() req: Request, @Res() res: Response): Promise<void> {
    await this.sessions.extend(req.sessionID);
    res.redirect(303, staffReturnPath(body.ritorno));
  }

  @Post('esci')
  async leave(@Req() req: Request, @Res() res: Response): Promise<void> {
    await this.staff.signOut(req);
    clearSessionCookie(res, this.config);
    res.redirect(303, '/');
  }
}
