import { Injectable, type OnModuleInit } from '@nestjs/common';
import { ErasedParts, type Erased, type ErasureOutcome } from '../../common/erased.js';
import { AddressesRepository } from './addresses.repository.js';
import { ContactChangesRepository } from './contact-changes.repository.js';
import { ContactsRepository } from './contacts.repository.js';

/** Contacts, the postal address and the changes that wait: nothing of them is kept. */
@Injectable()
export class ErasedContacts implements Erased, OnModuleInit {
  readonly id = 'contacts';
  readonly order = 200;
  readonly titleKey = 'erasure.contacts';
  readonly tables = ['contact', 'contact_change', 'postal_address'] as const;
  readonly keptKey = null;
  readonly alone = true;

  constructor(
    private readonly parts: ErasedParts,
    private readonly contacts: ContactsRepository,
    private readonly changes: ContactChangesRepository,
    private readonly addresses: AddressesRepository,
  ) {}

  onModuleInit(): void {
    this.parts.register(this);
  }

  async erase(subject: string): Promise<ErasureOutcome> {
    // A change first, as whoever confirms its code does: so neither waits for the other for ever.
    const changes = await this.changes.erase(subject);
    const contacts = await this.contacts.erase(subject);
    return { deleted: contacts + changes + (await this.addresses.erase(subject)), kept: 0 };
  }
}
