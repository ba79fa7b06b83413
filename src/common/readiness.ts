import { Injectable, type BeforeApplicationShutdown } from '@nestjs/common';
import { system } from './actor.js';
import { Database } from './database.js';

/** Whether this process should be sent requests. */
@Injectable()
export class Readiness implements BeforeApplicationShutdown {
  private stopping = false;

  constructor(private readonly db: Database) {}

  /** From now on balancers send no new requests here; those under way are finished. */
  stop(): void {
    this.stopping = true;
  }

  beforeApplicationShutdown(): void {
    this.stop();
  }

  async check(): Promise<boolean> {
    if (this.stopping) return false;
    try {
      await this.db.actingAs(system('public'), () => this.db.ping());
      return true;
    } catch {
      return false;
    }
  }
}
