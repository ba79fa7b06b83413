import { Controller, Get, Param, Render } from '@nestjs/common';
import { Allow } from '../../common/access.js';
import { NotFound } from '../../common/errors.js';
import { Visitor } from '../../common/visitor.js';
import { Config } from '../../config.js';
import { CURRENT_NOTICE, PRIVACY_NOTICES } from './notices/index.js';
import { privacyPage, privacyVersionsPage } from './privacy.views.js';

/** The privacy notice (GDPR art. 13 and 14): the one in force, and the former ones as they were. */
@Controller('privacy')
@Allow('anyone')
export class PrivacyController {
  constructor(private readonly config: Config) {}

  @Get()
  @Render('privacy/show')
  show(@Visitor() { t }: Visitor): object {
    return privacyPage(t, CURRENT_NOTICE, this.config.institute);
  }

  @Get('versioni')
  @Render('privacy/versions')
  versions(@Visitor() { t }: Visitor): object {
    return privacyVersionsPage(t);
  }

  @Get('versioni/:versione')
  @Render('privacy/show')
  version(@Visitor() { t }: Visitor, @Param('versione') version: string): object {
    const notice = PRIVACY_NOTICES.find((one) => String(one.version) === version);
    if (!notice) throw new NotFound();
    return privacyPage(t, notice, this.config.institute);
  }
}
