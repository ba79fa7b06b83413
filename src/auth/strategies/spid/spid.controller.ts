import { Controller, Get, HttpCode, Post, Query, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { Config } from '../../../config.js';
import { Allow } from '../../../common/access.js';
import { Visitor } from '../../../common/visitor.js';
import { SamlFlow } from '../../saml/index.js';
import { SpidService } from './spid.service.js';

/** For whom the person wants to act: `?per=` of the address that leads to the provider. */
const CAPACITIES = { professione: 'professional', impresa: 'company' } as const;

/** The protocol end points of SPID. */
@Controller('spid')
@Allow('anyone')
export class SpidController {
  constructor(
    private readonly config: Config,
    private readonly spid: SpidService,
    private readonly flow: SamlFlow,
  ) {}

  @Get('accedi')
  async start(
    @Query() query: Record<string, unknown>,
    @Visitor() visitor: Visitor,
    @Req() req: Request,
    @Res() res: Response,
  ): Promise<void> {
    const { idp, ritorno: returnTo, per, livello } = query;
    const asked = per === 'professione' || per === 'impresa' ? CAPACITIES[per] : 'private';
    const wish = { idp, returnTo, asked, level: livello === '3' ? 3 : 2 } as const;
    await this.flow.start(this.spid.federation, wish, visitor, req, res);
  }

  @Post('acs')
  @HttpCode(303)
  async consume(@Visitor() visitor: Visitor, @Req() req: Request, @Res() res: Response): Promise<void> {
    await this.flow.finish(this.spid.federation, visitor, req, res);
  }

  /** A reload, or a change of language, of a page that answered a provider's form: start again. */
  @Get('acs')
  again(@Res() res: Response): void {
    res.redirect(303, new URL('/accedi', this.config.baseUrl).href);
  }

  @Get('metadata')
  metadata(@Res() res: Response): void {
    res.type('application/samlmetadata+xml').set('Cache-Control', 'public, max-age=3600').send(this.spid.metadata());
  }
}
