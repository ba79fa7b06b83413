import { canBeChanged, canExtend, changeDeadline, contactProblem, isAhead, type State } from './booking.rules.js';
import type { Channel } from './slot-generation.rules.js';

/** What a person says about the meeting besides its time. */
export interface Details {
  stepFree: boolean;
  signLanguage: boolean;
  language: string | null;
  note: string;
  email: string;
  phone: string;
}

/** The columns of one appointment with the names of its office, as the repository reads them. */
export interface AppointmentRow extends Details {
  id: string;
  requestId: string;
  slotId: number;
  officeId: string;
  topicId: string;
  channel: Channel;
  startAt: Temporal.Instant;
  minutes: number;
  state: State;
  heldAt: Temporal.Instant;
  holdUntil: Temporal.Instant;
  number: string | null;
  sequence: number;
  detailsAt: Temporal.Instant | null;
  updatedAt: Temporal.Instant;
  noticeHours: number;
  officeName: string;
  address: string;
  cap: string | null;
  comune: string;
  province: string;
}

/** One appointment of one person: the row, and what it can do. Changes happen in the repository, under its constraints. */
export class Appointment {
  constructor(readonly row: AppointmentRow) {}

  get id(): string {
    return this.row.id;
  }

  /** Begun and not finished: the seat is kept, or was given back when its time ran out. */
  get unfinished(): boolean {
    return this.row.state === 'held' || this.row.state === 'expired';
  }

  get detailsGiven(): boolean {
    return this.row.detailsAt !== null;
  }

  /** Whether it holds these words already. */
  says({ stepFree, signLanguage, language, note, email, phone }: Details): boolean {
    const { row } = this;
    return (
      this.detailsGiven &&
      row.stepFree === stepFree &&
      row.signLanguage === signLanguage &&
      row.language === language &&
      row.note === note &&
      row.email === email &&
      row.phone === phone
    );
  }

  /** Whether what was typed is enough for this channel: who asked for a desk and takes a call must say a number. */
  detailsFit(channel: string = this.row.channel): boolean {
    return this.detailsGiven && contactProblem(channel, this.row) === null;
  }

  get changeDeadline(): Temporal.Instant {
    return changeDeadline(this.row.startAt, this.row.noticeHours);
  }

  get canExtend(): boolean {
    return this.row.state === 'held' && canExtend(this.row.heldAt, this.row.holdUntil);
  }

  canBeChanged(now: Temporal.Instant): boolean {
    return canBeChanged(this.row, now);
  }

  isAhead(now: Temporal.Instant): boolean {
    return isAhead(this.row, now);
  }
}
