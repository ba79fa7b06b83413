import { Controller, Get, Param, Post, Render, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { Reads } from '../../audit/index.js';
import { flash } from '../../auth/index.js';
import { Allow, Requires, WhenLate } from '../../common/access.js';
import { Acting } from '../../common/acting.js';
import { Clock, romeDate } from '../../common/clock.js';
import { NotFound } from '../../common/errors.js';
import { lookUp } from '../../common/look-up.js';
import { Visitor } from '../../common/visitor.js';
import { isOpen } from './rights.rules.js';
import { RightsService } from './rights.service.js';
import { receiptPage, requestPage, rightsPage, withdrawPage } from './rights.views.js';

/** /dati/diritti: what a person may ask about their own data, what they asked, and what came of it. */
@Controller('dati/diritti')
@Allow('citizen')
@Requires({ level: 2 })
export class RightsController {
  constructor(
    private readonly rights: RightsService,
    private readonly clock: Clock,
  ) {}

  @Get()
  @Reads('rights.read')
  @Render('rights/list')
  async list(@Acting() acting: Acting, @Visitor() { t }: Visitor): Promise<object> {
    return rightsPage(t, await this.rights.overview(acting));
  }

  @Get('richieste/:protocol')
  @Reads('rights.read')
  @Render('rights/show')
  async show(
    @Acting() acting: Acting,
    @Visitor() { t }: Visitor,
    @Param('protocol') protocol: string,
  ): Promise<object> {
    return requestPage(t, await this.rights.find(acting, protocol), romeDate(this.clock.now()));
  }

  /** To be printed or kept as a file by the browser's own printing. */
  @Get('richieste/:protocol/ricevuta')
  @Reads('rights.read')
  @Render('rights/receipt')
  async receipt(
    @Acting() acting: Acting,
    @Visitor() { t }: Visitor,
    @Param('protocol') protocol: string,
    @Req() req: Request,
  ): Promise<object> {
    return receiptPage(t, await this.rights.find(acting, protocol), req.session.displayName ?? '');
  }

  @Get('richieste/:protocol/ritiro')
  @Reads('rights.read')
  async confirm(
    @Acting() acting: Acting,
    @Visitor() { t }: Visitor,
    @Param('protocol') protocol: string,
    @Res() res: Response,
  ): Promise<void> {
    const { request } = await this.rights.find(acting, protocol);
    if (!isOpen(request.state)) return res.redirect(303, `/dati/diritti/richieste/${request.protocol}`);
    res.render('rights/withdraw', withdrawPage(t, request));
  }

  @Post('richieste/:protocol/ritiro')
  @WhenLate('/dati/diritti/richieste/:protocol/ritiro')
  async withdraw(
    @Acting() acting: Acting,
    @Param('protocol') protocol: string,
    @Req() req: Request,
    @Res() res: Response,
  ): Promise<void> {
    const withdrawn = await this.rights.withdraw(acting, protocol);
    await flash(req, withdrawn ? 'rights.withdrawn' : 'rights.closed-before', withdrawn ? 'ok' : 'warning');
    res.redirect(303, `/dati/diritti/richieste/${encodeURIComponent(protocol)}#esito`);
  }

  /** Takes a restriction or an objection back. */
  @Post('segni/:segno/fine')
  @WhenLate('/dati/diritti')
  async lift(
    @Acting() acting: Acting,
    @Param('segno') which: string,
    @Req() req: Request,
    @Res() res: Response,
  ): Promise<void> {
    const mark = lookUp(MARKS, which);
    if (!mark) throw new NotFound();
    await this.rights.lift(acting, mark);
    await flash(req, `rights.lifted-${mark}`);
    res.redirect(303, '/dati/diritti#esito');
  }
}

const MARKS: Readonly<Record<string, 'restriction' | 'objection'>> = {
  limitazione: 'restriction',
  opposizione: 'objection',
};
