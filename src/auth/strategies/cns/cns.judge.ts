import { Injectable } from '@nestjs/common';
import { Config } from '../../../config.js';
import { Clock } from '../../../common/clock.js';
import { isFiscalCode } from '../../../common/fiscal-code.js';
import type { Identity } from '../../identity.js';
import { fiscalCodeOf } from './card.rules.js';
import { trustedPath } from './certificate-path.js';
import { readCertificate, type Certificate } from './certificate.js';
import { CnsTrust } from './cns.trust.js';
import { CnsRefusal, must, type CnsReason } from './refusal.js';
import { RevocationLists } from './revocation.js';

/** What a browser presented: the certificate of the card, and those it sent along. */
export interface Presented {
  readonly card: Buffer;
  readonly others: readonly Buffer[];
}

export type CardVerdict = { ok: true; identity: Identity } | { ok: false; reason: CnsReason };

/** CNS, and the chip of the electronic identity card: no other policy of the same authorities is an identity card. */
const POLICIES: ReadonlySet<string> = new Set(['1.3.76.16.2.1', '1.3.76.47.4']);
const ANY_POLICY = '2.5.29.32.0';
const CLIENT_AUTHENTICATION = '1.3.6.1.5.5.7.3.2';
const COMMON_NAME = '2.5.4.3';
const COUNTRY = '2.5.4.6';
const SURNAME = '2.5.4.4';
const GIVEN_NAME = '2.5.4.42';

/** Judges the certificate of a card (identity.md, CNS): chain, dates, policy, usage, holder, revocation. */
@Injectable()
export class CnsJudge {
  private readonly revocation: RevocationLists;

  constructor(
    config: Config,
    private readonly trust: CnsTrust,
    private readonly clock: Clock,
  ) {
    this.revocation = new RevocationLists(config.cns.revocationDir);
  }

  async judge(presented: Presented | null): Promise<CardVerdict> {
    try {
      must(presented, 'no-certificate');
      const card = readCertificate(presented.card);
      must(card, 'unreadable');
      const others = presented.others.map(readCertificate).filter((one) => one !== null);
      return { ok: true, identity: await this.identityOf(card, others) };
    } catch (error) {
      if (error instanceof CnsRefusal) return { ok: false, reason: error.reason };
      throw error;
    }
  }

  private async identityOf(card: Certificate, others: readonly Certificate[]): Promise<Identity> {
    const now = this.clock.now();
    const path = trustedPath(card, others, this.trust.authorities, now);
    must(!card.isBefore(now), 'not-yet-valid');
    must(!card.isAfter(now), 'expired');
    checkCard(card, path.slice(1, -1));
    const identity = holder(card);
    await this.revocation.check(path, now);
    return identity;
  }
}

function checkCard(card: Certificate, between: readonly Certificate[]): void {
  const own = card.policies?.filter((policy) => POLICIES.has(policy)) ?? [];
  const allowed = between.every(
    ({ policies }) => policies === null || policies.some((one) => one === ANY_POLICY || own.includes(one)),
  );
  must(own.length > 0 && allowed, 'policy');
  must(card.understood, 'critical-extension');
  must(!card.isAuthority && card.signsClientMessages, 'usage');
  must(card.extendedUsages.includes(CLIENT_AUTHENTICATION), 'usage');
  must(card.hasStrongKey, 'weak-key');
}

function holder({ parsed }: Certificate): Identity {
  const field = (type: string): string => {
    const [value, ...more] = parsed.subjectName.getField(type);
    must(value && more.length === 0 && value.length <= 200, 'subject');
    return value;
  };
  must(field(COUNTRY) === 'IT', 'subject');
  const fiscalCode = fiscalCodeOf(field(COMMON_NAME));
  must(fiscalCode, 'subject');
  must(isFiscalCode(fiscalCode), 'fiscal-code');
  return {
    method: 'cns',
    level: 3,
    issuer: parsed.issuer.slice(0, 500),
    fiscalCode,
    spidCode: null,
    name: field(GIVEN_NAME),
    familyName: field(SURNAME),
    dateOfBirth: null,
    gender: null,
    placeOfBirth: null,
    email: null,
    mobile: null,
    domicile: null,
    nameId: null,
    nameQualifier: null,
    sessionIndex: null,
    purpose: 'private',
  };
}
