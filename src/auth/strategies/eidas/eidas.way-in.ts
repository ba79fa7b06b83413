import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { Translate } from '../../../common/texts.js';
import { WaysIn, type WayIn, type WayInCard } from '../../ways-in.js';
import { EidasProviders } from './eidas.providers.js';

/** eIDAS on /accedi: leads to the page that names the countries. */
@Injectable()
export class EidasWayIn implements WayIn, OnModuleInit {
  readonly order = 40;

  constructor(
    private readonly ways: WaysIn,
    private readonly providers: EidasProviders,
  ) {}

  onModuleInit(): void {
    this.ways.register(this);
  }

  card(t: Translate, returnTo: string): WayInCard {
    const fields = [{ name: 'ritorno', value: returnTo }];
    return {
      id: 'eidas',
      icon: 'globe',
      title: t('eidas.eidas'),
      text: t('eidas.eidas-text'),
      question: '',
      hint: '',
      buttons: [{ label: t('eidas.choose'), action: '/eidas', fields }],
      links: [{ label: t('eidas.account-title'), href: '/eidas/che-cosa-puoi-fare' }],
      unavailable: this.providers.all.length === 0 ? t('eidas.unavailable') : '',
    };
  }

  /** Its form leads to a page of ours. */
  origins(): string[] {
    return [];
  }
}
