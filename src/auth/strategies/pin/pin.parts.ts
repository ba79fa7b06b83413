import { PinDemonstration } from './pin-demonstration.js';
import { PinFormGuard } from './pin-form-guard.js';
import { PinHasher } from './pin-hasher.js';
import { PinSweepJob } from './pin-sweep.job.js';
import { PinController } from './pin.controller.js';
import { PinRepository } from './pin.repository.js';
import { PinService } from './pin.service.js';
import { PinWayIn } from './pin.way-in.js';

/** What the PIN adds to the auth module. */
export const PIN_CONTROLLERS = [PinController];
export const PIN_PROVIDERS = [
  PinDemonstration,
  PinFormGuard,
  PinHasher,
  PinRepository,
  PinService,
  PinSweepJob,
  PinWayIn,
];
