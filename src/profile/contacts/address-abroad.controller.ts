import { Body, Controller, Get, Post, Render, Req, Res, UseGuards } from '@nestjs/common';
import type { Request, Response } from 'express';
import { Reads } from '../../audit/index.js';
import { flash } from '../../auth/index.js';
import { Allow, Requires, Resumable } from '../../common/access.js';
import { Acting } from '../../common/acting.js';
import { Form, FormPipe } from '../../common/form.js';
import { Visitor } from '../../common/visitor.js';
import { abroadForm, abroadPage } from './address.views.js';
import { AddressesService } from './addresses.service.js';
import { AddressAbroadForm, versionOf } from './contacts.forms.js';
import { ThemselvesGuard } from './themselves.guard.js';

/** Where letters go, outside Italy. */
@Controller('dati/contatti/indirizzo/estero')
@Allow('citizen')
@UseGuards(ThemselvesGuard)
@Requires({ level: 2 })
export class AddressAbroadController {
  constructor(private readonly addresses: AddressesService) {}

  @Get()
  @Reads('contacts.read')
  @Render('contacts/address-abroad')
  async edit(@Acting() acting: Acting, @Visitor() { t }: Visitor): Promise<object> {
    const known = await this.addresses.known(acting);
    return abroadPage(t, abroadForm(known), known);
  }

  @Post()
  @Resumable()
  async update(
    @Body(new FormPipe(AddressAbroadForm)) form: Form<AddressAbroadForm>,
    @Acting() acting: Acting,
    @Visitor() { t }: Visitor,
    @Req() req: Request,
    @Res() res: Response,
  ): Promise<void> {
    if (!form.valid) {
      const known = await this.addresses.known(acting);
      return res.status(form.status).render('contacts/address-abroad', abroadPage(t, form, known));
    }
    const {
      paese: country,
      via: street,
      altro: extra,
      codice: postalCode,
      citta: locality,
      regione: region,
    } = form.data;
    const typed = { country, street, extra, postalCode, locality, region };
    const saved = await this.addresses.saveAbroad(acting, typed, versionOf(form.data));
    if (!saved.ok) {
      const again = form.withError('paese', 'contacts.address-meanwhile');
      return res.status(422).render('contacts/address-abroad', abroadPage(t, again, saved.known));
    }
    await flash(req, 'contacts.saved-address');
    res.redirect(303, '/dati/contatti#esito');
  }
}
