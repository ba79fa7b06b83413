import { Controller, Get, Render, UseGuards } from '@nestjs/common';
import { Reads } from '../../audit/index.js';
import { Allow } from '../../common/access.js';
import { Acting } from '../../common/acting.js';
import { Visitor } from '../../common/visitor.js';
import { ContactsService } from './contacts.service.js';
import { contactsPage } from './contacts.views.js';
import { ThemselvesGuard } from './themselves.guard.js';

/** Everywhere a person can be reached: what they chose, and apart from it what their identity provider said. */
@Controller('dati/contatti')
@Allow('citizen')
@UseGuards(ThemselvesGuard)
export class ContactsController {
  constructor(private readonly contacts: ContactsService) {}

  @Get()
  @Reads('contacts.read')
  @Render('contacts/list')
  async list(@Acting() acting: Acting, @Visitor() { t }: Visitor): Promise<object> {
    return contactsPage(t, await this.contacts.overview(acting));
  }
}
