import { Body, Controller, Get, Post, Render, Req, Res, UseGuards } from '@nestjs/common';
import type { Request, Response } from 'express';
import { Reads } from '../../audit/index.js';
import { flash } from '../../auth/index.js';
import { Allow, Requires, Resumable, WhenLate } from '../../common/access.js';
import { Acting } from '../../common/acting.js';
import { Form, FormPipe } from '../../common/form.js';
import { Visitor } from '../../common/visitor.js';
import { addressForm, addressPage, addressRemovalPage } from './address.views.js';
import { AddressesService } from './addresses.service.js';
import { AddressForm, RemovalForm, removedVersion, versionOf } from './contacts.forms.js';
import { ThemselvesGuard } from './themselves.guard.js';

const LIST = '/dati/contatti';

/** Where letters go, in Italy; and removing it, wherever it is. */
@Controller('dati/contatti/indirizzo')
@Allow('citizen')
@UseGuards(ThemselvesGuard)
@Requires({ level: 2 })
export class AddressController {
  constructor(private readonly addresses: AddressesService) {}

  @Get()
  @Reads('contacts.read')
  @Render('contacts/address')
  async edit(@Acting() acting: Acting, @Visitor() { t }: Visitor): Promise<object> {
    const known = await this.addresses.known(acting);
    return addressPage(t, addressForm(known), known, []);
  }

  @Post()
  @Resumable()
  async update(
    @Body(new FormPipe(AddressForm)) form: Form<AddressForm>,
    @Acting() acting: Acting,
    @Visitor() { t }: Visitor,
    @Req() req: Request,
    @Res() res: Response,
  ): Promise<void> {
    const known = await this.addresses.known(acting);
    const page = (shown: Form<AddressForm>, suggestions: Parameters<typeof addressPage>[3] = [], now = known) =>
      res.status(shown.status).render('contacts/address', addressPage(t, shown, now, suggestions));
    if (!form.valid) return page(form);
    const { via: street, numero: number, altro: extra, cap: postalCode, comune } = form.data;
    const typed = { street, number, extra, postalCode, comune };
    const saved = await this.addresses.saveInItaly(acting, typed, versionOf(form.data));
    if (!saved.ok && saved.reason === 'comune') {
      const reason = saved.suggestions.length > 0 ? 'profile.which-comune' : 'profile.unknown-comune';
      return page(form.withError('comune', reason), saved.suggestions);
    }
    if (!saved.ok) return page(form.withError('via', 'contacts.address-meanwhile'), [], saved.known);
    await flash(req, 'contacts.saved-address');
    res.redirect(303, `${LIST}#esito`);
  }

  @Get('rimozione')
  @Reads('contacts.read')
  async removal(@Acting() acting: Acting, @Visitor() { t }: Visitor, @Res() res: Response): Promise<void> {
    const known = await this.addresses.known(acting);
    if (!known.address) return res.redirect(303, LIST);
    res.render('contacts/removal', addressRemovalPage(t, known));
  }

  @Post('rimozione')
  @WhenLate('/dati/contatti/indirizzo/rimozione')
  async remove(
    @Body(new FormPipe(RemovalForm)) form: Form<RemovalForm>,
    @Acting() acting: Acting,
    @Req() req: Request,
    @Res() res: Response,
  ): Promise<void> {
    const { ok } = await this.addresses.remove(acting, removedVersion(form.data));
    await flash(req, ok ? 'contacts.removed-address' : 'contacts.not-removed', ok ? 'ok' : 'warning');
    res.redirect(303, `${LIST}#esito`);
  }
}
