import { Global, Module } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { Config } from '../config.js';
import { PlacesModule } from '../places/index.js';
import { AccessGuard } from './access.guard.js';
import { AuthWeb } from './auth.web.js';
import { CitizensRepository } from './citizens.repository.js';
import { ParkedForms } from './parked-forms.js';
import { ParkedFormsRepository } from './parked-forms.repository.js';
import { SessionsRepository } from './sessions.repository.js';
import { SessionController } from './session.controller.js';
import { SessionPool, SessionStore } from './session.store.js';
import { SignInService } from './sign-in.service.js';
import { SPID_CONTROLLERS, SPID_PROVIDERS, SpidProviders, SpidService } from './strategies/spid/index.js';
import { SweepJob } from './sweep.job.js';

@Global()
@Module({
  imports: [PlacesModule],
  controllers: [SessionController, ...SPID_CONTROLLERS],
  providers: [
    { provide: APP_GUARD, useClass: AccessGuard },
    {
      provide: SessionPool,
      inject: [Config],
      useFactory: (config: Config) => new SessionPool(config.databaseWebUrl, config.sessionPool),
    },
    SessionStore,
    SignInService,
    CitizensRepository,
    ParkedForms,
    ParkedFormsRepository,
    AuthWeb,
    SessionsRepository,
    SweepJob,
    ...SPID_PROVIDERS,
  ],
  exports: [SignInService, AuthWeb, SpidProviders, SpidService],
})
export class AuthModule {}
