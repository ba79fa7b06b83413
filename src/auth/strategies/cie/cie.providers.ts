import { ProviderList } from '../../saml/index.js';

/** The identity provider of the electronic identity card. Injected under this class. */
export class CieProviders extends ProviderList {}
