import type { CnsListener, CnsTrust } from '../../auth/index.js';
import type { Clock } from '../../common/clock.js';
import type { Config } from '../../config.js';
import { devAuthority, type DevAuthority } from './authority.js';

export interface DevCardsOptions {
  readonly config: Config;
  readonly clock: Clock;
  readonly trust: CnsTrust;
  readonly listener: CnsListener;
}

/** Lets sample cards in, and opens the listener where they are presented with a certificate of the same authority. */
export async function startDevCards({ config, clock, trust, listener }: DevCardsOptions): Promise<DevAuthority> {
  const now = clock.now();
  const authority = await devAuthority(config.development?.keepKeys ? config.dataDir : null, now);
  trust.add(authority.certificate);
  await listener.open(await authority.issueListener(config.baseUrl.hostname, now));
  return authority;
}
