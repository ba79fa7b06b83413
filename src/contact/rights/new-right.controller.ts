import { randomUUID } from 'node:crypto';
import { Body, Controller, Get, Param, Post, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { Reads } from '../../audit/index.js';
import { flash } from '../../auth/index.js';
import { Allow, Requires, Resumable } from '../../common/access.js';
import { Acting } from '../../common/acting.js';
import { NotFound } from '../../common/errors.js';
import { Form, FormPipe } from '../../common/form.js';
import { onceOnlyId } from '../../common/uuid.js';
import { Visitor } from '../../common/visitor.js';
import { AskForm } from './rights.forms.js';
import { kindOfSlug, missing, type Concern, type Kind } from './rights.rules.js';
import { RightsService } from './rights.service.js';
import { askPage } from './ask.views.js';

/** One form for each right that is asked for with a request. */
@Controller('dati/diritti/nuova/:diritto')
@Allow('citizen')
@Requires({ level: 2 })
export class NewRightController {
  constructor(private readonly rights: RightsService) {}

  @Get()
  @Reads('rights.read')
  async new(
    @Acting() acting: Acting,
    @Visitor() visitor: Visitor,
    @Param('diritto') slug: string,
    @Res() res: Response,
  ): Promise<void> {
    await this.show(acting, visitor, res, kindOf(slug), Form.empty(AskForm, { invio: randomUUID() }));
  }

  @Post()
  @Resumable()
  async create(
    @Acting() acting: Acting,
    @Visitor() visitor: Visitor,
    @Param('diritto') slug: string,
    @Body(new FormPipe(AskForm)) typed: Form<AskForm>,
    @Req() req: Request,
    @Res() res: Response,
  ): Promise<void> {
    const kind = kindOf(slug);
    const form = complete(kind, typed);
    if (!form.valid) return this.show(acting, visitor, res, kind, form);
    const { dati, attuale, giusto, testo, invio } = form.data;
    const asked = await this.rights.ask(acting, {
      submissionId: onceOnlyId(acting.subject, invio),
      kind,
      concerns: [...new Set(dati)] as Concern[],
      message: testo,
      currentValue: kind === 'rectification' ? attuale : '',
      rightValue: kind === 'rectification' ? giusto : '',
    });
    // Another one of this kind is open: the page says so, and keeps what was typed.
    if (!asked.ok) return this.show(acting, visitor, res, kind, form.withError('testo', 'rights.one-open'));
    await flash(req, 'rights.asked');
    res.redirect(303, `/dati/diritti/richieste/${asked.protocol}#esito`);
  }

  private async show(acting: Acting, { t }: Visitor, res: Response, kind: Kind, form: Form<AskForm>): Promise<void> {
    const open = await this.rights.openOf(acting, kind);
    res.status(form.status).render('rights/ask', askPage(t, kind, form, open));
  }
}

function kindOf(slug: string): Kind {
  const kind = kindOfSlug(slug);
  if (!kind) throw new NotFound();
  return kind;
}

/** The form with what a request of this kind lacks, said where it is missing. */
function complete(kind: Kind, form: Form<AskForm>): Form<AskForm> {
  if (form.resumed) return form;
  const asked = { concerns: form.values('dati'), message: form.value('testo'), rightValue: form.value('giusto') };
  const lacks = missing(kind, asked).filter((field) => !form.error(field));
  return lacks.reduce((result, field) => result.withError(field, `rights.say-${field}`), form);
}
