import { Injectable } from '@nestjs/common';
import { Config } from '../../../config.js';
import { CnsTrust } from './cns.trust.js';

/** Where cards are presented, once that is known: by the settings, or when the listener has its port. */
@Injectable()
export class CnsAddress {
  private listening: URL | null = null;

  constructor(
    private readonly config: Config,
    private readonly trust: CnsTrust,
  ) {}

  /** Null when no card can be taken now: nowhere to present it, or no authority to believe. */
  get url(): URL | null {
    const { url, proxyHeader } = this.config.cns;
    const here = url && (proxyHeader || this.listening) ? url : this.listening;
    return here && this.trust.authorities.length > 0 ? here : null;
  }

  /** The address of the start of a sign-in at the place where cards are presented. */
  entrance(start: string): string | null {
    return this.url && `${new URL('/cns/entra', this.url).href}?avvio=${start}`;
  }

  /** Whether this installation takes cards at all. */
  get isOffered(): boolean {
    return this.config.cns.port !== null || this.config.cns.proxyHeader !== null;
  }

  /** Back on the portal, with a ticket. */
  wayBack(ticket: string): string {
    return new URL(`/cns/rientro?biglietto=${ticket}`, this.config.baseUrl).href;
  }

  listensOn(port: number): void {
    this.listening = new URL(`https://${this.config.baseUrl.hostname}:${port}`);
  }

  closed(): void {
    this.listening = null;
  }
}
