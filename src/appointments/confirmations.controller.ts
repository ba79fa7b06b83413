import { Controller, Get, Param, Post, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { Reads } from '../audit/index.js';
import { Allow, WhenLate } from '../common/access.js';
import { Acting } from '../common/acting.js';
import { UuidParam } from '../common/uuid.js';
import { Visitor } from '../common/visitor.js';
import { BookingService } from './booking.service.js';
import { afterHold } from './details.controller.js';
import { summaryPage } from './details.views.js';

/** The fifth step: check your answers, then book. */
@Controller('appuntamenti/:id')
@Allow('citizen')
export class ConfirmationsController {
  constructor(private readonly booking: BookingService) {}

  @Get('riepilogo')
  @Reads('appointments.read', 'id')
  async new(
    @Param('id', UuidParam) id: string,
    @Acting() acting: Acting,
    @Visitor() { t }: Visitor,
    @Res() res: Response,
  ): Promise<void> {
    const appointment = await this.booking.find(acting, id);
    if (!appointment.unfinished) return res.redirect(303, `/appuntamenti/${id}`);
    if (!appointment.detailsFit()) return res.redirect(303, `/appuntamenti/${id}/dettagli`);
    res.render('appointments/summary', summaryPage(appointment, t));
  }

  @Post('conferma')
  @WhenLate('/appuntamenti/:id')
  async create(
    @Param('id', UuidParam) id: string,
    @Acting() acting: Acting,
    @Req() req: Request,
    @Res() res: Response,
  ): Promise<void> {
    const confirmed = await this.booking.confirm(acting, id);
    if (confirmed.ok) return res.redirect(303, `/appuntamenti/${id}#esito`);
    if (confirmed.reason === 'details-missing') return res.redirect(303, `/appuntamenti/${id}/dettagli`);
    if (confirmed.reason === 'cancelled') return res.redirect(303, `/appuntamenti/${id}`);
    const lost = { ok: false, reason: confirmed.reason, unfinished: null } as const;
    res.redirect(303, await afterHold(req, lost, await this.booking.find(acting, id), 'riepilogo'));
  }
}
