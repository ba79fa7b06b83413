import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { Acting } from '../../common/acting.js';
import { recordOf } from '../../common/exported-records.js';
import { ExportedParts, type Exported, type ExportedRecord } from '../../common/exported.js';
import type { Translate } from '../../common/texts.js';
import { countryName, PlacesService } from '../../places/index.js';
import { AddressesRepository } from './addresses.repository.js';
import { ContactChangesRepository } from './contact-changes.repository.js';
import { ContactsRepository } from './contacts.repository.js';
import type { ContactKind } from './contacts.rules.js';

const KIND = [
  { name: 'kind', titleKey: 'contacts.column-code-kind' },
  { name: 'kind_text', titleKey: 'contacts.column-kind' },
  { name: 'value', titleKey: 'contacts.column-value' },
];
const WRITTEN = [
  { name: 'created_at', titleKey: 'contacts.column-created-at' },
  { name: 'updated_at', titleKey: 'contacts.column-updated-at' },
];

/** E-mail, mobile, PEC and telephone, as the person chose them. */
@Injectable()
export class ExportedContacts implements Exported, OnModuleInit {
  readonly id = 'recapiti';
  readonly order = 21;
  readonly titleKey = 'contacts.title';
  readonly tables = ['contact'];
  readonly columns = [
    ...KIND,
    { name: 'verified_at', titleKey: 'contacts.column-verified-at' },
    { name: 'bounced_at', titleKey: 'contacts.column-bounced-at' },
    ...WRITTEN,
  ];

  constructor(
    private readonly parts: ExportedParts,
    private readonly contacts: ContactsRepository,
  ) {}

  onModuleInit(): void {
    this.parts.register(this);
  }

  async *records({ subject }: Acting, t: Translate): AsyncGenerator<ExportedRecord[]> {
    const all = await this.contacts.all(subject);
    yield all.map(({ kind, value, verifiedAt, bouncedAt, createdAt, updatedAt }) =>
      recordOf(this.columns, {
        ...kindOf(t, kind),
        value,
        verified_at: verifiedAt,
        bounced_at: bouncedAt,
        created_at: createdAt,
        updated_at: updatedAt,
      }),
    );
  }
}

/** Codes asked for in the last days. Their hashes stay here: given out, they would help to guess a code (GDPR art. 15(4)). */
@Injectable()
export class ExportedChanges implements Exported, OnModuleInit {
  readonly id = 'recapiti-richiesti';
  readonly order = 22;
  readonly titleKey = 'contacts.export-changes';
  readonly tables = ['contact_change'];
  readonly columns = [
    ...KIND,
    { name: 'asked_at', titleKey: 'contacts.column-asked-at' },
    { name: 'expires_at', titleKey: 'contacts.column-expires-at' },
    { name: 'tries', titleKey: 'contacts.column-tries' },
    { name: 'confirmed_at', titleKey: 'contacts.column-verified-at' },
    { name: 'ended_at', titleKey: 'contacts.column-ended-at' },
  ];

  constructor(
    private readonly parts: ExportedParts,
    private readonly changes: ContactChangesRepository,
  ) {}

  onModuleInit(): void {
    this.parts.register(this);
  }

  async *records({ subject }: Acting, t: Translate): AsyncGenerator<ExportedRecord[]> {
    const kept = await this.changes.kept(subject);
    yield kept.map(({ kind, value, tries, askedAt, expiresAt, confirmedAt, endedAt }) =>
      recordOf(this.columns, {
        ...kindOf(t, kind),
        value,
        asked_at: askedAt,
        expires_at: expiresAt,
        tries,
        confirmed_at: confirmedAt,
        ended_at: endedAt,
      }),
    );
  }
}

/** Where letters go. */
@Injectable()
export class ExportedAddress implements Exported, OnModuleInit {
  readonly id = 'indirizzo';
  readonly order = 23;
  readonly titleKey = 'contacts.label-address';
  readonly tables = ['postal_address'];
  readonly columns = [
    { name: 'street', titleKey: 'contacts.label-street' },
    { name: 'number', titleKey: 'contacts.label-number' },
    { name: 'extra', titleKey: 'contacts.label-extra' },
    { name: 'postal_code', titleKey: 'contacts.label-postal-code' },
    { name: 'comune_istat', titleKey: 'contacts.column-code-comune' },
    { name: 'locality', titleKey: 'contacts.label-locality' },
    { name: 'region', titleKey: 'contacts.label-region' },
    { name: 'country', titleKey: 'contacts.column-code-country' },
    { name: 'country_text', titleKey: 'contacts.label-country' },
    ...WRITTEN,
  ];

  constructor(
    private readonly parts: ExportedParts,
    private readonly addresses: AddressesRepository,
    private readonly places: PlacesService,
  ) {}

  onModuleInit(): void {
    this.parts.register(this);
  }

  async *records({ subject }: Acting, t: Translate): AsyncGenerator<ExportedRecord[]> {
    const address = await this.addresses.find(subject);
    if (!address) return;
    const comune = address.comuneIstat ? await this.places.comune(address.comuneIstat) : null;
    yield [
      recordOf(this.columns, {
        ...address,
        postal_code: address.postalCode,
        comune_istat: address.comuneIstat,
        locality: comune?.name ?? address.locality,
        country_text: countryName(address.country, t.lang),
        created_at: address.createdAt,
        updated_at: address.updatedAt,
      }),
    ];
  }
}

function kindOf(t: Translate, kind: ContactKind): { kind: string; kind_text: string } {
  return { kind, kind_text: t(`contacts.label-${kind}`) };
}
