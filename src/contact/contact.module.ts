import { Module } from '@nestjs/common';
import { NotificationsModule } from '../notifications/index.js';
import {
  ErasureService,
  RIGHTS_CONTROLLERS,
  RIGHTS_PROVIDERS,
  RightsDeskService,
  RightsService,
} from './rights/index.js';

/** Requests of people to the institute. The first ones: about their personal data. */
@Module({
  imports: [NotificationsModule],
  controllers: RIGHTS_CONTROLLERS,
  providers: RIGHTS_PROVIDERS,
  exports: [ErasureService, RightsDeskService, RightsService],
})
export class ContactModule {}
