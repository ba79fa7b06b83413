import { Controller, Get, Render } from '@nestjs/common';
import { Allow } from '../common/access.js';
import { Visitor } from '../common/visitor.js';
import { Config } from '../config.js';
import { accessibilityPage, guidePage, homePage, legalNotesPage, sitemapPage } from './public.views.js';

/** The pages that are the same for everybody: the way in, the guide, and what the law asks of a public site. */
@Controller()
@Allow('anyone')
export class PublicController {
  constructor(private readonly config: Config) {}

  @Get()
  @Render('public/home')
  home(@Visitor() { t }: Visitor) {
    return homePage(t, this.config.institute.shortName);
  }

  @Get('guida')
  @Render('public/guide')
  guide(@Visitor() { t }: Visitor) {
    return guidePage(t);
  }

  @Get('note-legali')
  @Render('public/legal-notes')
  legalNotes(@Visitor() { t }: Visitor) {
    return legalNotesPage(t);
  }

  @Get('accessibilita')
  @Render('public/accessibility')
  accessibility(@Visitor() { t }: Visitor) {
    return accessibilityPage(t, this.config.baseUrl.host);
  }

  @Get('mappa')
  @Render('public/sitemap')
  sitemap(@Visitor() { t }: Visitor) {
    return sitemapPage(t);
  }
}
