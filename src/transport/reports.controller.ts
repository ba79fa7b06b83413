import { Controller, Inject, Post, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { Allow } from '../common/access.js';
import { Clock } from '../common/clock.js';
import { sameBytes, sha256 } from '../common/crypto.js';
import { LOG } from '../common/log-token.js';
import type { Log } from '../common/log.js';
import { Config } from '../config.js';
import { messageOf } from './bounce-mail.js';
import { BounceReader } from './bounce-reader.js';
import { ReportsService } from './reports.service.js';
import { ReturnPath } from './return-path.js';
import { isSigned, smsReportIn } from './sms-report.js';

/** What mail server and SMS gateway tell us afterwards. They show a key or sign; answers are a status alone. */
@Controller('trasporto')
@Allow('anyone')
export class ReportsController {
  constructor(
    private readonly config: Config,
    private readonly reports: ReportsService,
    private readonly returnPath: ReturnPath,
    private readonly bounces: BounceReader,
    private readonly clock: Clock,
    @Inject(LOG) private readonly log: Log,
  ) {}

  /** A mail that came to the return address, as the mail server got it. What is no report is taken and forgotten. */
  @Post('rimbalzi')
  async returned(@Req() req: Request, @Res() res: Response): Promise<void> {
    const key = this.config.mail?.bounceKey;
    if (!key || !isBearer(req, key)) return this.refuse(res, 'returned mail');
    const messageId = messageOf(req.raw!, this.returnPath);
    const failure = messageId && (await this.bounces.read(req.raw!));
    if (failure) await this.reports.take({ messageId, ...failure });
    res.status(204).end();
  }

  /** What became of an SMS. A repeated report changes nothing; an old signature is refused. */
  @Post('sms')
  async sms(@Req() req: Request, @Res() res: Response): Promise<void> {
    const key = this.config.sms?.reportKey;
    if (!key || !isSigned(req.get('x-signature'), req.raw!, key, this.clock.now()))
      return this.refuse(res, 'sms report');
    const report = smsReportIn(req.raw!);
    if (!report) return void res.status(422).end();
    res.status((await this.reports.take(report)) ? 204 : 404).end();
  }

  private refuse(res: Response, what: string): void {
    this.log.warn({ what }, 'refused: no key, or a signature that does not hold');
    res.status(401).end();
  }
}

function isBearer(req: Request, key: string): boolean {
  const [, shown = ''] = /^Bearer (\S+)$/.exec(req.get('authorization') ?? '') ?? [];
  return sameBytes(sha256(shown), sha256(key));
}
