import { Controller, Get, HttpCode, Inject, Post, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { Allow } from '../../../common/access.js';
import { Unavailable } from '../../../common/errors.js';
import { LOG } from '../../../common/log-token.js';
import type { Log } from '../../../common/log.js';
import { Visitor } from '../../../common/visitor.js';
import {
  arrivedByPost,
  arrivedByRedirect,
  isOverload,
  leavePage,
  Refusal,
  type Arrived,
  type LogoutOutcome,
} from '../../saml/index.js';
import { LogoutAtProvider } from './logout-at-provider.js';
import { loggedOutPage, logoutRefusedPage } from './spid-logout.views.js';

/** /spid/logout, the single logout service of our metadata: providers ask here, and answer what we asked. */
@Controller('spid/logout')
@Allow('anyone')
export class SpidLogoutController {
  constructor(
    private readonly atProvider: LogoutAtProvider,
    @Inject(LOG) private readonly log: Log,
  ) {}

  @Get()
  async byRedirect(@Visitor() visitor: Visitor, @Req() req: Request, @Res() res: Response): Promise<void> {
    const query = req.originalUrl.slice(req.originalUrl.indexOf('?') + 1);
    await this.take(() => arrivedByRedirect(req.originalUrl.includes('?') ? query : ''), visitor, req, res);
  }

  @Post()
  @HttpCode(200)
  async byPost(@Visitor() visitor: Visitor, @Req() req: Request, @Res() res: Response): Promise<void> {
    await this.take(() => arrivedByPost((req.body ?? {}) as Record<string, unknown>), visitor, req, res);
  }

  private async take(read: () => Arrived, { t }: Visitor, req: Request, res: Response): Promise<void> {
    res.set('Cache-Control', 'no-store');
    const outcome = await this.outcome(read);
    if (outcome.kind === 'refused' && isOverload(outcome.reason)) throw new Unavailable('SPID logout not judged');
    if (outcome.kind === 'refused') {
      this.log.warn({ reason: outcome.reason }, 'SPID logout refused');
      return res.status(403).render('spid/refused', logoutRefusedPage(t, req.id));
    }
    this.log.info({ outcome: outcome.kind }, 'SPID logout');
    if (outcome.kind === 'answered') return res.render('spid/logged-out', loggedOutPage(t, outcome.done));
    if (!outcome.answer) return res.render('spid/logged-out', loggedOutPage(t, true));
    if (outcome.answer.binding === 'redirect') return res.redirect(302, outcome.answer.url);
    res.locals.formActions = [new URL(outcome.answer.action).origin];
    res.render('spid/leave', { ...leavePage(t, outcome.answer), text: t('spid.logout-answer') });
  }

  private async outcome(read: () => Arrived): Promise<LogoutOutcome> {
    try {
      return await this.atProvider.receive(read());
    } catch (error) {
      if (error instanceof Refusal) return { kind: 'refused', reason: error.reason };
      throw error;
    }
  }
}
