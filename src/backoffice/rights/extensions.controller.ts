import { Body, Controller, Get, Param, Post, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { flash, StaffActing } from '../../auth/index.js';
import { Allow, Roles, WhenLate } from '../../common/access.js';
import { Form, FormPipe } from '../../common/form.js';
import { numberFrom } from '../../common/numbers.js';
import { Visitor } from '../../common/visitor.js';
import { RightsDeskService } from '../../contact/index.js';
import { ExtendForm } from './desk.forms.js';
import { DESK } from './desk.rules.js';
import { extendPage } from './desk-forms.views.js';
import { isExtendable } from './desk.views.js';

/** Two months more for a request, once, with the reason the person is told. */
@Controller('operatore/richieste-dati/:protocol/proroga')
@Allow('staff')
@Roles('operator', 'administrator')
export class ExtensionsController {
  constructor(private readonly desk: RightsDeskService) {}

  @Get()
  async new(
    @StaffActing() acting: StaffActing,
    @Visitor() { t }: Visitor,
    @Param('protocol') protocol: string,
    @Res() res: Response,
  ): Promise<void> {
    const shown = await this.desk.read(acting, protocol);
    if (shown.request.state !== 'received' && !isExtendable(shown))
      return res.redirect(303, `${DESK}/${shown.request.protocol}`);
    const form = Form.empty(ExtendForm, { versione: String(shown.request.version) });
    res.render('desk/extend', extendPage(t, shown, form));
  }

  @Post()
  @WhenLate('/operatore/richieste-dati/:protocol/proroga')
  async create(
    @StaffActing() acting: StaffActing,
    @Visitor() { t }: Visitor,
    @Param('protocol') protocol: string,
    @Body(new FormPipe(ExtendForm)) form: Form<ExtendForm>,
    @Req() req: Request,
    @Res() res: Response,
  ): Promise<void> {
    if (!form.valid) {
      const shown = await this.desk.read(acting, protocol);
      return res.status(form.status).render('desk/extend', extendPage(t, shown, form));
    }
    const version = numberFrom(form.data.versione) ?? 0;
    const extended = await this.desk.extend(acting, protocol, version, form.data.motivo);
    if (!extended.ok) {
      const refused = form.withError('motivo', `desk.${extended.reason}`);
      const shown = await this.desk.read(acting, protocol);
      return res.status(422).render('desk/extend', extendPage(t, shown, refused));
    }
    await flash(req, 'desk.extended');
    res.redirect(303, `${DESK}/${encodeURIComponent(protocol)}#esito`);
  }
}
