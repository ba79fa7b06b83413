import { Body, Controller, Get, Param, Post, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { Reads } from '../audit/index.js';
import { flash } from '../auth/index.js';
import { Allow, Resumable, WhenLate } from '../common/access.js';
import { Acting } from '../common/acting.js';
import { FormPipe, type Form } from '../common/form.js';
import { UuidParam } from '../common/uuid.js';
import { Visitor } from '../common/visitor.js';
import { ProfileService } from '../profile/index.js';
import type { Appointment, Details } from './appointment.entity.js';
import { DetailsForm } from './appointments.forms.js';
import { timeHref } from './appointments.views.js';
import { detailsOf, detailsPage } from './details.views.js';
import { contactProblem } from './booking.rules.js';
import { BookingService, type Held } from './booking.service.js';

/** The fourth step, on an appointment whose seat is kept; and asking for more time. */
@Controller('appuntamenti/:id')
@Allow('citizen')
export class DetailsController {
  constructor(
    private readonly booking: BookingService,
    private readonly profile: ProfileService,
  ) {}

  @Get('dettagli')
  @Reads('appointments.details', 'id')
  async edit(
    @Param('id', UuidParam) id: string,
    @Acting() acting: Acting,
    @Visitor() { t }: Visitor,
    @Res() res: Response,
  ): Promise<void> {
    const appointment = await this.booking.find(acting, id);
    if (!appointment.unfinished) return res.redirect(303, `/appuntamenti/${id}`);
    const form = detailsOf(appointment, await this.profile.contacts(acting));
    // A time in another channel was chosen since: say at once what is missing for it.
    const shown = appointment.detailsGiven ? withContactProblem(form, appointment) : form;
    res.status(shown.status).render('appointments/details', detailsPage(shown, appointment, t));
  }

  @Post('dettagli')
  @Resumable()
  async update(
    @Body(new FormPipe(DetailsForm)) form: Form<DetailsForm>,
    @Param('id', UuidParam) id: string,
    @Acting() acting: Acting,
    @Visitor() { t }: Visitor,
    @Req() req: Request,
    @Res() res: Response,
  ): Promise<void> {
    const appointment = await this.booking.find(acting, id);
    const checked = withContactProblem(form, appointment);
    if (!checked.valid && appointment.unfinished)
      return res.status(checked.status).render('appointments/details', detailsPage(checked, appointment, t));
    const held = checked.valid ? await this.booking.saveDetails(acting, id, detailsFrom(form.data)) : FINISHED;
    if (!held.ok && held.reason === 'finished') return res.redirect(303, `/appuntamenti/${id}?esito=non-salvato#esito`);
    res.redirect(303, await afterHold(req, held, appointment, 'riepilogo'));
  }

  /** More time; where the seat was given back meanwhile it is taken again if it is still free. */
  @Post('proroga')
  @WhenLate('/appuntamenti/:id/dettagli')
  async extend(
    @Body() body: { da?: unknown },
    @Param('id', UuidParam) id: string,
    @Acting() acting: Acting,
    @Req() req: Request,
    @Res() res: Response,
  ): Promise<void> {
    const held = await this.booking.extend(acting, id);
    const next = body.da === 'riepilogo' ? 'riepilogo' : 'dettagli';
    res.redirect(303, await afterHold(req, held, await this.booking.find(acting, id), next));
  }
}

const FINISHED = { ok: false, reason: 'finished' } as const;

/** Where to go on; a lost seat leads to the choice of another time, which keeps what was typed. */
export async function afterHold(
  req: Request,
  held: Held,
  appointment: Appointment,
  next: 'dettagli' | 'riepilogo',
): Promise<string> {
  if (held.ok) return `/appuntamenti/${appointment.id}/${next}`;
  if (held.reason === 'slot-taken' || held.reason === 'hour-over') return timeHref(appointment, true);
  if (held.reason === 'too-many-holds') await flash(req, 'appointments.too-many-holds', 'warning');
  return '/appuntamenti';
}

function withContactProblem(form: Form<DetailsForm>, appointment: Appointment): Form<DetailsForm> {
  if (!form.valid) return form;
  const contact = { email: form.value('email'), phone: form.value('telefono') };
  const problem = contactProblem(appointment.row.channel, contact);
  return problem ? form.withError(problem.field, problem.key) : form;
}

function detailsFrom(data: DetailsForm): Details {
  return {
    stepFree: data.accesso === 'si',
    signLanguage: data.lis === 'si',
    language: data.lingua || null,
    note: data.nota,
    email: data.email,
    phone: data.telefono,
  };
}
