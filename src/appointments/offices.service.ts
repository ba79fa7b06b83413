import { Injectable } from '@nestjs/common';
import { system } from '../common/actor.js';
import { Clock } from '../common/clock.js';
import { Database } from '../common/database.js';
import { PlacesService, type Comune } from '../places/index.js';
import { OfficesRepository, type NearOffice, type Office } from './offices.repository.js';
import type { Channel } from './slot-generation.rules.js';

export interface FreeTime {
  channel: Channel;
  startsAt: Temporal.Instant;
}

/** What the pages of offices ask of the agenda: the first free time of each channel of an office. */
export abstract class FreeTimes {
  abstract nextFree(officeId: string, now: Temporal.Instant): Promise<FreeTime[]>;
}

export type OfficeSearch =
  { kind: 'near'; comune: Comune; offices: NearOffice[] } | { kind: 'choose'; comuni: Comune[] } | { kind: 'unknown' };

export const NEAREST_SHOWN = 5;
const SUGGESTIONS = 8;

/** Where the offices are: what anyone may ask, signed in or not. */
@Injectable()
export class OfficesService {
  constructor(
    private readonly db: Database,
    private readonly clock: Clock,
    private readonly places: PlacesService,
    private readonly offices: OfficesRepository,
    private readonly freeTimes: FreeTimes,
  ) {}

  /** The offices near a comune, by its ISTAT code when it was chosen, else by the name as typed. */
  async search(text: string, istat: string): Promise<OfficeSearch> {
    const comune = (await this.places.comune(istat)) ?? (await this.places.comuneNamed(text));
    if (comune) return { kind: 'near', comune, offices: await this.nearest(comune.istat) };
    const matches = await this.places.searchComuni(text, SUGGESTIONS);
    return matches.length > 0 ? { kind: 'choose', comuni: matches.map((match) => match.comune) } : { kind: 'unknown' };
  }

  nearest(istat: string, limit: number = NEAREST_SHOWN): Promise<NearOffice[]> {
    return this.db.actingAs(system('public'), () => this.offices.nearest(istat, limit));
  }

  office(id: string): Promise<Office | null> {
    return this.db.actingAs(system('public'), () => this.offices.find(id));
  }

  /** For who tells of an office by its id alone. */
  names(ids: readonly string[]): Promise<Map<string, string>> {
    return this.db.actingAs(system('public'), () => this.offices.names(ids));
  }

  /** An office with the first free time of each of its channels. */
  async officeWithNextTimes(id: string): Promise<{ office: Office; next: FreeTime[] } | null> {
    return this.db.actingAs(system('public'), async () => {
      const office = await this.offices.find(id);
      return office && { office, next: await this.freeTimes.nextFree(id, this.clock.now()) };
    });
  }
}
