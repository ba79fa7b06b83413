import { Controller, Get, Render, Res } from '@nestjs/common';
import type { Response } from 'express';
import { StaffActing } from '../../auth/index.js';
import { Allow, Roles } from '../../common/access.js';
import { StaffPages } from '../../common/staff-pages.js';
import { Visitor } from '../../common/visitor.js';
import { Config } from '../../config.js';
import { registerCsv, registerPage } from './privacy.views.js';

/** The register of processing (GDPR art. 30). It holds nobody's data: it says which data there are. */
@Controller('operatore/trattamenti')
@Allow('staff')
@Roles('administrator', 'analyst')
export class RegisterController {
  constructor(
    private readonly config: Config,
    private readonly pages: StaffPages,
  ) {}

  @Get()
  @Render('privacy/register')
  show(@StaffActing() { roles }: StaffActing, @Visitor() { t }: Visitor): object {
    return registerPage(t, this.config.institute, this.pages.of(roles));
  }

  @Get('registro.csv')
  download(@Visitor() { t }: Visitor, @Res() res: Response): void {
    res.set('Content-Disposition', 'attachment; filename="registro-trattamenti.csv"');
    res.type('text/csv; charset=utf-8').send(registerCsv(t, this.config.institute));
  }
}
