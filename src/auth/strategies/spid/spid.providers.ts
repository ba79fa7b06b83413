import { randomInt } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Inject, Injectable } from '@nestjs/common';
import { Config } from '../../../config.js';
import { Clock } from '../../../common/clock.js';
import { LOG } from '../../../common/log-token.js';
import type { Log } from '../../../common/log.js';
import { readProviders, type Provider } from '../../saml/index.js';

/** The identity providers people may choose: from every metadata file in SPID_METADATA_DIR, and the development one. */
@Injectable()
export class SpidProviders {
  private readonly known = new Map<string, Provider>();

  constructor(
    private readonly config: Config,
    private readonly clock: Clock,
    @Inject(LOG) private readonly log: Log,
  ) {
    const folder = config.spid.metadataDir;
    if (!folder) return;
    for (const file of readdirSync(folder).filter((name) => name.endsWith('.xml')).toSorted()) this.addFile(join(folder, file), file);
  }

  /** Adds (or renews) every provider of a metadata text. */
  add(metadata: string): void {
    const rules = { now: this.clock.now(), acceptExpired: this.config.spid.acceptExpiredProviders };
    for (const { provider, warnings } of readProviders(metadata, rules)) {
      if (this.config.production && !isSecure(provider)) throw new Error(`provider ${provider.entityId} is not reached by https`);
      for (const warning of warnings) this.log.warn({ provider: provider.entityId, warning }, 'SPID provider');
      this.known.set(provider.entityId, provider);
    }
  }

  find(entityId: unknown): Provider | null {
    return (typeof entityId === 'string' && this.known.get(entityId)) || null;
  }

  /** In another order for each visitor, as the rules ask, so that none is favoured. */
  shuffled(): Provider[] {
    const providers = [...this.known.values()];
    for (let last = providers.length - 1; last > 0; last--) {
      const other = randomInt(last + 1);
      [providers[last], providers[other]] = [providers[other]!, providers[last]!];
    }
    return providers;
  }

  /** Origins that forms of ours lead to (form-action of the page's policy). */
  origins(): string[] {
    const locations = [...this.known.values()].flatMap((provider) => Object.values(provider.signOn));
    return [...new Set(locations.map((location) => new URL(location).origin))].toSorted();
  }

  /** One unreadable file must not close every other way in. */
  private addFile(path: string, file: string): void {
    try {
      this.add(readFileSync(path, 'utf8'));
    } catch (error) {
      this.log.error({ err: error, file }, 'SPID metadata file not used');
    }
  }
}

function isSecure(provider: Provider): boolean {
  return [provider.entityId, ...Object.values(provider.signOn)].every((url) => !url.startsWith('http:'));
}
