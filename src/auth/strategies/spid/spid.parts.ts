import { Config } from '../../../config.js';
import { Clock } from '../../../common/clock.js';
import { LOG } from '../../../common/log-token.js';
import type { Log } from '../../../common/log.js';
import {
  LogoutRepository,
  LogoutService,
  SamlEngine,
  SamlFlow,
  SamlRepository,
  SamlSweepJob,
} from '../../saml/index.js';
import { LogoutAtProvider } from './logout-at-provider.js';
import { SpidCapacityController } from './spid-capacity.controller.js';
import { SpidController } from './spid.controller.js';
import { SpidKeys, spidKeys } from './spid.keys.js';
import { SpidLogoutController } from './spid-logout.controller.js';
import { listRules, SpidProviders } from './spid.providers.js';
import { SpidService } from './spid.service.js';
import { SpidWayIn } from './spid.way-in.js';

/** What the SPID way in adds to the auth module, and what every SAML federation stands on. */
export const SPID_CONTROLLERS = [SpidController, SpidLogoutController, SpidCapacityController];
export const SPID_PROVIDERS = [
  SamlRepository,
  SamlSweepJob,
  SamlEngine,
  SamlFlow,
  LogoutRepository,
  LogoutService,
  LogoutAtProvider,
  SpidService,
  SpidWayIn,
  {
    provide: SpidProviders,
    useFactory: (config: Config, clock: Clock, log: Log) =>
      new SpidProviders({ federation: 'SPID', folder: config.spid.metadataDir, ...listRules(config) }, clock, log),
    inject: [Config, Clock, LOG],
  },
  {
    provide: SpidKeys,
    useFactory: (config: Config, clock: Clock, log: Log) => spidKeys(config, clock.now(), log),
    inject: [Config, Clock, LOG],
  },
];
