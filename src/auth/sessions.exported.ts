import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { Acting } from '../common/acting.js';
import { Clock } from '../common/clock.js';
import { recordOf } from '../common/exported-records.js';
import { ExportedParts, type Exported, type ExportedRecord } from '../common/exported.js';
import type { Translate } from '../common/texts.js';
import { deviceName, methodName } from './session.views.js';
import { SessionsRepository } from './sessions.repository.js';

/** The sessions that are open: what the page of sessions shows. Those that ended are in the record of accesses. */
@Injectable()
export class ExportedSessions implements Exported, OnModuleInit {
  readonly id = 'sessioni';
  readonly order = 80;
  readonly titleKey = 'export.part-sessions';
  readonly tables = ['session'];
  readonly columns = [
    { name: 'public_id', titleKey: 'export.column-number' },
    { name: 'method', titleKey: 'export.column-code-method' },
    { name: 'method_text', titleKey: 'export.column-method' },
    { name: 'level', titleKey: 'export.column-level' },
    { name: 'device', titleKey: 'export.column-code-device' },
    { name: 'device_text', titleKey: 'export.column-device' },
    { name: 'created_at', titleKey: 'export.column-opened-at' },
    { name: 'touched_at', titleKey: 'export.column-touched-at' },
  ];

  constructor(
    private readonly parts: ExportedParts,
    private readonly sessions: SessionsRepository,
    private readonly clock: Clock,
  ) {}

  onModuleInit(): void {
    this.parts.register(this);
  }

  async *records(_acting: Acting, t: Translate): AsyncGenerator<ExportedRecord[]> {
    const open = await this.sessions.own(this.clock.now());
    yield open.map((session) =>
      recordOf(this.columns, {
        ...session,
        method_text: methodName(t, session.method, session.level),
        device_text: deviceName(t, session.device),
      }),
    );
  }
}
