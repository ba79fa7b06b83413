import { Injectable } from '@nestjs/common';
import type { Acting } from '../common/acting.js';
import type { Card, CardView } from '../common/card.js';
import type { Translate } from '../common/texts.js';
import { PlacesService, type Comune } from '../places/index.js';
import { ContactsService } from './contacts/index.js';
import { ProfileRepository } from './profile.repository.js';
import { residenceInWords } from './profile.views.js';

/** On the Bacheca: where we think the person lives, since the nearest offices follow from it; and contacts to check. */
@Injectable()
export class ProfileCard implements Card {
  readonly id = 'dati';
  readonly order = 30;
  readonly titleKey = 'profile.title';
  readonly icon = 'user';

  constructor(
    private readonly profiles: ProfileRepository,
    private readonly places: PlacesService,
    private readonly contacts: ContactsService,
  ) {}

  async read({ subject }: Acting, t: Translate): Promise<CardView> {
    const citizen = await this.profiles.find(subject);
    const comune = citizen?.residence_istat ? await this.places.comune(citizen.residence_istat) : null;
    const bounced = await this.contacts.bounced(subject);
    const abroad = citizen?.residence_country ? residenceInWords(t, { citizen, residence: null }) : '';
    const known = comune !== null || abroad !== '';
    return {
      tag: bounced.length > 0 ? t('contacts.tag-check') : '',
      big: '',
      text: textOf(t, comune, abroad),
      items: bounced.map(({ kind }) => ({
        label: t(`contacts.card-check-${kind}`),
        href: '/dati/contatti',
        note: t(`contacts.card-bounced-${kind}`),
        unread: true,
      })),
      link: { label: t(known ? 'profile.card-see' : 'profile.card-say'), href: known ? '/dati' : '/dati/residenza' },
      empty: !known && bounced.length === 0,
    };
  }
}

function textOf(t: Translate, comune: Comune | null, abroad: string): string {
  if (comune) return t('profile.card-residence', { comune: comune.name });
  return abroad ? t('profile.card-abroad', { place: abroad }) : t('profile.card-no-residence');
}
