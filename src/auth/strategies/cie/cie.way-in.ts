import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { Translate } from '../../../common/texts.js';
import { WaysIn, type WayIn, type WayInCard } from '../../ways-in.js';
import { CieProviders } from './cie.providers.js';

/** CIE on /accedi: one provider, one button. */
@Injectable()
export class CieWayIn implements WayIn, OnModuleInit {
  readonly order = 20;

  constructor(
    private readonly ways: WaysIn,
    private readonly providers: CieProviders,
  ) {}

  onModuleInit(): void {
    this.ways.register(this);
  }

  card(t: Translate, returnTo: string): WayInCard {
    const providers = this.providers.shuffled();
    return {
      id: 'cie',
      icon: 'card',
      title: t('cie.cie'),
      text: t('cie.cie-text'),
      question: '',
      hint: '',
      buttons: providers.map((provider) => ({
        label: t('cie.enter'),
        action: '/cie/accedi',
        fields: [
          { name: 'idp', value: provider.entityId },
          { name: 'ritorno', value: returnTo },
        ],
      })),
      links: [{ label: t('cie.get-cie'), href: 'https://www.cartaidentita.interno.gov.it/' }],
      unavailable: providers.length === 0 ? t('cie.unavailable') : '',
    };
  }

  origins(): string[] {
    return this.providers.origins();
  }
}
