import { Controller, Get, Query, Res } from '@nestjs/common';
import type { Response } from 'express';
import { Reads } from '../audit/index.js';
import { Allow } from '../common/access.js';
import { Acting } from '../common/acting.js';
import { Form, FormPipe } from '../common/form.js';
import { Visitor } from '../common/visitor.js';
import { AccessesForm } from './accesses.forms.js';
import { codeOf, periodOf, WHAT, WHO, type AccessFilter } from './accesses.rules.js';
import { AccessesService } from './accesses.service.js';
import { accessesPage } from './accesses.views.js';

/** Who saw and changed this person's data: each read and each change, with the reason. */
@Controller('dati/accessi')
@Allow('citizen')
export class AccessesController {
  constructor(private readonly accesses: AccessesService) {}

  @Get()
  @Reads('accesses.read')
  async list(
    @Query(new FormPipe(AccessesForm)) asked: Form<AccessesForm>,
    @Query('prima') before: unknown,
    @Acting() acting: Acting,
    @Visitor() { t }: Visitor,
    @Res() res: Response,
  ): Promise<void> {
    const { form, filter } = filterOf(asked);
    const from = typeof before === 'string' ? before : null;
    const found = form.valid ? await this.accesses.page(acting, filter, from) : null;
    res
      .status(form.status)
      .render('accesses/list', accessesPage(t, { form, filter, found, older: from !== null, acting }));
  }
}

function filterOf(form: Form<AccessesForm>): { form: Form<AccessesForm>; filter: AccessFilter } {
  const { chi, cosa, dalGiorno, dalMese, dalAnno, alGiorno, alMese, alAnno } = form.data;
  const period = periodOf(
    { day: dalGiorno, month: dalMese, year: dalAnno },
    { day: alGiorno, month: alMese, year: alAnno },
  );
  const asked = { who: codeOf(WHO, chi), what: codeOf(WHAT, cosa) };
  if (!period.ok) return { form: form.withError(period.field, period.key), filter: { ...asked, from: null, to: null } };
  return { form, filter: { ...asked, from: period.from, to: period.to } };
}
