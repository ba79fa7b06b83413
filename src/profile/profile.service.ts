import { Injectable } from '@nestjs/common';
import { AuditService } from '../audit/index.js';
import { citizen } from '../common/actor.js';
import type { Acting } from '../common/acting.js';
import { Clock } from '../common/clock.js';
import { Database } from '../common/database.js';
import { NotFound } from '../common/errors.js';
import { PlacesService, type Comune } from '../places/index.js';
import { ProfileRepository, type CitizenRow } from './profile.repository.js';

export interface Contacts {
  email: string;
  phone: string;
}

export interface Profile {
  citizen: CitizenRow;
  /** Where the person says they live; null until they say it. */
  residence: Comune | null;
}

export type Moved = { ok: true; comune: Comune } | { ok: false; suggestions: Comune[] };

@Injectable()
export class ProfileService {
  constructor(
    private readonly db: Database,
    private readonly profiles: ProfileRepository,
    private readonly places: PlacesService,
    private readonly audit: AuditService,
    private readonly clock: Clock,
  ) {}

  async profile(acting: Acting): Promise<Profile> {
    return this.db.actingAs(citizen(acting.subject, acting.by), async () => {
      const found = await this.found(acting.subject);
      const residence = found.residence_istat ? await this.places.comune(found.residence_istat) : null;
      return { citizen: found, residence };
    });
  }

  /** ISTAT code of the comune the person lives in, or null; joins the unit of work under way. */
  async residenceIstat(acting: Acting): Promise<string | null> {
    return this.db.actingAs(
      citizen(acting.subject, acting.by),
      async () => (await this.found(acting.subject)).residence_istat,
    );
  }

  /** What the identity provider said, to fill in forms with; '' where it said nothing. */
  async contacts(acting: Acting): Promise<Contacts> {
    return this.db.actingAs(citizen(acting.subject, acting.by), async () => {
      const { said_email: email, said_mobile: phone } = await this.found(acting.subject);
      return { email: email ?? '', phone: phone ?? '' };
    });
  }

  /**
   * Sets the comune of residence. @param typed the name as typed, or an ISTAT code chosen from suggestions
   * @returns the comune, or what the name may have meant
   */
  async moveTo(acting: Acting, typed: string): Promise<Moved> {
    return this.db.actingAs(citizen(acting.subject, acting.by), async () => {
      const comune = (await this.places.comune(typed)) ?? (await this.places.comuneNamed(typed));
      if (!comune) return { ok: false, suggestions: await this.suggestions(typed) };
      await this.profiles.moveTo(acting.subject, comune.istat, this.clock.now());
      await this.audit.record({ action: 'profile.residence', subject: acting.subject, purpose: 'service' });
      return { ok: true, comune };
    });
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
