import { Body, Controller, Get, Param, Post, Query, Render, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { Reads } from '../../audit/index.js';
import { currentSession, flash } from '../../auth/index.js';
import { Allow, Requires, Resumable } from '../../common/access.js';
import { Acting } from '../../common/acting.js';
import { Form, FormPipe } from '../../common/form.js';
import { UuidParam } from '../../common/uuid.js';
import { Visitor } from '../../common/visitor.js';
import { ConsentForm } from './consents.forms.js';
import { ConsentsService } from './consents.service.js';
import { consentEventPage, consentsPage, type Refused } from './consents.views.js';

/** The consents of a person: what they are asked, what they said and when. */
@Controller('dati/consensi')
@Allow('citizen')
export class ConsentsController {
  constructor(private readonly consents: ConsentsService) {}

  @Get()
  @Reads('consents.read')
  @Render('consents/list')
  async list(@Acting() acting: Acting, @Visitor() { t }: Visitor, @Query('prima') before: unknown): Promise<object> {
    const from = typeof before === 'string' ? before : null;
    return consentsPage(t, await this.consents.page(acting, t.lang, from), { older: from !== null });
  }

  /** One line of the ledger with the words it was about. */
  @Get(':id')
  @Reads('consents.read', 'id')
  @Render('consents/show')
  async show(@Acting() acting: Acting, @Visitor() { t }: Visitor, @Param('id', UuidParam) id: string): Promise<object> {
    return consentEventPage(t, await this.consents.event(acting, id));
  }

  @Post()
  @Requires({ level: 2 })
  @Resumable()
  async choose(
    @Acting() acting: Acting,
    @Visitor() visitor: Visitor,
    @Body(new FormPipe(ConsentForm)) form: Form<ConsentForm>,
    @Req() req: Request,
    @Res() res: Response,
  ): Promise<void> {
    if (form.resumed) return this.again(acting, visitor, res, null, form.value('scopo'));
    if (!form.valid) return this.again(acting, visitor, res, 'unknown', form.value('scopo'));
    const { scopo, scelta, versione, dopo } = form.data;
    const choice = { give: scelta === 'do', version: Number(versione), after: Number(dopo) };
    const from = { session: currentSession(req).id, language: visitor.lang };
    const chosen = await this.consents.choose(acting, scopo, choice, from);
    if (!chosen.ok) return this.again(acting, visitor, res, chosen.reason, scopo);
    await flash(req, `consents.${chosen.wrote ?? (choice.give ? 'given-already' : 'withdrawn-already')}`);
    res.redirect(303, '/dati/consensi#esito');
  }

  private async again(
    acting: Acting,
    { t, lang }: Visitor,
    res: Response,
    reason: Refused | null,
    purpose: string,
  ): Promise<void> {
    const page = await this.consents.page(acting, lang, null);
    res.status(reason ? 422 : 200).render('consents/list', consentsPage(t, page, { refused: reason, purpose }));
  }
}
