import { Injectable, type OnModuleInit } from '@nestjs/common';
import { ErasedParts, type Erased, type ErasureOutcome } from '../common/erased.js';
import { AppointmentErasureRepository } from './appointment-erasure.repository.js';

/** Appointments, ahead and past: what is ahead is cancelled, and its seat is anybody's again. */
@Injectable()
export class AppointmentsErased implements Erased, OnModuleInit {
  readonly id = 'appointments';
  readonly order = 100;
  readonly titleKey = 'erasure.appointments';
  readonly tables = ['appointment'] as const;
  readonly keptKey = null;
  readonly alone = true;

  constructor(
    private readonly parts: ErasedParts,
    private readonly appointments: AppointmentErasureRepository,
  ) {}

  onModuleInit(): void {
    this.parts.register(this);
  }

  async erase(subject: string): Promise<ErasureOutcome> {
    return { deleted: await this.appointments.eraseAll(subject), kept: 0 };
  }
}
