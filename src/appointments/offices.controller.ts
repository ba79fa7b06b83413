import { Controller, Get, Param, Query, Render, Res } from '@nestjs/common';
import type { Response } from 'express';
import { Allow } from '../common/access.js';
import { NotFound } from '../common/errors.js';
import { type Form, FormPipe } from '../common/form.js';
import { Visitor } from '../common/visitor.js';
import { SearchOfficesForm } from './offices.forms.js';
import { OfficesService, type OfficeSearch } from './offices.service.js';
import { officePage, officesPage } from './offices.views.js';

/** The public pages of the offices: which are near, and everything about one. */
@Controller('sedi')
@Allow('anyone')
export class OfficesController {
  constructor(private readonly offices: OfficesService) {}

  @Get()
  async index(
    @Query(new FormPipe(SearchOfficesForm)) form: Form<SearchOfficesForm>,
    @Query('comune') asked: string | undefined,
    @Visitor() { t }: Visitor,
    @Res() res: Response,
  ): Promise<void> {
    const { comune, istat } = form.data;
    const search = form.valid && (comune || istat) ? await this.offices.search(comune, istat) : null;
    const shown = this.refused(form, asked !== undefined, search);
    res.status(shown.status).render('offices/index', officesPage(shown, search, t));
  }

  @Get(':id')
  @Render('offices/office')
  async show(@Param('id') id: string, @Visitor() { t }: Visitor) {
    const found = await this.offices.officeWithNextTimes(id);
    if (!found) throw new NotFound();
    return officePage(found.office, found.next, t);
  }

  private refused(form: Form<SearchOfficesForm>, asked: boolean, search: OfficeSearch | null): Form<SearchOfficesForm> {
    if (asked && form.valid && !form.data.comune && !form.data.istat)
      return form.withError('comune', 'offices.comune-missing');
    return search?.kind === 'unknown' ? form.withError('comune', 'offices.comune-unknown') : form;
  }
}
