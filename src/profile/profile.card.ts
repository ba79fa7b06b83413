import { Injectable } from '@nestjs/common';
import type { Acting } from '../common/acting.js';
import type { Card, CardView } from '../common/card.js';
import type { Translate } from '../common/texts.js';
import { PlacesService } from '../places/index.js';
import { ProfileRepository } from './profile.repository.js';

/** On the Bacheca: where we think the person lives, since the nearest offices follow from it. */
@Injectable()
export class ProfileCard implements Card {
  readonly id = 'dati';
  readonly order = 30;
  readonly titleKey = 'profile.title';
  readonly icon = 'user';

  constructor(
    private readonly profiles: ProfileRepository,
    private readonly places: PlacesService,
  ) {}

  async read({ subject }: Acting, t: Translate): Promise<CardView> {
    const citizen = await this.profiles.find(subject);
    const comune = citizen?.residence_istat ? await this.places.comune(citizen.residence_istat) : null;
    return {
      tag: '',
      big: '',
      text: comune ? t('profile.card-residence', { comune: comune.name }) : t('profile.card-no-residence'),
      items: [],
      link: { label: t(comune ? 'profile.card-see' : 'profile.card-say'), href: comune ? '/dati' : '/dati/residenza' },
      empty: comune === null,
    };
  }
}
