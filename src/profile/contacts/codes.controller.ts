import { Body, Controller, Get, Param, Post, Req, Res, UseGuards } from '@nestjs/common';
import type { Request, Response } from 'express';
import { Reads } from '../../audit/index.js';
import { flash } from '../../auth/index.js';
import { Allow, Requires, Resumable } from '../../common/access.js';
import { Acting } from '../../common/acting.js';
import { Form, FormPipe } from '../../common/form.js';
import type { Parameters } from '../../common/texts.js';
import { Visitor } from '../../common/visitor.js';
import { codePage } from './code.views.js';
import { ContactCodesService, type Confirmed, type Pending } from './contact-codes.service.js';
import { CodeKindPipe, SLUGS } from './contact-kind.pipe.js';
import { CodeForm } from './contacts.forms.js';
import { codeState, codeTyped, type CodeKind } from './contacts.rules.js';
import { ThemselvesGuard } from './themselves.guard.js';

const LIST = '/dati/contatti';

/** The one-time code of a new e-mail address or mobile number. */
@Controller('dati/contatti/:canale/codice')
@Allow('citizen')
@UseGuards(ThemselvesGuard)
@Requires({ level: 2 })
export class CodesController {
  constructor(private readonly codes: ContactCodesService) {}

  @Get()
  @Reads('contacts.read')
  async edit(
    @Param('canale', CodeKindPipe) kind: CodeKind,
    @Acting() acting: Acting,
    @Visitor() { t }: Visitor,
    @Res() res: Response,
  ): Promise<void> {
    const pending = await this.codes.pending(acting, kind);
    if (!pending) return res.redirect(303, `${LIST}/${SLUGS[kind]}`);
    res.render('contacts/code', codePage(t, Form.empty(CodeForm), pending, null));
  }

  @Post()
  @Resumable()
  async update(
    @Param('canale', CodeKindPipe) kind: CodeKind,
    @Body(new FormPipe(CodeForm)) form: Form<CodeForm>,
    @Acting() acting: Acting,
    @Visitor() visitor: Visitor,
    @Req() req: Request,
    @Res() res: Response,
  ): Promise<void> {
    const code = codeTyped(form.value('codice'));
    const checked = form.valid && code === '' ? form.withError('codice', 'contacts.code-form') : form;
    if (!checked.valid) return this.again(acting, visitor, res, kind, checked);
    const outcome = await this.codes.confirm(acting, kind, { id: form.data.cambio, code }, visitor.t);
    if (!outcome.ok) return this.refused(outcome, { acting, visitor, req, res, kind, form });
    await flash(req, `contacts.confirmed-${kind}`);
    res.redirect(303, `${LIST}#esito`);
  }

  /** A code that is over has a page that says so; one that may be tried again shows the form. */
  private async refused(outcome: Exclude<Confirmed, { ok: true }>, at: Attempt): Promise<void> {
    const { acting, visitor, req, res, kind, form } = at;
    if (outcome.reason === 'none' || outcome.reason === 'meanwhile') {
      await flash(req, `contacts.code-${outcome.reason}`, 'warning');
      return res.redirect(303, `${LIST}#esito`);
    }
    const parameters: Parameters = outcome.reason === 'wrong' ? { left: outcome.left } : {};
    return this.again(
      acting,
      visitor,
      res,
      kind,
      form.withError('codice', `contacts.code-${outcome.reason}`, parameters),
    );
  }

  private async again(
    acting: Acting,
    { t }: Visitor,
    res: Response,
    kind: CodeKind,
    form: Form<CodeForm>,
  ): Promise<void> {
    const pending: Pending | null = await this.codes.pending(acting, kind);
    if (!pending) return res.redirect(303, `${LIST}/${SLUGS[kind]}`);
    // Nothing more can be tried: the page says so itself, and how to go on.
    if (form.errors.length > 0 && codeState(pending.change, pending.now) !== 'live')
      return res.redirect(303, `${LIST}/${SLUGS[kind]}/codice#main`);
    res.status(form.status).render('contacts/code', codePage(t, form, pending, null));
  }
}

interface Attempt {
  acting: Acting;
  visitor: Visitor;
  req: Request;
  res: Response;
  kind: CodeKind;
  form: Form<CodeForm>;
}
