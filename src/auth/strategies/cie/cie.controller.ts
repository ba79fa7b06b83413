import { Controller, Get, HttpCode, Post, Query, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { Config } from '../../../config.js';
import { Allow } from '../../../common/access.js';
import { Visitor } from '../../../common/visitor.js';
import { SamlFlow } from '../../saml/index.js';
import { CieService } from './cie.service.js';

/** The protocol end points of the electronic identity card. */
@Controller('cie')
@Allow('anyone')
export class CieController {
  constructor(
    private readonly config: Config,
    private readonly cie: CieService,
    private readonly flow: SamlFlow,
  ) {}

  @Get('accedi')
  async start(
    @Query() query: Record<string, unknown>,
    @Visitor() visitor: Visitor,
    @Req() req: Request,
    @Res() res: Response,
  ): Promise<void> {
    const { federation } = this.cie;
    const { ritorno: returnTo, livello } = query;
    // There is one provider: an address that names none means that one.
    const idp = query.idp ?? federation.providers.all[0]?.entityId;
    await this.flow.start(federation, { idp, returnTo, level: livello === '3' ? 3 : 2 }, visitor, req, res);
  }

  @Post('acs')
  @HttpCode(303)
  async consume(@Visitor() visitor: Visitor, @Req() req: Request, @Res() res: Response): Promise<void> {
    await this.flow.finish(this.cie.federation, visitor, req, res);
  }

  @Get('acs')
  again(@Res() res: Response): void {
    res.redirect(303, new URL('/accedi', this.config.baseUrl).href);
  }

  /** Named in the metadata because the rules ask for it; the provider of CIE knows no single logout. */
  @Get('logout')
  logout(@Res() res: Response): void {
    res.redirect(303, new URL('/', this.config.baseUrl).href);
  }

  @Get('metadata')
  metadata(@Res() res: Response): void {
    res.type('application/samlmetadata+xml').set('Cache-Control', 'public, max-age=3600').send(this.cie.metadata());
  }
}
