import { Injectable } from '@nestjs/common';
import { citizen, system } from '../common/actor.js';
import type { Acting } from '../common/acting.js';
import { romeInstant } from '../common/calendar.js';
import { Clock, romeDate } from '../common/clock.js';
import { Database } from '../common/database.js';
import type { State } from './booking.rules.js';
import { releases } from './slots.seed.js';
import { SlotReleaseRepository } from './slot-release.repository.js';
import {
  SlotsRepository,
  type Agenda,
  type Choice,
  type Day,
  type FreeTime,
  type OfficeTimes,
} from './slots.repository.js';

/** All that the page of times shows. */
export interface Times {
  office: OfficeTimes;
  /** The other near offices that offer the same, nearest first. */
  others: OfficeTimes[];
  own: { id: string; state: State; slot: number; startAt: string } | null;
  /** The day shown; null when nothing is free up to the horizon. */
  shown: Temporal.PlainDate | null;
  days: Day[];
  free: FreeTime[];
  /** Where to go on from a day without free times; null when there are some, or none later. */
  nextFree: Temporal.PlainDate | null;
}

const DAYS_BEFORE = 6;
const DAYS_AFTER = 10;

/** Which times there are, for those who choose one and for the nightly release of new ones. */
@Injectable()
export class SlotsService {
  constructor(
    private readonly db: Database,
    private readonly clock: Clock,
    private readonly slots: SlotsRepository,
    private readonly release: SlotReleaseRepository,
  ) {}

  /** The times of one choice; null when the office does not offer it. @param day shown; null for the first with a free time */
  times(acting: Acting, choice: Choice, comune: string | null, day: Temporal.PlainDate | null): Promise<Times | null> {
    return this.db.actingAs(citizen(acting.subject, acting.by), async () => {
      const offices = await this.slots.officesWithFirstTimes(acting.subject, choice, comune, this.clock.now());
      const [office, ...others] = offices;
      if (office?.id !== choice.office) return null;
      const shown = day ?? firstDay(office);
      const base = { office, others, own: office.own };
      if (!shown) return { ...base, shown, days: [], free: [], nextFree: null };
      return { ...base, shown, ...(await this.around(office, choice, shown)) };
    });
  }

  /** Whether this office treats this topic in this way. */
  isOffered(choice: Choice): Promise<boolean> {
    return this.db.actingAs(system('public'), () => this.slots.isOffered(choice));
  }

  /** Releases the newest day and brings the others to what hours, closures and channels say now. Run every night. */
  async releaseDays(): Promise<{ written: number; withdrawn: number }> {
    const now = this.clock.now();
    const plans = await this.db.actingAs(system('slots'), () => this.release.plans(romeDate(now).toString()));
    const done = { written: 0, withdrawn: 0 };
    for (const batch of releases(plans, now)) {
      // Two units: within each the slots are locked in the order of their ids, as bookings that move lock them.
      done.written += await this.db.actingAs(system('slots'), () => this.release.write(batch));
      done.withdrawn += await this.db.actingAs(system('slots'), () => this.release.withdraw(batch));
    }
    return done;
  }

  private async around(
    office: OfficeTimes,
    choice: Choice,
    shown: Temporal.PlainDate,
  ): Promise<Pick<Times, 'days' | 'free' | 'nextFree'>> {
    const now = this.clock.now();
    const agenda: Agenda = { office: office.id, channel: choice.channel, pool: office.pool };
    // A place the visitor keeps is free for them, also when it was the last one.
    const held = office.own?.state === 'held' ? office.own.slot : null;
    const from = later(now, romeInstant(shown.subtract({ days: DAYS_BEFORE })));
    const days = await this.slots.days(agenda, from, romeInstant(shown.add({ days: DAYS_AFTER })), held);
    const dayEnds = romeInstant(shown.add({ days: 1 }));
    const free = await this.slots.freeTimes(agenda, later(now, romeInstant(shown)), dayEnds, held);
    if (free.length > 0) return { days, free, nextFree: null };
    const next = await this.slots.firstFree(agenda, later(now, dayEnds));
    return { days, free, nextFree: next && romeDate(next) };
  }
}

function firstDay(office: OfficeTimes): Temporal.PlainDate | null {
  const [first] = office.first;
  return first ? romeDate(Temporal.Instant.from(first)) : null;
}

function later(a: Temporal.Instant, b: Temporal.Instant): Temporal.Instant {
  return Temporal.Instant.compare(a, b) >= 0 ? a : b;
}
