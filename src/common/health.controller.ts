import { Controller, Get, Inject, Res } from '@nestjs/common';
import type { Response } from 'express';
import { Allow } from './access.js';
import { Health } from './health.js';

/** For balancers and orchestrators: plain words, no page, no session. */
@Controller('salute')
@Allow('anyone')
export class HealthController {
  constructor(@Inject(Health) private readonly health: Health) {}

  /** The process answers, and nothing in it stands still for good. */
  @Get('viva')
  alive(@Res() res: Response): void {
    say(res, this.health.alive(), 'viva');
  }

  /** The process may be sent requests: the database answers and it is not stopping. */
  @Get('pronta')
  async ready(@Res() res: Response): Promise<void> {
    say(res, await this.health.ready(), 'pronta');
  }
}

function say(res: Response, well: boolean, word: string): void {
  res
    .status(well ? 200 : 503)
    .type('text')
    .set('Cache-Control', 'no-store')
    .send(well ? `${word}\n` : `non ${word}\n`);
}
