import { Body, Controller, Param, Post, Req, Res, UseGuards } from '@nestjs/common';
import type { Request, Response } from 'express';
import { flash } from '../../auth/index.js';
import { Allow, Requires, WhenLate } from '../../common/access.js';
import { Acting } from '../../common/acting.js';
import { Form, FormPipe } from '../../common/form.js';
import { Visitor } from '../../common/visitor.js';
import { codePage } from './code.views.js';
import { ContactCodesService } from './contact-codes.service.js';
import { CodeKindPipe, SLUGS } from './contact-kind.pipe.js';
import { ChangeForm, CodeForm } from './contacts.forms.js';
import type { CodeKind } from './contacts.rules.js';
import { ThemselvesGuard } from './themselves.guard.js';

const LIST = '/dati/contatti';

/** What can be done instead of writing the code: having another one sent, or giving the change up. */
@Controller('dati/contatti/:canale/codice')
@Allow('citizen')
@UseGuards(ThemselvesGuard)
@Requires({ level: 2 })
export class CodeRequestsController {
  constructor(private readonly codes: ContactCodesService) {}

  @Post('invio')
  @WhenLate('/dati/contatti/:canale/codice')
  async resend(
    @Param('canale', CodeKindPipe) kind: CodeKind,
    @Body(new FormPipe(ChangeForm)) form: Form<ChangeForm>,
    @Acting() acting: Acting,
    @Visitor() { t }: Visitor,
    @Req() req: Request,
    @Res() res: Response,
  ): Promise<void> {
    const asked = await this.codes.askAgain(acting, kind, form.data.cambio, t);
    const pending = await this.codes.pending(acting, kind);
    if (!pending) return res.redirect(303, `${LIST}/${SLUGS[kind]}`);
    if (!asked.ok && asked.reason === 'limit')
      return res.status(422).render('contacts/code', codePage(t, Form.empty(CodeForm), pending, asked.limit));
    await flash(req, asked.ok && !asked.sent ? 'contacts.code-already' : 'contacts.code-sent-again');
    res.redirect(303, `${LIST}/${SLUGS[kind]}/codice#esito`);
  }

  /** The change is given up; what was live stays. */
  @Post('annullamento')
  @WhenLate('/dati/contatti/:canale/codice')
  async giveUp(
    @Param('canale', CodeKindPipe) kind: CodeKind,
    @Body(new FormPipe(ChangeForm)) form: Form<ChangeForm>,
    @Acting() acting: Acting,
    @Req() req: Request,
    @Res() res: Response,
  ): Promise<void> {
    const ended = await this.codes.giveUp(acting, kind, form.data.cambio);
    await flash(req, ended ? 'contacts.given-up' : 'contacts.code-none', ended ? 'ok' : 'warning');
    res.redirect(303, `${LIST}#esito`);
  }
}
