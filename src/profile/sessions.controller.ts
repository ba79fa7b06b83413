import { Body, Controller, Get, Post, Render, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { Reads } from '../audit/index.js';
import { clearSessionCookie, currentSession, flash, SessionsService } from '../auth/index.js';
import { Allow, Requires, WhenLate } from '../common/access.js';
import { Acting } from '../common/acting.js';
import { UUID } from '../common/uuid.js';
import { Visitor } from '../common/visitor.js';
import { Config } from '../config.js';
import { sessionsPage } from './sessions.views.js';

const LIST = '/dati/sessioni';

/** The sessions a person has open, and their end. */
@Controller('dati/sessioni')
@Allow('citizen')
export class SessionsController {
  constructor(
    private readonly config: Config,
    private readonly sessions: SessionsService,
  ) {}

  @Get()
  @Reads('sessions.read')
  @Render('sessions/list')
  async list(@Acting() acting: Acting, @Visitor() { t }: Visitor, @Req() req: Request): Promise<object> {
    return sessionsPage(t, await this.sessions.open(acting), currentSession(req));
  }

  /** One session, not stronger than this one: who holds a PIN alone can end the sessions opened with a PIN. */
  @Post('fine')
  @WhenLate('/dati/sessioni')
  async end(
    @Acting() acting: Acting,
    @Body() body: Record<string, unknown>,
    @Req() req: Request,
    @Res() res: Response,
  ): Promise<void> {
    const id = body.sessione;
    const known = typeof id === 'string' && UUID.test(id);
    const ended = known && (await this.sessions.end(acting, id, currentSession(req)));
    if (ended && id === currentSession(req).id) return this.gone(res);
    await flash(req, ended ? 'sessions.ended' : 'sessions.not-ended', ended ? 'ok' : 'warning');
    res.redirect(303, `${LIST}#esito`);
  }

  /** All the others, or all: a weak session may not put out the strong ones. */
  @Post('uscita')
  @WhenLate('/dati/sessioni')
  @Requires({ level: 2 })
  async endMany(
    @Acting() acting: Acting,
    @Body() body: Record<string, unknown>,
    @Req() req: Request,
    @Res() res: Response,
  ): Promise<void> {
    if (body.quali === 'tutte') {
      await this.sessions.endAll(acting);
      return this.gone(res);
    }
    const ended = await this.sessions.endOthers(acting, currentSession(req));
    await flash(req, ended > 0 ? 'sessions.others-ended' : 'sessions.no-others');
    res.redirect(303, `${LIST}#esito`);
  }

  private gone(res: Response): void {
    clearSessionCookie(res, this.config);
    res.redirect(303, '/');
  }
}
