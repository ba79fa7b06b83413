import { Module, type DynamicModule, type ModuleMetadata } from '@nestjs/common';
import { AppointmentsModule } from './appointments/index.js';
import { AuditModule } from './audit/index.js';
import { AuthModule } from './auth/index.js';
import { BackofficeModule } from './backoffice/index.js';
import { CommonModule, type Outside } from './common/common.module.js';
import { ContactModule } from './contact/index.js';
import { DashboardModule } from './dashboard/index.js';
import { NotificationsModule } from './notifications/index.js';
import { PlacesModule } from './places/index.js';
import { ProfileModule } from './profile/index.js';
import { TransportModule } from './transport/index.js';

/** The list of modules, lowest layer first. */
@Module({})
export class AppModule {
  static async with(outside: Outside): Promise<DynamicModule> {
    const imports: NonNullable<ModuleMetadata['imports']> = [
      CommonModule.with(outside),
      PlacesModule,
      AuditModule,
      TransportModule,
      AuthModule,
      ProfileModule,
      NotificationsModule,
      AppointmentsModule,
      ContactModule,
      DashboardModule,
      BackofficeModule,
    ];
    if (outside.config.development) imports.push(await developmentDoubles());
    return { module: AppModule, imports };
  }
}

/** The doubles are loaded from here alone, and are not in the production image. */
async function developmentDoubles(): Promise<NonNullable<ModuleMetadata['imports']>[number]> {
  const { DevModule } = await import('./dev/index.js');
  return DevModule;
}
