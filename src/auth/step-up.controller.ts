import { Controller, Get, Query, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { Allow } from '../common/access.js';
import { Visitor } from '../common/visitor.js';
import { RESUME_PATH } from './parked-forms.js';
import { returnPath } from './session.rules.js';
import { currentSession } from './session-current.js';
import { requirementOf, satisfies, suffices } from './step-up.rules.js';
import { StepUpService } from './step-up.service.js';
import { stepUpPage } from './step-up.views.js';
import { WaysIn } from './ways-in.js';

/** What somebody does here needs a stronger identity than the one they came in with. */
@Controller()
@Allow('citizen')
export class StepUpController {
  constructor(
    private readonly ways: WaysIn,
    private readonly stepUp: StepUpService,
  ) {}

  @Get('accedi/rafforza')
  show(
    @Query('ritorno') wanted: unknown,
    @Query('livello') level: unknown,
    @Query('modi') methods: unknown,
    @Visitor() { t }: Visitor,
    @Req() req: Request,
    @Res() res: Response,
  ): void {
    const back = returnPath(wanted);
    const session = currentSession(req);
    const requirement = requirementOf(level, methods);
    if (satisfies(session, requirement)) return res.redirect(303, back);
    const arrival = this.stepUp.arrival(req, back);
    const cards = this.ways.all
      .map((way) => way.card(t, arrival))
      .filter((card) => card !== null)
      .filter((card) => suffices(card.id, requirement));
    res.set('Cache-Control', 'no-store');
    res.locals.formActions = [...new Set(this.ways.all.flatMap((way) => way.origins()))];
    res.render('stepup/show', stepUpPage(t, { requirement, cards, session, kept: back.startsWith(RESUME_PATH) }));
  }

  /** The way in has led back here, whoever signed in. */
  @Get('rafforzata')
  async arrive(
    @Query('da') asked: unknown,
    @Query('ritorno') wanted: unknown,
    @Req() req: Request,
    @Res() res: Response,
  ): Promise<void> {
    res.set('Cache-Control', 'no-store');
    res.redirect(303, await this.stepUp.arrived(req, asked, wanted));
  }
}
