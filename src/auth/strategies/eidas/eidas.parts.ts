import { Config } from '../../../config.js';
import { Clock } from '../../../common/clock.js';
import { LOG } from '../../../common/log-token.js';
import type { Log } from '../../../common/log.js';
import { listRules } from '../spid/spid.providers.js';
import { EidasController } from './eidas.controller.js';
import { EidasProviders } from './eidas.providers.js';
import { EidasService } from './eidas.service.js';
import { EidasWayIn } from './eidas.way-in.js';

/** What the eIDAS way in adds to the auth module; it stands on what SPID_PROVIDERS brings. */
export const EIDAS_CONTROLLERS = [EidasController];
export const EIDAS_PROVIDERS = [
  EidasService,
  EidasWayIn,
  {
    provide: EidasProviders,
    useFactory: (config: Config, clock: Clock, log: Log) =>
      new EidasProviders({ federation: 'eIDAS', folder: config.eidas.metadataDir, ...listRules(config) }, clock, log),
    inject: [Config, Clock, LOG],
  },
];
