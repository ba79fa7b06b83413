import { Config } from '../../../config.js';
import { Clock } from '../../../common/clock.js';
import { SamlRepository, SamlSweepJob } from '../../saml/index.js';
import { SignInPageController } from './sign-in-page.controller.js';
import { SpidController } from './spid.controller.js';
import { SpidKeys, spidKeys } from './spid.keys.js';
import { SpidProviders } from './spid.providers.js';
import { SpidService } from './spid.service.js';
import { SpidStrategy } from './spid.strategy.js';

/** What the SPID way in adds to the auth module. */
export const SPID_CONTROLLERS = [SpidController, SignInPageController];
export const SPID_PROVIDERS = [
  SamlRepository,
  SamlSweepJob,
  SpidProviders,
  SpidService,
  SpidStrategy,
  { provide: SpidKeys, useFactory: (config: Config, clock: Clock) => spidKeys(config, clock.now()), inject: [Config, Clock] },
];
