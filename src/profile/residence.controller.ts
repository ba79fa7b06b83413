import { Body, Controller, Get, Post, Render, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { Reads } from '../audit/index.js';
import { flash } from '../auth/index.js';
import { Allow, Requires, Resumable } from '../common/access.js';
import { Acting } from '../common/acting.js';
import { Form, FormPipe } from '../common/form.js';
import { Visitor } from '../common/visitor.js';
import type { Comune } from '../places/index.js';
import { ResidenceForm } from './profile.forms.js';
import { residenceToken } from './profile.repository.js';
import { ProfileService } from './profile.service.js';
import { residenceInWords, residencePage } from './profile.views.js';

/** The comune where the person lives: the offices nearest to it come first when they book. */
@Controller('dati/residenza')
@Allow('citizen')
export class ResidenceController {
  constructor(private readonly profiles: ProfileService) {}

  @Get()
  @Reads('profile.residence-read')
  @Render('profile/residence')
  async edit(@Acting() acting: Acting, @Visitor() { t }: Visitor): Promise<object> {
    const { residence, citizen } = await this.profiles.profile(acting);
    const comune = residence?.name ?? (citizen.residence_country ? '' : (citizen.said_municipality ?? ''));
    return residencePage(t, Form.empty(ResidenceForm, { comune, prima: residenceToken(citizen) }), []);
  }

  /** It moves the offices that are proposed, so a password alone (a PIN) does not change it. */
  @Post()
  @Requires({ level: 2 })
  @Resumable()
  async update(
    @Acting() acting: Acting,
    @Visitor() visitor: Visitor,
    @Body(new FormPipe(ResidenceForm)) form: Form<ResidenceForm>,
    @Req() req: Request,
    @Res() res: Response,
  ): Promise<void> {
    if (!form.valid) return this.again(visitor, res, form, []);
    const moved = await this.profiles.moveTo(acting, form.data.comune, form.data.prima);
    if (!moved.ok && moved.reason === 'meanwhile') {
      const now = residenceInWords(visitor.t, moved.now) || visitor.t('contacts.not-given');
      const told = form.withError('comune', 'profile.residence-meanwhile', { now });
      return this.again(visitor, res, told, [], residenceToken(moved.now.citizen));
    }
    if (!moved.ok) {
      const reason = moved.suggestions.length > 0 ? 'profile.which-comune' : 'profile.unknown-comune';
      return this.again(visitor, res, form.withError('comune', reason), moved.suggestions);
    }
    await flash(req, 'profile.residence-saved');
    res.redirect(303, '/dati#esito');
  }

  private again(
    { t }: Visitor,
    res: Response,
    form: Form<ResidenceForm>,
    suggestions: Comune[],
    before?: string,
  ): void {
    res.status(form.status).render('profile/residence', residencePage(t, form, suggestions, before));
  }
}
