import { Body, Controller, Get, Post, Render, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { Reads } from '../audit/index.js';
import { flash } from '../auth/index.js';
import { Allow, Requires, Resumable } from '../common/access.js';
import { Acting } from '../common/acting.js';
import { Form, FormPipe } from '../common/form.js';
import { Visitor } from '../common/visitor.js';
import { ResidenceAbroadForm } from './profile.forms.js';
import { residenceToken } from './profile.repository.js';
import { ProfileService } from './profile.service.js';
import { residenceAbroadPage, residenceInWords } from './profile.views.js';

/** The country and place where somebody lives who does not live in Italy. */
@Controller('dati/residenza/estero')
@Allow('citizen')
export class ResidenceAbroadController {
  constructor(private readonly profiles: ProfileService) {}

  @Get()
  @Reads('profile.residence-read')
  @Render('profile/residence-abroad')
  async edit(@Acting() acting: Acting, @Visitor() { t }: Visitor): Promise<object> {
    const { citizen } = await this.profiles.profile(acting);
    const { residence_country: paese, residence_locality: citta } = citizen;
    const shown = { paese: paese ?? '', citta: citta ?? '', prima: residenceToken(citizen) };
    return residenceAbroadPage(t, Form.empty(ResidenceAbroadForm, shown));
  }

  @Post()
  @Requires({ level: 2 })
  @Resumable()
  async update(
    @Acting() acting: Acting,
    @Visitor() visitor: Visitor,
    @Body(new FormPipe(ResidenceAbroadForm)) form: Form<ResidenceAbroadForm>,
    @Req() req: Request,
    @Res() res: Response,
  ): Promise<void> {
    if (!form.valid) return this.again(visitor, res, form);
    const { paese: country, citta: locality, prima } = form.data;
    const moved = await this.profiles.moveAbroad(acting, { country, locality }, prima);
    if (!moved.ok && moved.reason === 'meanwhile') {
      const now = residenceInWords(visitor.t, moved.now) || visitor.t('contacts.not-given');
      const told = form.withError('paese', 'profile.residence-meanwhile', { now });
      return this.again(visitor, res, told, residenceToken(moved.now.citizen));
    }
    await flash(req, 'profile.residence-abroad-saved');
    res.redirect(303, '/dati#esito');
  }

  private again({ t }: Visitor, res: Response, form: Form<ResidenceAbroadForm>, before?: string): void {
    res.status(form.status).render('profile/residence-abroad', residenceAbroadPage(t, form, before));
  }
}
