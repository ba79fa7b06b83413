import { Inject, Injectable } from '@nestjs/common';
import type { SessionData } from 'express-session';
import { LOG } from '../../../common/log-token.js';
import type { Log } from '../../../common/log.js';
import { LogoutService, type Arrived, type Carried, type LogoutOutcome, type LogoutTerms } from '../../saml/index.js';
import { EidasProviders } from '../eidas/eidas.providers.js';
import { SpidKeys } from './spid.keys.js';
import { SpidProviders } from './spid.providers.js';
import { SpidService } from './spid.service.js';

/** The way to the provider's own logout, for a page that offers it. */
export interface Leaving {
  readonly providerName: string;
  readonly carried: Carried;
}

/**
 * Single logout with SPID providers and the European node (which share one entity of ours). Best effort by contract:
 * the portal's session has ended, or ends, whatever happens here.
 */
@Injectable()
export class LogoutAtProvider {
  private readonly terms: LogoutTerms;

  constructor(
    private readonly logout: LogoutService,
    @Inject(LOG) private readonly log: Log,
    spid: SpidService,
    keys: SpidKeys,
    providers: SpidProviders,
    european: EidasProviders,
  ) {
    const { entityId, logoutUrl } = spid;
    this.terms = { entityId, logoutUrl, keys, lists: [providers, european] };
  }

  /**
   * Where to go on after leaving the portal: our signed LogoutRequest, or null when the provider of this session takes
   * none (CIE, CNS, PIN, or no logout address). Never fails: leaving the portal depends on no provider.
   * @param session as it was before it ended
   */
  async leave(session: Partial<Pick<SessionData, 'provider'>>): Promise<Leaving | null> {
    try {
      const asked = session.provider && (await this.logout.request(session.provider, this.terms));
      return asked ? { providerName: asked.provider.name, carried: asked.carried } : null;
    } catch (error) {
      this.log.error({ err: error, event: 'saml.logout-request-failed' }, 'no logout request to the provider');
      return null;
    }
  }

  receive(arrived: Arrived): Promise<LogoutOutcome> {
    return this.logout.receive(arrived, this.terms);
  }
}
