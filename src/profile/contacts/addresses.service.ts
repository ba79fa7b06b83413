import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { AuditService } from '../../audit/index.js';
import { citizen } from '../../common/actor.js';
import type { Acting } from '../../common/acting.js';
import { Clock } from '../../common/clock.js';
import { Database } from '../../common/database.js';
import { PlacesService, type Comune } from '../../places/index.js';
import { AddressesRepository, isSameAddress, type KnownAddress, type PostalAddress } from './addresses.repository.js';
import { ContactsRepository } from './contacts.repository.js';
import { OwnChanges } from './own-changes.js';

/** The address with its comune, and what the provider said of one. */
export interface AddressKnown {
  address: KnownAddress | null;
  comune: Comune | null;
  said: string | null;
}

export type AddressMeanwhile = { ok: false; reason: 'meanwhile'; known: AddressKnown };
export type AddressSaved = { ok: true } | AddressMeanwhile | { ok: false; reason: 'comune'; suggestions: Comune[] };

/** An address in Italy as typed: the comune by its name, or by the ISTAT code of one that was proposed. */
export type ItalianAddress = Pick<PostalAddress, 'street' | 'number' | 'extra' | 'postalCode'> & { comune: string };
export type AddressAbroad = Pick<PostalAddress, 'country' | 'street' | 'extra' | 'postalCode' | 'locality' | 'region'>;

const SUGGESTED = 6;

/** Where letters go. */
@Injectable()
export class AddressesService {
  constructor(
    private readonly db: Database,
    private readonly own: OwnChanges,
    private readonly addresses: AddressesRepository,
    private readonly contacts: ContactsRepository,
    private readonly places: PlacesService,
    private readonly audit: AuditService,
    private readonly clock: Clock,
  ) {}

  async known({ subject, by }: Acting): Promise<AddressKnown> {
    return this.db.actingAs(citizen(subject, by), () => this.read(subject));
  }

  /** @param seen version that the form was filled in against, '' when there was none */
  async saveInItaly(acting: Acting, typed: ItalianAddress, seen: string): Promise<AddressSaved> {
    const { comune: name, ...lines } = typed;
    const comune = (await this.places.comune(name)) ?? (await this.places.comuneNamed(name));
    if (!comune) {
      const found = await this.places.searchComuni(name, SUGGESTED);
      return { ok: false, reason: 'comune', suggestions: found.map((match) => match.comune) };
    }
    return this.save(acting, { ...lines, country: 'IT', comuneIstat: comune.istat, locality: '', region: '' }, seen);
  }

  async saveAbroad(acting: Acting, typed: AddressAbroad, seen: string): Promise<{ ok: true } | AddressMeanwhile> {
    return this.save(acting, { ...typed, number: '', comuneIstat: null }, seen);
  }

  async remove(acting: Acting, seen: string): Promise<{ ok: true } | AddressMeanwhile> {
    const { subject } = acting;
    return this.own.run(acting, async () => {
      // Gone already, as it was asked: the button was pressed twice.
      if (!(await this.addresses.find(subject))) return { ok: true };
      if (!(await this.addresses.remove(subject, seen))) return this.meanwhile(subject);
      await this.audit.record({ action: 'contacts.remove', subject, purpose: 'service', details: { kind: 'address' } });
      return { ok: true };
    });
  }

  private save(acting: Acting, address: PostalAddress, seen: string): Promise<{ ok: true } | AddressMeanwhile> {
    const { subject } = acting;
    return this.own.run(acting, async () => {
      const now = this.clock.now();
      const done =
        seen === ''
          ? await this.addresses.add(subject, address, randomUUID(), now)
          : await this.addresses.replace(subject, seen, address, randomUUID(), now);
      if (!done) return this.lost(subject, address);
      await this.audit.record({ action: 'contacts.change', subject, purpose: 'service', details: { kind: 'address' } });
      return { ok: true };
    });
  }

  /** Changed since: to the very same where the button was pressed twice. */
  private async lost(subject: string, typed: PostalAddress): Promise<{ ok: true } | AddressMeanwhile> {
    const stored = await this.addresses.find(subject);
    return stored && isSameAddress(stored, typed) ? { ok: true } : this.meanwhile(subject);
  }

  private async meanwhile(subject: string): Promise<AddressMeanwhile> {
    return { ok: false, reason: 'meanwhile', known: await this.read(subject) };
  }

  private async read(subject: string): Promise<AddressKnown> {
    const address = await this.addresses.find(subject);
    const { saidAddress } = await this.contacts.person(subject);
    const comune = address?.comuneIstat ? await this.places.comune(address.comuneIstat) : null;
    return { address, comune, said: saidAddress };
  }
}
