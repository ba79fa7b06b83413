import { Module, type OnModuleInit } from '@nestjs/common';
import { PlacesModule } from '../../places/index.js';
import { BounceListeners } from '../../transport/index.js';
import { AddressAbroadController } from './address-abroad.controller.js';
import { AddressController } from './address.controller.js';
import { AddressesRepository } from './addresses.repository.js';
import { AddressesService } from './addresses.service.js';
import { CodeRequestsController } from './code-requests.controller.js';
import { CodesController } from './codes.controller.js';
import { ContactBounces } from './contact-bounces.js';
import { ContactChangesRepository } from './contact-changes.repository.js';
import { ContactChangesService } from './contact-changes.service.js';
import { ContactCodesService } from './contact-codes.service.js';
import { ContactController } from './contact.controller.js';
import { ContactWarnings } from './contact-warnings.js';
import { ContactsController } from './contacts.controller.js';
import { ErasedContacts } from './contacts.erased.js';
import { ExportedAddress, ExportedChanges, ExportedContacts } from './contacts.exported.js';
import { ContactsRepository } from './contacts.repository.js';
import { ContactsService } from './contacts.service.js';
import { OwnChanges } from './own-changes.js';

@Module({
  imports: [PlacesModule],
  // The address before the kinds of contact, whose route would take its word for one of them.
  controllers: [
    ContactsController,
    AddressAbroadController,
    AddressController,
    ContactController,
    CodesController,
    CodeRequestsController,
  ],
  providers: [
    AddressesRepository,
    AddressesService,
    ContactBounces,
    ContactChangesRepository,
    ContactChangesService,
    ContactCodesService,
    ContactWarnings,
    ContactsRepository,
    ContactsService,
    ErasedContacts,
    ExportedAddress,
    ExportedChanges,
    ExportedContacts,
    OwnChanges,
  ],
  exports: [ContactsService, OwnChanges],
})
export class ContactsModule implements OnModuleInit {
  constructor(
    private readonly listeners: BounceListeners,
    private readonly bounces: ContactBounces,
  ) {}

  onModuleInit(): void {
    this.listeners.register(this.bounces);
  }
}
