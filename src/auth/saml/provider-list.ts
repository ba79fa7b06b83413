import { randomInt } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { OnApplicationShutdown } from '@nestjs/common';
import { romeDate, type Clock } from '../../common/clock.js';
import type { Log } from '../../common/log.js';
import { readProviders, type Provider } from './provider.js';
import { readRegistry } from './registry.js';

export interface ProviderListOptions {
  readonly federation: 'SPID' | 'CIE' | 'eIDAS';
  /** Folder with metadata files (.xml) and registry files (.json); null when there is none. */
  readonly folder: string | null;
  readonly acceptExpired: boolean;
  readonly byPost: readonly string[];
  readonly production: boolean;
}

/** New metadata are taken up this often, without a restart: a provider that rolls over its key warns days before. */
const LOOK_EVERY_MS = 120_000;

/**
 * The identity providers of one federation: from every file in its folder, and the development one. Only local files:
 * no sign-in ever waits for a provider's server to hand out metadata.
 */
export class ProviderList implements OnApplicationShutdown {
  private files = new Map<string, Provider[]>();
  private readonly added = new Map<string, Provider>();
  private known: ReadonlyMap<string, Provider> = new Map();
  private seen = '';
  private readonly timer: NodeJS.Timeout;

  constructor(
    private readonly options: ProviderListOptions,
    private readonly clock: Clock,
    private readonly log: Log,
  ) {
    this.refresh();
    this.timer = setInterval(() => this.refresh(), LOOK_EVERY_MS).unref();
  }

  onApplicationShutdown(): void {
    clearInterval(this.timer);
  }

  /** Adds (or renews) every provider of a metadata text. */
  add(metadata: string): void {
    for (const provider of this.read(metadata, 'xml')) this.added.set(provider.entityId, provider);
    this.gather();
  }

  find(entityId: unknown): Provider | null {
    return (typeof entityId === 'string' && this.known.get(entityId)) || null;
  }

  get all(): readonly Provider[] {
    return [...this.known.values()];
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

  /** Reads the folder again when a file changed, or on a new day (a certificate may have ended). */
  refresh(): void {
    const { folder, federation } = this.options;
    if (!folder) return;
    try {
      const names = readdirSync(folder)
        .filter((name) => /\.(xml|json)$/.test(name))
        .toSorted();
      const marks = names.map((name) => [
        name,
        statSync(join(folder, name)).mtimeMs,
        statSync(join(folder, name)).size,
      ]);
      const seen = JSON.stringify([romeDate(this.clock.now()).toString(), marks]);
      if (seen === this.seen) return;
      this.seen = seen;
      this.files = new Map(names.map((name) => [name, this.readFile(folder, name)]));
      this.gather();
    } catch (error) {
      this.log.error({ err: error, event: 'saml.metadata-unreadable', federation }, 'metadata folder not read');
    }
  }

  /** One unreadable file closes no other way in, and not even its own while what it said before is known. */
  private readFile(folder: string, name: string): Provider[] {
    const { federation } = this.options;
    try {
      return this.read(readFileSync(join(folder, name), 'utf8'), name.endsWith('.json') ? 'json' : 'xml');
    } catch (error) {
      this.log.error(
        { err: error, event: 'saml.metadata-unreadable', federation, file: name },
        'metadata file not used',
      );
      return this.files.get(name) ?? [];
    }
  }

  private read(text: string, form: 'xml' | 'json'): Provider[] {
    const { federation, acceptExpired, byPost } = this.options;
    const onUnusable = (error: unknown) =>
      this.log.error({ err: error, event: 'saml.provider-unusable', federation }, 'identity provider not used');
    const rules = { now: this.clock.now(), acceptExpired, byPost, onUnusable };
    return (form === 'json' ? readRegistry : readProviders)(text, rules).flatMap(({ provider, warnings }) => {
      const { entityId } = provider;
      for (const warning of warnings)
        this.log.warn({ event: 'saml.provider-warning', federation, provider: entityId, warning }, 'identity provider');
      // The development provider is reached by http: production refuses it, whatever folder its metadata are put in.
      if (!this.options.production || isSecure(provider)) return [provider];
      onUnusable(new Error(`provider ${entityId} is not reached by https`));
      return [];
    });
  }

  private gather(): void {
    const all = [...[...this.files.values()].flat(), ...this.added.values()];
    this.known = new Map(all.map((provider) => [provider.entityId, provider]));
  }
}

function isSecure(provider: Provider): boolean {
  const { entityId, signOn, logout, logoutAnswers } = provider;
  const urls = [entityId, ...[signOn, logout, logoutAnswers].flatMap((one) => Object.values(one))];
  return urls.every((url) => !url.startsWith('http:'));
}
