import { Controller, Get, HttpCode, Post, Query, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { Config } from '../../../config.js';
import { Allow } from '../../../common/access.js';
import { Visitor } from '../../../common/visitor.js';
import { SamlFlow } from '../../saml/index.js';
import { returnPath } from '../../session.rules.js';
import { EidasService } from './eidas.service.js';
import { accountPage, countriesPage } from './eidas.views.js';

/** Entering with an identity of another European country: the pages, and the protocol end points. */
@Controller('eidas')
@Allow('anyone')
export class EidasController {
  constructor(
    private readonly config: Config,
    private readonly eidas: EidasService,
    private readonly flow: SamlFlow,
  ) {}

  @Get()
  countries(@Query('ritorno') wanted: unknown, @Visitor() { t }: Visitor, @Res() res: Response): void {
    const { providers } = this.eidas.federation;
    res.locals.formActions = providers.origins();
    res.render('eidas/countries', countriesPage(t, providers.all[0]?.entityId ?? null, returnPath(wanted)));
  }

  /** What an account without an Italian fiscal code can and cannot do. */
  @Get('che-cosa-puoi-fare')
  account(@Visitor() { t }: Visitor, @Res() res: Response): void {
    res.render('eidas/account', accountPage(t));
  }

  @Get('accedi')
  async start(
    @Query('idp') named: unknown,
    @Query('ritorno') returnTo: unknown,
    @Visitor() visitor: Visitor,
    @Req() req: Request,
    @Res() res: Response,
  ): Promise<void> {
    const { federation } = this.eidas;
    const idp = named ?? federation.providers.all[0]?.entityId;
    await this.flow.start(federation, { idp, returnTo }, visitor, req, res);
  }

  @Post('acs')
  @HttpCode(303)
  async consume(@Visitor() visitor: Visitor, @Req() req: Request, @Res() res: Response): Promise<void> {
    await this.flow.finish(this.eidas.federation, visitor, req, res);
  }

  @Get('acs')
  again(@Res() res: Response): void {
    res.redirect(303, new URL('/accedi', this.config.baseUrl).href);
  }

  @Get('metadata')
  metadata(@Res() res: Response): void {
    res.type('application/samlmetadata+xml').set('Cache-Control', 'public, max-age=3600').send(this.eidas.metadata());
  }
}
