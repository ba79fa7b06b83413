import { Body, Controller, Get, Post, Query, Res } from '@nestjs/common';
import type { Response } from 'express';
import { Reads } from '../audit/index.js';
import { Allow, Resumable } from '../common/access.js';
import { Acting } from '../common/acting.js';
import { Form, FormPipe } from '../common/form.js';
import { Visitor } from '../common/visitor.js';
import { ProfileService } from '../profile/index.js';
import { PlaceForm, TopicForm } from './appointments.forms.js';
import { placePage, topicPage } from './booking.views.js';
import { ChoicesPipe, STEPS, stepUrl, type Choices } from './choices.js';
import { SearchOfficesForm } from './offices.forms.js';
import { OfficesService, type OfficeSearch } from './offices.service.js';
import { SlotsService } from './slots.service.js';
import type { Channel } from './slot-generation.rules.js';

/** The first two steps: where, then how and about what. */
@Controller('appuntamenti/nuovo')
@Allow('citizen')
export class ChoicesController {
  constructor(
    private readonly offices: OfficesService,
    private readonly profile: ProfileService,
    private readonly slots: SlotsService,
  ) {}

  @Get()
  @Reads('appointments.choose')
  async place(
    @Query(new FormPipe(SearchOfficesForm)) asked: Form<SearchOfficesForm>,
    @Query(ChoicesPipe) choices: Choices,
    @Acting() acting: Acting,
    @Visitor() { t }: Visitor,
    @Res() res: Response,
  ): Promise<void> {
    // From the page of an office the place is chosen already.
    if (choices.office && (await this.offices.office(choices.office)))
      return res.redirect(303, stepUrl(STEPS.topic, { office: choices.office }));
    const search = await this.search(asked, acting);
    const form = Form.empty(PlaceForm, { comune: asked.value('comune') || comuneOf(search) });
    const shown = search?.kind === 'unknown' ? form.withError('comune', 'offices.comune-unknown') : form;
    res.status(shown.status).render('appointments/place', placePage(shown, search, t));
  }

  @Post()
  @Resumable()
  async choosePlace(
    @Body(new FormPipe(PlaceForm)) form: Form<PlaceForm>,
    @Query(new FormPipe(SearchOfficesForm)) asked: Form<SearchOfficesForm>,
    @Acting() acting: Acting,
    @Visitor() { t }: Visitor,
    @Res() res: Response,
  ): Promise<void> {
    const known = form.valid && (await this.offices.office(form.data.sede)) !== null;
    if (known)
      return res.redirect(303, stepUrl(STEPS.topic, { office: form.data.sede, comune: asked.data.istat || null }));
    const shown = form.valid ? form.withError('sede', 'appointments.choose-an-office') : form;
    res.status(shown.status).render('appointments/place', placePage(shown, await this.search(asked, acting), t));
  }

  @Get('argomento')
  async topic(@Query(ChoicesPipe) choices: Choices, @Visitor() { t }: Visitor, @Res() res: Response): Promise<void> {
    const office = choices.office ? await this.offices.office(choices.office) : null;
    if (!office) return res.redirect(303, STEPS.place);
    const form = Form.empty(TopicForm, { modo: choices.channel ?? '', argomento: choices.topic ?? '' });
    res.render('appointments/topic', topicPage(form, office, choices, t));
  }

  @Post('argomento')
  @Resumable()
  async chooseTopic(
    @Body(new FormPipe(TopicForm)) form: Form<TopicForm>,
    @Query(ChoicesPipe) choices: Choices,
    @Visitor() { t }: Visitor,
    @Res() res: Response,
  ): Promise<void> {
    const office = choices.office ? await this.offices.office(choices.office) : null;
    if (!office) return res.redirect(303, STEPS.place);
    const chosen = { office: office.id, channel: form.data.modo as Channel, topic: form.data.argomento };
    if (form.valid && (await this.slots.isOffered(chosen)))
      return res.redirect(303, stepUrl(STEPS.time, { ...chosen, comune: choices.comune }));
    const shown = form.valid ? form.withError('modo', 'appointments.not-offered') : form;
    res.status(shown.status).render('appointments/topic', topicPage(shown, office, choices, t));
  }

  /** What was typed or chosen, else around the residence. */
  private async search(asked: Form<SearchOfficesForm>, acting: Acting): Promise<OfficeSearch | null> {
    const { comune, istat } = asked.data;
    if (asked.valid && (comune || istat)) return this.offices.search(comune, istat);
    const residence = await this.profile.residenceIstat(acting);
    return residence ? this.offices.search('', residence) : null;
  }
}

function comuneOf(search: OfficeSearch | null): string {
  return search?.kind === 'near' ? `${search.comune.name} (${search.comune.province})` : '';
}
