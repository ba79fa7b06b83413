import { randomUUID } from 'node:crypto';
import { Body, Controller, Get, Post, Query, Res } from '@nestjs/common';
import type { Response } from 'express';
import { Reads } from '../audit/index.js';
import { Allow, Resumable } from '../common/access.js';
import { Acting } from '../common/acting.js';
import { Form, FormPipe } from '../common/form.js';
import { onceOnlyId } from '../common/uuid.js';
import { Visitor } from '../common/visitor.js';
import { TimeForm } from './appointments.forms.js';
import { BookingService, type Held, type Refusal } from './booking.service.js';
import { timePage } from './booking.views.js';
import { ChoicesPipe, STEPS, stepUrl, type Choices } from './choices.js';
import { SlotsService } from './slots.service.js';

const REFUSALS: Record<Refusal, string> = {
  'slot-taken': 'appointments.slot-taken',
  'already-booked': 'appointments.already-booked',
  'too-many-holds': 'appointments.too-many-holds',
  'hour-over': 'appointments.hour-over',
};

/** The third step: choosing a time keeps the seat for a while. */
@Controller('appuntamenti/nuovo/orario')
@Allow('citizen')
export class HoldsController {
  constructor(
    private readonly slots: SlotsService,
    private readonly booking: BookingService,
  ) {}

  @Get()
  @Reads('appointments.choose')
  async new(
    @Query(ChoicesPipe) choices: Choices,
    @Acting() acting: Acting,
    @Visitor() { t }: Visitor,
    @Res() res: Response,
  ): Promise<void> {
    await this.show(Form.empty(TimeForm), choices, acting, t, res);
  }

  @Post()
  @Resumable()
  async create(
    @Body(new FormPipe(TimeForm)) form: Form<TimeForm>,
    @Query(ChoicesPipe) choices: Choices,
    @Acting() acting: Acting,
    @Visitor() { t }: Visitor,
    @Res() res: Response,
  ): Promise<void> {
    if (!form.valid || !choices.topic) return this.show(form, choices, acting, t, res);
    const held = await this.hold(form.data, choices, choices.topic, acting);
    if (held.ok) {
      const next = held.detailsGiven ? 'riepilogo' : 'dettagli';
      return res.redirect(303, `/appuntamenti/${held.id}/${next}`);
    }
    const resume = held.unfinished ?? choices.resume;
    await this.show(form.withError('orario', REFUSALS[held.reason]), { ...choices, resume }, acting, t, res);
  }

  private hold(data: TimeForm, choices: Choices, topic: string, acting: Acting): Promise<Held> {
    const slot = Number(data.orario);
    if (choices.resume) return this.booking.holdAgain(acting, choices.resume, slot);
    return this.booking.hold(acting, { slot, topic, requestId: onceOnlyId(acting.subject, data.richiesta) });
  }

  private async show(
    form: Form<TimeForm>,
    choices: Choices,
    acting: Acting,
    t: Visitor['t'],
    res: Response,
  ): Promise<void> {
    const { office, channel, topic, comune, day, resume } = choices;
    if (!office) return res.redirect(303, STEPS.place);
    if (!channel || !topic) return res.redirect(303, stepUrl(STEPS.topic, { office, comune }));
    const times = await this.slots.times(acting, { office, channel, topic }, comune, day);
    if (!times) return res.redirect(303, stepUrl(STEPS.topic, { office, comune }));
    // The same request when the form is shown again: the seat it asked for was never taken.
    // One whose seat is still kept only goes to another time.
    const lost = resume !== null && times.own?.id !== resume;
    const context = { choices, requestId: randomUUID(), moving: null, lost };
    res.status(form.status).render('appointments/time', timePage(form, times, context, t));
  }
}
