import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Config } from '../../../config.js';
import { keptKeys, selfSigned, type SigningKeys } from '../../saml/index.js';

/** The key and certificate that sign our requests and metadata. Injected under this class. */
export class SpidKeys implements SigningKeys {
  constructor(
    readonly key: string,
    readonly certificate: string,
  ) {}
}

/** From the files of the configuration; made at first run in development, never in production. */
export async function spidKeys(config: Config, now: Temporal.Instant): Promise<SpidKeys> {
  const { key, certificate } = config.spid;
  if (key && certificate) return new SpidKeys(readFileSync(key, 'utf8'), readFileSync(certificate, 'utf8'));
  if (config.production) throw new Error('SPID_KEY_FILE and SPID_CERTIFICATE_FILE are needed in production');
  const subject = {
    commonName: config.institute.shortName,
    organization: config.institute.fullName,
    uri: config.baseUrl.origin,
    organizationIdentifier: `PA:IT-${config.spid.ipaCode}`,
    locality: 'Roma',
  };
  // The certificate names our address, so another address has another one.
  const name = `spid-${config.baseUrl.host.replace(/[^a-z0-9.]+/gi, '-')}`;
  const kept = await keptKeys(join(config.dataDir, 'keys'), name, () => selfSigned(subject, now, 2048));
  return new SpidKeys(kept.key, kept.certificate);
}
