import { Controller, Get, Param, Query, Render, Res } from '@nestjs/common';
import type { Response } from 'express';
import { Reads } from '../audit/index.js';
import { Allow } from '../common/access.js';
import { Acting } from '../common/acting.js';
import { Clock } from '../common/clock.js';
import { NotFound } from '../common/errors.js';
import { calendarFile } from '../common/ics.js';
import { UuidParam } from '../common/uuid.js';
import { Visitor } from '../common/visitor.js';
import { Config } from '../config.js';
import { AppointmentsService } from './appointments.service.js';
import { appointmentPage, appointmentsPage, calendarEvent } from './appointments.views.js';

/** The appointments of the person, and each of them. */
@Controller('appuntamenti')
@Allow('citizen')
export class AppointmentsController {
  constructor(
    private readonly appointments: AppointmentsService,
    private readonly clock: Clock,
    private readonly config: Config,
  ) {}

  @Get()
  @Reads('appointments.list')
  @Render('appointments/list')
  async index(@Query('pagina') page: unknown, @Acting() acting: Acting, @Visitor() { t }: Visitor) {
    const wanted = typeof page === 'string' && /^\d{1,4}$/.test(page) ? Math.max(1, Number(page)) : 1;
    return appointmentsPage(await this.appointments.mine(acting, wanted), this.clock.now(), t);
  }

  @Get(':id')
  @Reads('appointments.read', 'id')
  async show(
    @Param('id', UuidParam) id: string,
    @Query('esito') outcome: unknown,
    @Acting() acting: Acting,
    @Visitor() { t }: Visitor,
    @Res() res: Response,
  ): Promise<void> {
    const appointment = await this.appointments.find(acting, id);
    if (appointment.unfinished) return res.redirect(303, `/appuntamenti/${id}/dettagli`);
    const done = typeof outcome === 'string' ? outcome : '';
    res.render('appointments/show', appointmentPage(appointment, done, this.clock.now(), t));
  }

  @Get(':id/calendario.ics')
  @Reads('appointments.calendar', 'id')
  async calendar(
    @Param('id', UuidParam) id: string,
    @Acting() acting: Acting,
    @Visitor() { t }: Visitor,
    @Res() res: Response,
  ): Promise<void> {
    const appointment = await this.appointments.find(acting, id);
    if (appointment.row.state !== 'booked') throw new NotFound();
    const file = calendarFile(calendarEvent(appointment, this.config.baseUrl, t), this.config.institute.name);
    res.set('Content-Disposition', `attachment; filename="appuntamento-${appointment.row.number}.ics"`);
    res.type('text/calendar; charset=utf-8').send(file);
  }
}
