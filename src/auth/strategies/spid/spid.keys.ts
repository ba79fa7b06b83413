import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Log } from '../../../common/log.js';
import type { Config } from '../../../config.js';
import { faultsOf, keptKeys, selfSigned, type SigningKeys } from '../../saml/index.js';

/** The key and certificate that sign our requests and metadata. Injected under this class. */
export class SpidKeys implements SigningKeys {
  constructor(
    readonly key: string,
    readonly certificate: string,
  ) {}
}

/** From the files of the configuration; made at first run in development, never in production. */
export async function spidKeys(config: Config, now: Temporal.Instant, log: Log): Promise<SpidKeys> {
  const { key, certificate } = config.spid;
  if (key && certificate)
    return checked(new SpidKeys(readFileSync(key, 'utf8'), readFileSync(certificate, 'utf8')), config, now, log);
  if (config.production) throw new Error('SPID_KEY_FILE and SPID_CERTIFICATE_FILE are needed in production');
  const subject = {
    commonName: config.institute.shortName,
    organization: config.institute.fullName,
    uri: config.baseUrl.origin,
    organizationIdentifier: `PA:IT-${config.spid.ipaCode}`,
    locality: 'Roma',
  };
  // The certificate names our address, so another address has another one; and one kept from before it was as AgID asks.
  const name = `spid-avviso29-${config.baseUrl.host.replace(/[^a-z0-9.]+/gi, '-')}`;
  const kept = await keptKeys(join(config.dataDir, 'keys'), name, () => selfSigned(subject, now, 2048));
  return new SpidKeys(kept.key, kept.certificate);
}

/** A certificate of another key signs nothing that anybody would take; one that is merely not as AgID asks still works today. */
function checked(keys: SpidKeys, config: Config, now: Temporal.Instant, log: Log): SpidKeys {
  if (!new X509Certificate(keys.certificate).checkPrivateKey(createPrivateKey(keys.key)))
    throw new Error('SPID_CERTIFICATE_FILE is not the certificate of the key in SPID_KEY_FILE');
  const faults = faultsOf(keys.certificate, config.baseUrl.origin, now);
  if (faults.length > 0)
    log.warn({ faults }, 'AgID would refuse SPID_CERTIFICATE_FILE: npm run spid:certificate makes a good one');
  return keys;
}
