import { ErasureJob } from './erasure.job.js';
import { ErasureRepository } from './erasure.repository.js';
import { ErasureService } from './erasure.service.js';
import { NewRightController } from './new-right.controller.js';
import { RightsController } from './rights.controller.js';
import { RightsDeskRepository } from './rights-desk.repository.js';
import { RightsDeskService } from './rights-desk.service.js';
import { RightsErased } from './rights.erased.js';
import { ExportedRights } from './rights.exported.js';
import { RightsExportRepository } from './rights-export.repository.js';
import { RightsRepository } from './rights.repository.js';
import { RightsService } from './rights.service.js';

/** What requests about personal data add to the contact module. */
export const RIGHTS_CONTROLLERS = [NewRightController, RightsController];
export const RIGHTS_PROVIDERS = [
  ErasureJob,
  ErasureRepository,
  ErasureService,
  RightsDeskRepository,
  RightsDeskService,
  RightsErased,
  ExportedRights,
  RightsExportRepository,
  RightsRepository,
  RightsService,
];
export { ErasureService, RightsDeskService, RightsService };
export { answersOf as rightAnswers, stateTag as rightStateTag } from './rights.views.js';
export {
  CORRECTABLE,
  daysLate,
  extendedDueDay,
  extension,
  MESSAGE_LENGTH,
  OUTCOMES,
  STATES,
  VALUE_LENGTH,
  type Correctable,
  type Kind as RightKind,
  type Outcome,
  type State as RightState,
} from './rights.rules.js';
export type { RightEvent, RightRequest } from './rights.repository.js';
export type { Decision, Listed, Person } from './rights-desk.repository.js';
export type { Correction, DeskPage, DeskRequest, Handled } from './rights-desk.service.js';
