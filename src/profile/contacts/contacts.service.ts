import { Injectable } from '@nestjs/common';
import { citizen } from '../../common/actor.js';
import type { Acting } from '../../common/acting.js';
import { Clock } from '../../common/clock.js';
import { Database } from '../../common/database.js';
import { PlacesService, type Comune } from '../../places/index.js';
import { AddressesRepository, type KnownAddress } from './addresses.repository.js';
import { ContactChangesRepository, type ContactChange } from './contact-changes.repository.js';
import { ContactsRepository, type Contact, type Person } from './contacts.repository.js';
import type { CodeKind, ContactKind } from './contacts.rules.js';

export interface Verified {
  email: string | null;
  mobile: string | null;
}

/** Everything of /dati/contatti. */
export interface Overview {
  contacts: Partial<Record<ContactKind, Contact>>;
  changes: Partial<Record<CodeKind, ContactChange>>;
  address: KnownAddress | null;
  /** Of the address, in Italy. */
  addressComune: Comune | null;
  residenceComune: Comune | null;
  person: Person;
  now: Temporal.Instant;
}

/** How a person can be reached, as they chose it. */
@Injectable()
export class ContactsService {
  constructor(
    private readonly db: Database,
    private readonly contacts: ContactsRepository,
    private readonly changes: ContactChangesRepository,
    private readonly addresses: AddressesRepository,
    private readonly places: PlacesService,
    private readonly clock: Clock,
  ) {}

  /** Where notices may go: what a code has confirmed and nothing came back from. Joins the unit of work under way. */
  async verified(subject: string): Promise<Verified> {
    const live = (await this.contacts.all(subject)).filter(({ bouncedAt }) => bouncedAt === null);
    const valueOf = (kind: CodeKind) => live.find((one) => one.kind === kind)?.value ?? null;
    return { email: valueOf('email'), mobile: valueOf('mobile') };
  }

  /** What forms are filled in with, the person's own choice first, then what the provider said; joins the unit under way. */
  async forForms(subject: string): Promise<{ email: string; phone: string }> {
    const chosen = await this.contacts.all(subject);
    const valueOf = (kind: ContactKind) => chosen.find((one) => one.kind === kind && one.bouncedAt === null)?.value;
    const { saidEmail, saidMobile } = await this.contacts.person(subject);
    return {
      email: valueOf('email') ?? saidEmail ?? '',
      phone: valueOf('mobile') ?? valueOf('phone') ?? saidMobile ?? '',
    };
  }

  /** Those that what we sent came back from; joins the unit of work under way. */
  async bounced(subject: string): Promise<Contact[]> {
    return (await this.contacts.all(subject)).filter(({ bouncedAt }) => bouncedAt !== null);
  }

  async overview({ subject, by }: Acting): Promise<Overview> {
    return this.db.actingAs(citizen(subject, by), async () => {
      const contacts = await this.contacts.all(subject);
      const changes = await this.changes.open(subject);
      const address = await this.addresses.find(subject);
      const person = await this.contacts.person(subject);
      return {
        contacts: Object.fromEntries(contacts.map((one) => [one.kind, one])),
        changes: Object.fromEntries(changes.map((one) => [one.kind, one])),
        address,
        addressComune: await this.comune(address?.comuneIstat),
        residenceComune: await this.comune(person.residenceIstat),
        person,
        now: this.clock.now(),
      };
    });
  }

  /** The live contact of a kind, for its own pages. */
  async find({ subject, by }: Acting, kind: ContactKind): Promise<Contact | null> {
    return this.db.actingAs(citizen(subject, by), () => this.contacts.find(subject, kind));
  }

  private async comune(istat: string | null | undefined): Promise<Comune | null> {
    return istat ? this.places.comune(istat) : null;
  }
}
