import { Controller, Get, Inject, Res } from '@nestjs/common';
import type { Response } from 'express';
import { Allow } from './access.js';
import { Readiness } from './readiness.js';

/** For balancers and orchestrators: plain words, no page, no session. */
@Controller('salute')
@Allow('anyone')
export class HealthController {
  constructor(@Inject(Readiness) private readonly readiness: Readiness) {}

  /** The process answers. */
  @Get('viva')
  alive(@Res() res: Response): void {
    res.type('text').set('Cache-Control', 'no-store').send('viva\n');
  }

  /** The process may be sent requests: the database answers and it is not stopping. */
  @Get('pronta')
  async ready(@Res() res: Response): Promise<void> {
    const ready = await this.readiness.check();
    res
      .status(ready ? 200 : 503)
      .type('text')
      .set('Cache-Control', 'no-store')
      .send(ready ? 'pronta\n' : 'non pronta\n');
  }
}
