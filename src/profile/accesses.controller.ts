import { Controller, Get, Query, Render } from '@nestjs/common';
import { Allow } from '../common/access.js';
import { Acting } from '../common/acting.js';
import { Visitor } from '../common/visitor.js';
import { AccessesService } from './accesses.service.js';
import { accessesPage } from './accesses.views.js';

/** Who came into this person's area, when, how and from what device. */
@Controller('dati/accessi')
@Allow('citizen')
export class AccessesController {
  constructor(private readonly accesses: AccessesService) {}

  @Get()
  @Render('accesses/list')
  async list(@Acting() acting: Acting, @Visitor() { t }: Visitor, @Query('prima') before: unknown): Promise<object> {
    const from = typeof before === 'string' ? before : null;
    return accessesPage(t, await this.accesses.page(acting, from), from !== null);
  }
}
