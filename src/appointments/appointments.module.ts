import { Module, type OnModuleInit } from '@nestjs/common';
import { OfficeNames } from '../audit/index.js';
import { Cards } from '../common/card.js';
import { Database } from '../common/database.js';
import { Jobs } from '../common/jobs.js';
import { Pages } from '../common/pages.js';
import { NotificationsModule } from '../notifications/index.js';
import { PlacesModule } from '../places/index.js';
import { ProfileModule } from '../profile/index.js';
import { AppointmentErasureRepository } from './appointment-erasure.repository.js';
import { AppointmentRecords } from './appointment-records.js';
import { AppointmentsExportRepository } from './appointments-export.repository.js';
import { AppointmentsController } from './appointments.controller.js';
import { ExportedAppointments } from './appointments.exported.js';
import { AppointmentsErased } from './appointments.erased.js';
import { AppointmentJobs } from './appointments.jobs.js';
import { AppointmentsRepository } from './appointments.repository.js';
import { AppointmentsService } from './appointments.service.js';
import { BookingService } from './booking.service.js';
import { CancellationsController } from './cancellations.controller.js';
import { ChoicesController } from './choices.controller.js';
import { ConfirmationsController } from './confirmations.controller.js';
import { DetailsController } from './details.controller.js';
import { HoldsController } from './holds.controller.js';
import { MovesController } from './moves.controller.js';
import { NextAppointmentCard } from './next-appointment.card.js';
import { OfficesController } from './offices.controller.js';
import { OfficesRepository } from './offices.repository.js';
import { FreeTimes, OfficesService } from './offices.service.js';
import { ReaperRepository } from './reaper.repository.js';
import { ReaperService } from './reaper.service.js';
import { SeatsRepository } from './seats.repository.js';
import { SlotFreeTimes } from './slot-free-times.js';
import { SlotReleaseRepository } from './slot-release.repository.js';
import { SlotsRepository } from './slots.repository.js';
import { SlotsService } from './slots.service.js';

/** "nuovo" is no id: the controllers of a new appointment come before those of one that exists. */
const CONTROLLERS = [
  OfficesController,
  ChoicesController,
  HoldsController,
  DetailsController,
  ConfirmationsController,
  MovesController,
  CancellationsController,
  AppointmentsController,
];

@Module({
  imports: [PlacesModule, ProfileModule, NotificationsModule],
  controllers: CONTROLLERS,
  providers: [
    AppointmentErasureRepository,
    AppointmentsErased,
    AppointmentJobs,
    AppointmentRecords,
    AppointmentsExportRepository,
    AppointmentsRepository,
    AppointmentsService,
    BookingService,
    ExportedAppointments,
    NextAppointmentCard,
    OfficesRepository,
    OfficesService,
    ReaperRepository,
    ReaperService,
    SeatsRepository,
    SlotsRepository,
    SlotsService,
    { provide: FreeTimes, useClass: SlotFreeTimes },
    { provide: SlotReleaseRepository, useFactory: (db: Database) => new SlotReleaseRepository(db), inject: [Database] },
  ],
  exports: [AppointmentsService, BookingService, OfficesService, ReaperService, SlotsService],
})
export class AppointmentsModule implements OnModuleInit {
  constructor(
    private readonly cards: Cards,
    private readonly pages: Pages,
    private readonly jobs: Jobs,
    private readonly card: NextAppointmentCard,
    private readonly work: AppointmentJobs,
    private readonly offices: OfficesService,
    private readonly officeNames: OfficeNames,
  ) {}

  onModuleInit(): void {
    this.cards.register(this.card);
    this.pages.addMenuEntry({
      section: 'appointments',
      textKey: 'appointments.title',
      href: '/appuntamenti',
      order: 10,
      group: 'more',
    });
    this.work.registerWith(this.jobs);
    this.officeNames.register((ids) => this.offices.names(ids));
  }
}
