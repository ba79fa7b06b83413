import { Injectable } from '@nestjs/common';
import { AuditService } from '../audit/index.js';
import { citizen } from '../common/actor.js';
import type { Acting } from '../common/acting.js';
import { Clock } from '../common/clock.js';
import { Database } from '../common/database.js';
import { NotFound } from '../common/errors.js';
import { PlacesService, type Comune } from '../places/index.js';
import { ContactsService, OwnChanges } from './contacts/index.js';
import { livesAt, ProfileRepository, type CitizenRow, type NewResidence } from './profile.repository.js';

export interface Contacts {
  email: string;
  phone: string;
}

export interface Profile {
  citizen: CitizenRow;
  /** Where in Italy the person says they live; null until they say it, or abroad (citizen.residence_country). */
  residence: Comune | null;
}

export type Moved =
  | { ok: true }
  | { ok: false; reason: 'comune'; suggestions: Comune[] }
  /** Another tab moved them meanwhile: where they live now. */
  | { ok: false; reason: 'meanwhile'; now: Profile };

@Injectable()
export class ProfileService {
  constructor(
    private readonly db: Database,
    private readonly profiles: ProfileRepository,
    private readonly places: PlacesService,
    private readonly chosen: ContactsService,
    private readonly own: OwnChanges,
    private readonly audit: AuditService,
    private readonly clock: Clock,
  ) {}

  async profile(acting: Acting): Promise<Profile> {
    return this.db.actingAs(citizen(acting.subject, acting.by), () => this.read(acting.subject));
  }

  /** ISTAT code of the comune the person lives in, or null; joins the unit of work under way. */
  async residenceIstat(acting: Acting): Promise<string | null> {
    return this.db.actingAs(
      citizen(acting.subject, acting.by),
      async () => (await this.found(acting.subject)).residence_istat,
    );
  }

  /** To fill in forms with: what the person chose, else what the identity provider said; '' where there is neither. */
  async contacts(acting: Acting): Promise<Contacts> {
    return this.db.actingAs(citizen(acting.subject, acting.by), () => this.chosen.forForms(acting.subject));
  }

  /**
   * Sets the comune of residence. @param typed the name as typed, or an ISTAT code chosen from suggestions
   * @param seen the residence that the form was filled in against @returns what the name may have meant, if not one comune
   */
  async moveTo(acting: Acting, typed: string, seen: string): Promise<Moved> {
    const comune = (await this.places.comune(typed)) ?? (await this.places.comuneNamed(typed));
    if (!comune) return { ok: false, reason: 'comune', suggestions: await this.suggestions(typed) };
    return this.move(acting, { istat: comune.istat, country: null, locality: null }, seen);
  }

  /** Abroad the country is of the list, the place in the person's words. */
  async moveAbroad(acting: Acting, abroad: { country: string; locality: string }, seen: string): Promise<Moved> {
    return this.move(acting, { istat: null, ...abroad }, seen);
  }

  private move(acting: Acting, to: NewResidence, seen: string): Promise<Moved> {
    const { subject } = acting;
    return this.own.run(acting, async () => {
      const moved = await this.profiles.moveTo(subject, to, seen, this.clock.now());
      if (!moved) {
        const now = await this.read(subject);
        // Moved since, to the very same place: the button was pressed twice.
        return livesAt(now.citizen, to) ? { ok: true } : { ok: false, reason: 'meanwhile', now };
      }
      await this.audit.record({ action: 'profile.residence', subject, purpose: 'service' });
      return { ok: true };
    });
  }

  private async read(subject: string): Promise<Profile> {
    const found = await this.found(subject);
    const residence = found.residence_istat ? await this.places.comune(found.residence_istat) : null;
    return { citizen: found, residence };
  }

  private async suggestions(typed: string): Promise<Comune[]> {
    return (await this.places.searchComuni(typed, 6)).map((match) => match.comune);
  }

  private async found(subject: string): Promise<CitizenRow> {
    const row = await this.profiles.find(subject);
    if (!row) throw new NotFound();
    return row;
  }
}
