import { Global, Module } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { Health } from '../common/health.js';
import { Config } from '../config.js';
import { PlacesModule } from '../places/index.js';
import { AccessGuard } from './access.guard.js';
import { AuthErased } from './auth.erased.js';
import { AuthWeb } from './auth.web.js';
import { CitizensRepository } from './citizens.repository.js';
import { AuthExportsRepository } from './exports.repository.js';
import { ExportedIdentity } from './identity.exported.js';
import { ParkedForms } from './parked-forms.js';
import { ParkedFormsRepository } from './parked-forms.repository.js';
import { ExportedPin } from './pin.exported.js';
import { ExportedSessions } from './sessions.exported.js';
import { SessionsRepository } from './sessions.repository.js';
import { SessionController } from './session.controller.js';
import { SessionPool, SessionStore } from './session.store.js';
import { SessionsService } from './sessions.service.js';
import { SignInPageController } from './sign-in-page.controller.js';
import { SignInService } from './sign-in.service.js';
import { SAML_CONTROLLERS, SAML_PROVIDERS, SamlFederations } from './strategies/federations.js';
import { CNS_CONTROLLERS, CNS_PROVIDERS, CnsListener, CnsTrust } from './strategies/cns/index.js';
import { PIN_CONTROLLERS, PIN_PROVIDERS, PinDemonstration } from './strategies/pin/index.js';
import { SpidProviders } from './strategies/spid/index.js';
import { StepUpController } from './step-up.controller.js';
import { StepUpService } from './step-up.service.js';
import { STAFF_CONTROLLERS, STAFF_PROVIDERS, StaffIssuer } from './strategies/staff/index.js';
import { SweepJob } from './sweep.job.js';
import { WaysIn } from './ways-in.js';

@Global()
@Module({
  imports: [PlacesModule],
  controllers: [
    SessionController,
    SignInPageController,
    StepUpController,
    ...STAFF_CONTROLLERS,
    ...SAML_CONTROLLERS,
    ...CNS_CONTROLLERS,
    ...PIN_CONTROLLERS,
  ],
  providers: [
    { provide: APP_GUARD, useClass: AccessGuard },
    {
      provide: SessionPool,
      inject: [Config, Health],
      useFactory: (config: Config, health: Health) => {
        const pool = new SessionPool(config.databaseWebUrl, config.sessionPool, config.databasePatience);
        if (config.role !== 'worker') health.watch('sessions', pool);
        return pool;
      },
    },
    AuthErased,
    WaysIn,
    SessionStore,
    SignInService,
    CitizensRepository,
    ParkedForms,
    ParkedFormsRepository,
    AuthWeb,
    SessionsRepository,
    SessionsService,
    StepUpService,
    ...STAFF_PROVIDERS,
    SweepJob,
    AuthExportsRepository,
    ExportedIdentity,
    ExportedPin,
    ExportedSessions,
    ...SAML_PROVIDERS,
    ...CNS_PROVIDERS,
    ...PIN_PROVIDERS,
  ],
  exports: [
    WaysIn,
    SignInService,
    SessionsService,
    StaffIssuer,
    AuthWeb,
    SpidProviders,
    SamlFederations,
    CnsListener,
    CnsTrust,
    PinDemonstration,
  ],
})
export class AuthModule {}
