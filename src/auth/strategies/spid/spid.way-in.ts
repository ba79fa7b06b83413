import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { Translate } from '../../../common/texts.js';
import { WaysIn, type WayIn, type WayInCard } from '../../ways-in.js';
import { SpidProviders } from './spid.providers.js';

/** SPID on /accedi: a button for each provider, in another order for each visitor. */
@Injectable()
export class SpidWayIn implements WayIn, OnModuleInit {
  readonly order = 10;

  constructor(
    private readonly ways: WaysIn,
    private readonly providers: SpidProviders,
  ) {}

  onModuleInit(): void {
    this.ways.register(this);
  }

  card(t: Translate, returnTo: string): WayInCard {
    const providers = this.providers.shuffled();
    return {
      id: 'spid',
      icon: 'lock',
      title: t('spid.spid'),
      text: t('spid.spid-text'),
      question: t('spid.providers-title'),
      hint: t('spid.providers-order'),
      buttons: providers.map((provider) => ({
        label: t('spid.enter-with', { provider: provider.name }),
        action: '/spid/accedi',
        fields: [
          { name: 'idp', value: provider.entityId },
          { name: 'ritorno', value: returnTo },
        ],
      })),
      links: [
        { label: t('spid.professional'), href: `/spid/professionale?ritorno=${encodeURIComponent(returnTo)}` },
        { label: t('spid.company'), href: `/spid/impresa?ritorno=${encodeURIComponent(returnTo)}` },
        { label: t('spid.get-spid'), href: 'https://www.spid.gov.it/cos-e-spid/come-attivare-spid/' },
      ],
      unavailable: providers.length === 0 ? t('spid.providers-none') : '',
    };
  }

  origins(): string[] {
    return this.providers.origins();
  }
}
