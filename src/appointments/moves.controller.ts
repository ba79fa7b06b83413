import { Body, Controller, Get, Param, Post, Query, Res } from '@nestjs/common';
import type { Response } from 'express';
import { Reads } from '../audit/index.js';
import { Allow, Resumable } from '../common/access.js';
import { Acting } from '../common/acting.js';
import { Clock } from '../common/clock.js';
import { NotFound } from '../common/errors.js';
import { Form, FormPipe } from '../common/form.js';
import { UuidParam } from '../common/uuid.js';
import { Visitor } from '../common/visitor.js';
import type { Appointment } from './appointment.entity.js';
import { TimeForm } from './appointments.forms.js';
import { AppointmentsService } from './appointments.service.js';
import { tooLatePage } from './appointments.views.js';
import { timePage } from './booking.views.js';
import { ChoicesPipe, type Choices } from './choices.js';
import { SlotsService } from './slots.service.js';

/** Moving: the page of times again, for the same topic and channel. */
@Controller('appuntamenti/:id/spostamento')
@Allow('citizen')
export class MovesController {
  constructor(
    private readonly appointments: AppointmentsService,
    private readonly slots: SlotsService,
    private readonly clock: Clock,
  ) {}

  @Get()
  @Reads('appointments.read', 'id')
  async new(
    @Param('id', UuidParam) id: string,
    @Query(ChoicesPipe) choices: Choices,
    @Acting() acting: Acting,
    @Visitor() { t }: Visitor,
    @Res() res: Response,
  ): Promise<void> {
    await this.show(Form.empty(TimeForm), await this.appointments.find(acting, id), choices, acting, t, res);
  }

  @Post()
  @Resumable()
  async create(
    @Body(new FormPipe(TimeForm)) form: Form<TimeForm>,
    @Param('id', UuidParam) id: string,
    @Query(ChoicesPipe) choices: Choices,
    @Acting() acting: Acting,
    @Visitor() { t }: Visitor,
    @Res() res: Response,
  ): Promise<void> {
    const moved = form.valid ? await this.appointments.move(acting, id, Number(form.data.orario)) : null;
    if (moved?.ok) return res.redirect(303, `/appuntamenti/${id}?esito=spostato#esito`);
    const shown = moved ? form.withError('orario', `appointments.${moved.reason}`) : form;
    await this.show(shown, await this.appointments.find(acting, id), choices, acting, t, res);
  }

  private async show(
    form: Form<TimeForm>,
    appointment: Appointment,
    asked: Choices,
    acting: Acting,
    t: Visitor['t'],
    res: Response,
  ): Promise<void> {
    if (!appointment.canBeChanged(this.clock.now()))
      return res.status(form.status).render('appointments/too-late', tooLatePage(appointment, t, form.status === 422));
    const { channel, topicId: topic, officeId, slotId } = appointment.row;
    const choices = { ...asked, office: asked.office ?? officeId, channel, topic };
    const times = await this.slots.times(acting, choices, null, asked.day);
    if (!times) throw new NotFound();
    const others = { ...times, free: times.free.filter(({ id }) => id !== slotId) };
    const context = { choices, requestId: '', moving: appointment, lost: false };
    res.status(form.status).render('appointments/time', timePage(form, others, context, t));
  }
}
