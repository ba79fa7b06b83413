import type { Config } from '../../../config.js';
import { ProviderList, type ProviderListOptions } from '../../saml/index.js';

/** The SPID identity providers. Injected under this class. */
export class SpidProviders extends ProviderList {}

/** Rules that every federation's providers share. */
export function listRules({ production, spid }: Config): Omit<ProviderListOptions, 'federation' | 'folder'> {
  return { production, acceptExpired: spid.acceptExpiredProviders, byPost: spid.byPost };
}
