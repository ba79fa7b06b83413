import { Injectable } from '@nestjs/common';
import { FreeTimes, type FreeTime } from './offices.service.js';
import { SlotsRepository } from './slots.repository.js';

/** What the public pages of the offices tell of the agenda. */
@Injectable()
export class SlotFreeTimes extends FreeTimes {
  constructor(private readonly slots: SlotsRepository) {
    super();
  }

  nextFree(officeId: string, now: Temporal.Instant): Promise<FreeTime[]> {
    return this.slots.firstOfEachChannel(officeId, now);
  }
}
