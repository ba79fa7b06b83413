import { Global, Module, type DynamicModule } from '@nestjs/common';
import { Config } from '../config.js';
import { dataSource } from '../data-source.js';
import { Cards } from './card.js';
import { Clock } from './clock.js';
import { Keys } from './crypto.js';
import { Database, Sources } from './database.js';
import { ErasedParts } from './erased.js';
import { ExportedParts } from './exported.js';
import { Health } from './health.js';
import { HealthController } from './health.controller.js';
import { Patience } from './http-server.js';
import { Jobs } from './jobs.js';
import { LOG } from './log-token.js';
import { createLog, type Log } from './log.js';
import { Metrics } from './metrics.js';
import { Pages } from './pages.js';
import { Protocols } from './protocol.js';
import { ProtocolRepository } from './protocol.repository.js';
import { readStyle } from './style.js';
import { StaffPages } from './staff-pages.js';
import { Templates } from './templates.js';
import { Texts } from './texts.js';

/** What the program is given from outside. */
export interface Outside {
  config: Config;
  clock: Clock;
  log?: Log | undefined;
  patience?: Patience | undefined;
}

/** What every module stands on. Global, so that no module has to say that it needs a clock. */
@Global()
@Module({})
export class CommonModule {
  static with({ config, clock, log = createLog(config.logLevel), patience = new Patience() }: Outside): DynamicModule {
    const texts = new Texts(config.viewsDir);
    const templates = new Templates(config.viewsDir, texts);
    const pages = new Pages(config, templates, texts, readStyle(config.publicDir));
    const providers = [
      { provide: Config, useValue: config },
      { provide: Clock, useValue: clock },
      { provide: LOG, useValue: log },
      { provide: Patience, useValue: patience },
      { provide: Sources, useValue: sources(config) },
      { provide: Keys, useValue: new Keys(config.secret, config.previousSecrets) },
      { provide: Texts, useValue: texts },
      { provide: Templates, useValue: templates },
      { provide: Pages, useValue: pages },
      { provide: Cards, useValue: new Cards() },
      { provide: ExportedParts, useValue: new ExportedParts() },
      { provide: ErasedParts, useValue: new ErasedParts() },
      { provide: StaffPages, useValue: new StaffPages() },
      { provide: Metrics, useValue: new Metrics() },
      Database,
      Jobs,
      Health,
      Protocols,
      ProtocolRepository,
    ];
    return { module: CommonModule, controllers: [HealthController], providers, exports: providers };
  }
}

const ENTITIES = [`${import.meta.dirname}/../**/*.entity.js`];

/** A worker has a login of its own, which may do other things than the pages may. */
function sources(config: Config): Sources {
  const open = (url: string, pool: number, name: string) =>
    dataSource({ url, pool, name, patience: config.databasePatience, entities: ENTITIES });
  return new Sources(
    config.role === 'worker' ? null : open(config.databaseWebUrl, config.databasePool, 'myinps web'),
    config.role === 'web' ? null : open(config.databaseWorkerUrl, 4, 'myinps worker'),
  );
}
