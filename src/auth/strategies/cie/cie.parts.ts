import { Config } from '../../../config.js';
import { Clock } from '../../../common/clock.js';
import { LOG } from '../../../common/log-token.js';
import type { Log } from '../../../common/log.js';
import { listRules } from '../spid/spid.providers.js';
import { CieController } from './cie.controller.js';
import { CieProviders } from './cie.providers.js';
import { CieService } from './cie.service.js';
import { CieWayIn } from './cie.way-in.js';

/** What the CIE way in adds to the auth module; it stands on what SPID_PROVIDERS brings. */
export const CIE_CONTROLLERS = [CieController];
export const CIE_PROVIDERS = [
  CieService,
  CieWayIn,
  {
    provide: CieProviders,
    useFactory: (config: Config, clock: Clock, log: Log) =>
      new CieProviders({ federation: 'CIE', folder: config.cie.metadataDir, ...listRules(config) }, clock, log),
    inject: [Config, Clock, LOG],
  },
];
