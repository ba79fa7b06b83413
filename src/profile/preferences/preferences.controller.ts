import { Body, Controller, Get, Post, Render, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { Reads } from '../../audit/index.js';
import { flash } from '../../auth/index.js';
import { Allow, Requires, Resumable } from '../../common/access.js';
import { Acting } from '../../common/acting.js';
import { Form, FormPipe } from '../../common/form.js';
import { Visitor } from '../../common/visitor.js';
import { PreferencesForm } from './preferences.forms.js';
import { chosenIn, formOf } from './preferences.mapping.js';
import { PreferencesService, type Preferences } from './preferences.service.js';
import { preferencesPage } from './preferences.views.js';

/** By which roads a person wants to be told what. */
@Controller('dati/preferenze')
@Allow('citizen')
export class PreferencesController {
  constructor(private readonly preferences: PreferencesService) {}

  @Get()
  @Reads('preferences.read')
  @Render('preferences/show')
  async edit(@Acting() acting: Acting, @Visitor() { t, lang }: Visitor): Promise<object> {
    const found = await this.preferences.page(acting, lang);
    return preferencesPage(t, found, formOf(found, lang));
  }

  @Post()
  @Requires({ level: 2 })
  @Resumable()
  async update(
    @Acting() acting: Acting,
    @Visitor() visitor: Visitor,
    @Body(new FormPipe(PreferencesForm)) form: Form<PreferencesForm>,
    @Req() req: Request,
    @Res() res: Response,
  ): Promise<void> {
    if (!form.valid) return this.again(acting, visitor, res, form);
    const chosen = chosenIn(form);
    if (!chosen) return this.again(acting, visitor, res, form.withError('alle', 'preferences.same-time'));
    const saved = await this.preferences.save(acting, chosen);
    if (!saved.ok)
      return this.again(acting, visitor, res, form.withError('avvisi', 'preferences.changed-elsewhere'), saved.now);
    await flash(req, 'preferences.saved');
    // The language goes the same way as when it is chosen by its link: web.ts keeps it for this browser too.
    const { language } = chosen;
    res.redirect(303, `/dati/preferenze${language === visitor.lang ? '' : `?lingua=${language}`}#esito`);
  }

  /** @param now what another window saved meanwhile: shown beside what was chosen here */
  private async again(
    acting: Acting,
    { t, lang }: Visitor,
    res: Response,
    form: Form<PreferencesForm>,
    now: Preferences | null = null,
  ): Promise<void> {
    const found = await this.preferences.page(acting, lang);
    res.status(form.status).render('preferences/show', preferencesPage(t, found, form, now !== null));
  }
}
