import { Controller, Get, Query, Res } from '@nestjs/common';
import type { Response } from 'express';
import { Allow } from '../../../common/access.js';
import { Visitor } from '../../../common/visitor.js';
import { returnPath } from '../../session.rules.js';
import { capacityPage } from './spid-capacity.views.js';
import { SpidProviders } from './spid.providers.js';

/** Entering in one's profession or for a company: apart from the private way, so that nobody takes one for the other. */
@Controller('spid')
@Allow('anyone')
export class SpidCapacityController {
  constructor(private readonly providers: SpidProviders) {}

  @Get('professionale')
  professional(@Query('ritorno') wanted: unknown, @Visitor() visitor: Visitor, @Res() res: Response): void {
    this.show('professional', wanted, visitor, res);
  }

  @Get('impresa')
  company(@Query('ritorno') wanted: unknown, @Visitor() visitor: Visitor, @Res() res: Response): void {
    this.show('company', wanted, visitor, res);
  }

  private show(capacity: 'professional' | 'company', wanted: unknown, { t }: Visitor, res: Response): void {
    // The order of the providers is each visitor's own.
    res.set('Cache-Control', 'no-store');
    res.locals.formActions = this.providers.origins();
    res.render('spid/capacity', capacityPage(t, capacity, this.providers.shuffled(), returnPath(wanted)));
  }
}
