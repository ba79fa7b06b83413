import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { Translate } from '../../../common/texts.js';
import { WaysIn, type WayIn, type WayInCard } from '../../ways-in.js';
import { CnsAddress } from './cns.address.js';

/** CNS on /accedi. */
@Injectable()
export class CnsWayIn implements WayIn, OnModuleInit {
  readonly order = 30;

  constructor(
    private readonly ways: WaysIn,
    private readonly address: CnsAddress,
  ) {}

  onModuleInit(): void {
    this.ways.register(this);
  }

  card(t: Translate, returnTo: string): WayInCard | null {
    if (!this.address.isOffered) return null;
    return {
      id: 'cns',
      icon: 'card',
      title: t('cns.card-title'),
      text: t('cns.card-text'),
      question: '',
      hint: '',
      buttons: [{ label: t('cns.card-button'), action: '/cns/accedi', fields: [{ name: 'ritorno', value: returnTo }] }],
      links: [],
      unavailable: this.address.url ? '' : t('cns.away-todo'),
    };
  }

  /** The form leads to a page of ours, and that one on by a link. */
  origins(): string[] {
    return [];
  }
}
