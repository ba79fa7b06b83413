import { ProviderList } from '../../saml/index.js';

/** The Italian eIDAS node, which speaks for every other country. Injected under this class. */
export class EidasProviders extends ProviderList {}
