import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { Translate } from '../../../common/texts.js';
import { WaysIn, type WayIn, type WayInCard } from '../../ways-in.js';

/** The PIN on /accedi: last, since nearly nobody may use it any more. */
@Injectable()
export class PinWayIn implements WayIn, OnModuleInit {
  readonly order = 90;

  constructor(private readonly ways: WaysIn) {}

  onModuleInit(): void {
    this.ways.register(this);
  }

  card(t: Translate, returnTo: string): WayInCard {
    return {
      id: 'pin',
      icon: 'user',
      title: t('pin.card-title'),
      text: t('pin.card-text'),
      question: '',
      hint: '',
      buttons: [{ label: t('pin.card-button'), action: '/accedi/pin', fields: [{ name: 'ritorno', value: returnTo }] }],
      links: [],
      unavailable: '',
    };
  }

  origins(): string[] {
    return [];
  }
}
