import { Controller, Get, Param, Post, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { Reads } from '../audit/index.js';
import { flash } from '../auth/index.js';
import { Allow, WhenLate } from '../common/access.js';
import { Acting } from '../common/acting.js';
import { Clock } from '../common/clock.js';
import { UuidParam } from '../common/uuid.js';
import { Visitor } from '../common/visitor.js';
import { AppointmentsService } from './appointments.service.js';
import { cancellationPage, tooLatePage } from './appointments.views.js';

/** Cancelling: a page that asks, then the deed. */
@Controller('appuntamenti/:id/annullamento')
@Allow('citizen')
export class CancellationsController {
  constructor(
    private readonly appointments: AppointmentsService,
    private readonly clock: Clock,
  ) {}

  @Get()
  @Reads('appointments.read', 'id')
  async new(
    @Param('id', UuidParam) id: string,
    @Acting() acting: Acting,
    @Visitor() { t }: Visitor,
    @Res() res: Response,
  ): Promise<void> {
    const appointment = await this.appointments.find(acting, id);
    if (appointment.row.state === 'cancelled') return res.redirect(303, `/appuntamenti/${id}`);
    const possible = appointment.unfinished || appointment.canBeChanged(this.clock.now());
    if (!possible) return res.render('appointments/too-late', tooLatePage(appointment, t));
    res.render('appointments/cancel', cancellationPage(appointment, t));
  }

  @Post()
  @WhenLate('/appuntamenti/:id/annullamento')
  async create(
    @Param('id', UuidParam) id: string,
    @Acting() acting: Acting,
    @Visitor() { t }: Visitor,
    @Req() req: Request,
    @Res() res: Response,
  ): Promise<void> {
    const cancelled = await this.appointments.cancel(acting, id);
    if (cancelled.ok && cancelled.gaveUp) {
      await flash(req, 'appointments.given-up');
      return res.redirect(303, '/appuntamenti');
    }
    if (cancelled.ok) return res.redirect(303, `/appuntamenti/${id}#esito`);
    const appointment = await this.appointments.find(acting, id);
    res.status(422).render('appointments/too-late', tooLatePage(appointment, t, true));
  }
}
