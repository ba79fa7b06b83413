import { Controller, Get, Query, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { Allow } from '../common/access.js';
import { Visitor } from '../common/visitor.js';
import { leadOn } from './already-in.js';
import { returnPath } from './session.rules.js';
import { signInPage } from './sign-in-page.views.js';
import { WaysIn } from './ways-in.js';

/** /accedi: choose how to enter. */
@Controller('accedi')
@Allow('anyone')
export class SignInPageController {
  constructor(private readonly ways: WaysIn) {}

  @Get()
  async show(
    @Query('ritorno') wanted: unknown,
    @Query('scaduta') expired: unknown,
    @Query('gia') already: unknown,
    @Visitor() { t }: Visitor,
    @Req() req: Request,
    @Res() res: Response,
  ): Promise<void> {
    const returnTo = returnPath(wanted);
    if (req.acting && already === '1') return leadOn(req, res, returnTo);
    if (req.acting) return res.redirect(303, returnTo);
    const cards = this.ways.all.map((way) => way.card(t, returnTo)).filter((card) => card !== null);
    // The order of the providers is each visitor's own.
    res.set('Cache-Control', 'no-store');
    res.locals.formActions = [...new Set(this.ways.all.flatMap((way) => way.origins()))];
    res.render('auth/sign-in', signInPage(t, cards, expired === '1'));
  }
}
