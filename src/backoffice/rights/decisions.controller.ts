import { Body, Controller, Get, Param, Post, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { flash, StaffActing } from '../../auth/index.js';
import { Allow, Roles, WhenLate } from '../../common/access.js';
import { ErasedParts } from '../../common/erased.js';
import { Form, FormPipe } from '../../common/form.js';
import { numberFrom } from '../../common/numbers.js';
import { Visitor } from '../../common/visitor.js';
import { RightsDeskService, type DeskRequest } from '../../contact/index.js';
import { DecideForm } from './desk.forms.js';
import { checkedDecision, correctionOf, decisionOf } from './decision.rules.js';
import { DESK } from './desk.rules.js';
import { decidePage } from './desk-forms.views.js';

/** The answer to a request, with what it changes. */
@Controller('operatore/richieste-dati/:protocol/decisione')
@Allow('staff')
@Roles('operator', 'administrator')
export class DecisionsController {
  constructor(
    private readonly desk: RightsDeskService,
    private readonly parts: ErasedParts,
  ) {}

  @Get()
  async new(
    @StaffActing() acting: StaffActing,
    @Visitor() visitor: Visitor,
    @Param('protocol') protocol: string,
    @Res() res: Response,
  ): Promise<void> {
    const shown = await this.desk.read(acting, protocol);
    if (shown.request.closedAt) return res.redirect(303, `${DESK}/${shown.request.protocol}`);
    this.show(visitor, res, shown, Form.empty(DecideForm, { versione: String(shown.request.version) }));
  }

  @Post()
  @WhenLate('/operatore/richieste-dati/:protocol/decisione')
  async create(
    @StaffActing() acting: StaffActing,
    @Visitor() visitor: Visitor,
    @Param('protocol') protocol: string,
    @Body(new FormPipe(DecideForm)) typed: Form<DecideForm>,
    @Req() req: Request,
    @Res() res: Response,
  ): Promise<void> {
    const shown = await this.desk.read(acting, protocol);
    const form = checkedDecision(shown.request.kind, typed, this.parts.alone);
    if (!form.valid) return this.show(visitor, res, shown, form);
    const { kind } = shown.request;
    const decided = await this.desk.decide(
      acting,
      protocol,
      numberFrom(form.data.versione) ?? 0,
      decisionOf(kind, form.data),
      correctionOf(kind, form.data),
    );
    if (!decided.ok) {
      const fresh = await this.desk.read(acting, protocol);
      return this.show(visitor, res, fresh, form.withError('esito', `desk.${decided.reason}`));
    }
    await flash(req, 'desk.decided');
    res.redirect(303, `${DESK}/${encodeURIComponent(protocol)}#esito`);
  }

  private show({ t }: Visitor, res: Response, shown: DeskRequest, form: Form<DecideForm>): void {
    const page = decidePage(t, shown, form, this.parts.alone);
    res.status(form.status).render('desk/decide', page);
  }
}
