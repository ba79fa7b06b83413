import { Body, Controller, Get, Param, Post, Query, Render, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { flash, StaffActing } from '../../auth/index.js';
import { Allow, Roles, WhenLate } from '../../common/access.js';
import { numberFrom } from '../../common/numbers.js';
import { StaffPages } from '../../common/staff-pages.js';
import { Visitor } from '../../common/visitor.js';
import { RightsDeskService } from '../../contact/index.js';
import { staffTabs } from '../staff-tabs.js';
import { DESK, filterOf } from './desk.rules.js';
import { deskPage, deskRequestPage } from './desk.views.js';

/** /operatore/richieste-dati: requests about personal data, the most urgent first. */
@Controller('operatore/richieste-dati')
@Allow('staff')
@Roles('operator', 'administrator')
export class DeskController {
  constructor(
    private readonly desk: RightsDeskService,
    private readonly pages: StaffPages,
  ) {}

  @Get()
  @Render('desk/list')
  async list(
    @StaffActing() acting: StaffActing,
    @Visitor() { t }: Visitor,
    @Query('stato') state: unknown,
    @Query('dopo') after: unknown,
  ): Promise<object> {
    const filter = filterOf(state);
    const page = await this.desk.page(acting, filter.states, typeof after === 'string' ? after : null);
    const tabs = staffTabs(t, this.pages, acting.roles, DESK);
    return deskPage(t, page, { filter, tabs, later: typeof after === 'string', me: acting.id });
  }

  @Get(':protocol')
  @Render('desk/show')
  async show(
    @StaffActing() acting: StaffActing,
    @Visitor() { t }: Visitor,
    @Param('protocol') protocol: string,
  ): Promise<object> {
    return deskRequestPage(t, await this.desk.read(acting, protocol), acting.id);
  }

  @Post(':protocol/presa-in-carico')
  @WhenLate('/operatore/richieste-dati/:protocol')
  async take(
    @StaffActing() acting: StaffActing,
    @Param('protocol') protocol: string,
    @Body() body: Record<string, unknown>,
    @Req() req: Request,
    @Res() res: Response,
  ): Promise<void> {
    const taken = await this.desk.take(acting, protocol, numberFrom(body.versione) ?? 0);
    await flash(req, taken.ok ? 'desk.taken' : 'desk.changed', taken.ok ? 'ok' : 'warning');
    res.redirect(303, `${DESK}/${encodeURIComponent(protocol)}#esito`);
  }
}
