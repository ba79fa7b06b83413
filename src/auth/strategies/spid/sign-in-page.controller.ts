import { Controller, Get, Query, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { Config } from '../../../config.js';
import { Allow } from '../../../common/access.js';
import { Visitor } from '../../../common/visitor.js';
import { returnPath } from '../../session.rules.js';
import { SpidProviders } from './spid.providers.js';
import { signInPage } from './spid.views.js';

/** /accedi: choose how to enter. */
@Controller('accedi')
@Allow('anyone')
export class SignInPageController {
  constructor(
    private readonly config: Config,
    private readonly providers: SpidProviders,
  ) {}

  @Get()
  show(@Query('ritorno') wanted: unknown, @Query('scaduta') expired: unknown, @Visitor() visitor: Visitor, @Req() req: Request, @Res() res: Response) {
    const returnTo = returnPath(wanted);
    if (req.acting) return res.redirect(303, new URL(returnTo, this.config.baseUrl).href);
    // The order of the providers is each visitor's own.
    res.set('Cache-Control', 'no-store');
    res.locals.formActions = this.providers.origins();
    res.render('auth/sign-in', signInPage(visitor.t, { providers: this.providers.shuffled(), returnTo, expired: expired === '1' }));
  }
}
