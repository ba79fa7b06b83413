import { dayFrom } from '../common/days.js';
import { isFiscalCode } from '../common/fiscal-code.js';
import type { Company, Domicile, Identity } from './identity.js';

/** What a SAML federation said and signed. */
export interface SamlFacts {
  readonly issuer: string;
  readonly level: 1 | 2 | 3;
  readonly nameId: string;
  readonly nameQualifier: string;
  readonly sessionIndex: string | null;
  readonly attributes: Readonly<Record<string, string>>;
}

export type IdentityReading =
  { ok: true; identity: Identity } | { ok: false; reason: 'fiscal-number' | 'date-of-birth' | 'spid-code' | 'company' };

/**
 * Reads a SPID identity; refuses a fiscal number or a date that cannot be (attributi.rst: `TINIT-` + code, ISO date).
 * @param today the day in Italy
 */
export function spidIdentity(
  facts: SamlFacts,
  today: Temporal.PlainDate,
  purpose: Identity['purpose'] = 'private',
): IdentityReading {
  const attribute = (name: string) => facts.attributes[name] ?? '';
  const fiscalCode = italianFiscalCode(attribute('fiscalNumber'));
  if (!fiscalCode) return { ok: false, reason: 'fiscal-number' };
  if (!isBirthday(attribute('dateOfBirth'), today)) return { ok: false, reason: 'date-of-birth' };
  const company = purpose === 'company' ? companyOf(attribute) : null;
  if (purpose === 'company' && !company) return { ok: false, reason: 'company' };
  return { ok: true, identity: { ...common(facts, 'spid'), fiscalCode, purpose, company } };
}

/** Reads a CIE identity: four attributes, no spidCode. */
export function cieIdentity(facts: SamlFacts, today: Temporal.PlainDate): IdentityReading {
  const fiscalCode = italianFiscalCode(facts.attributes.fiscalNumber ?? '');
  if (!fiscalCode) return { ok: false, reason: 'fiscal-number' };
  if (!isBirthday(facts.attributes.dateOfBirth ?? '', today)) return { ok: false, reason: 'date-of-birth' };
  return { ok: true, identity: { ...common(facts, 'cie'), fiscalCode, spidCode: null } };
}

/** Reads an identity of another European country: no fiscal code, the node's spidCode carries the PersonIdentifier. */
export function eidasIdentity(facts: SamlFacts, today: Temporal.PlainDate): IdentityReading {
  const identity = common(facts, 'eidas');
  if (!identity.spidCode || !/^[\x21-\x7e]+$/.test(identity.spidCode)) return { ok: false, reason: 'spid-code' };
  if (!isBirthday(identity.dateOfBirth, today)) return { ok: false, reason: 'date-of-birth' };
  return { ok: true, identity };
}

/** The oldest people on record reached 122; registers write 1 January 1900 for whose birthday they do not know. */
const OLDEST = { years: 150 } as const;

/** Whether somebody who is alive today can have been born on this day. */
function isBirthday(text: string | null, today: Temporal.PlainDate): boolean {
  const day = dayFrom(text);
  if (!day) return false;
  const { compare } = Temporal.PlainDate;
  return compare(day, today) <= 0 && compare(day, today.subtract(OLDEST)) > 0;
}

function common(facts: SamlFacts, method: 'spid' | 'cie' | 'eidas'): Identity {
  const attribute = (name: string) => facts.attributes[name] ?? '';
  return {
    method,
    level: facts.level,
    issuer: facts.issuer,
    fiscalCode: null,
    spidCode: bounded(attribute('spidCode'), 100),
    name: attribute('name').slice(0, 200),
    familyName: attribute('familyName').slice(0, 200),
    dateOfBirth: attribute('dateOfBirth'),
    gender: gender(attribute('gender')),
    placeOfBirth: bounded(attribute('placeOfBirth'), 10),
    email: bounded(attribute('email'), 254),
    mobile: bounded(attribute('mobilePhone').replace(/[\s.-]/g, ''), 30),
    domicile: domicile(facts.attributes),
    nameId: facts.nameId,
    nameQualifier: facts.nameQualifier,
    sessionIndex: facts.sessionIndex,
    purpose: 'private',
    company: null,
  };
}

/** `TINIT-` or `VATIT-` and eleven digits whose last one checks, or the fiscal code of a sole proprietorship's owner. */
function companyOf(attribute: (name: string) => string): Company | null {
  const name = bounded(attribute('companyName'), 200);
  const said = attribute('companyFiscalNumber');
  const digits = /^(?:TINIT|VATIT)-(\d{11})$/.exec(said)?.[1];
  const fiscalNumber = digits && isCompanyNumber(digits) ? digits : italianFiscalCode(said);
  return name && fiscalNumber ? { name, fiscalNumber } : null;
}

/** The last digit of a partita IVA (D.M. 23 December 1976, art. 9; Luhn's formula). */
function isCompanyNumber(digits: string): boolean {
  const sum = [...digits].reduce((total, digit, index) => {
    const value = Number(digit) * (index % 2 === 0 ? 1 : 2);
    return total + (value > 9 ? value - 9 : value);
  }, 0);
  return sum % 10 === 0 && digits !== '00000000000';
}

/** `TINIT-` and the code, in capital letters (attributi.rst). */
function italianFiscalCode(value: string): string | null {
  const code = value.startsWith('TINIT-') ? value.slice('TINIT-'.length) : '';
  return isFiscalCode(code) ? code : null;
}

function gender(value: string): 'F' | 'M' | null {
  return value === 'F' || value === 'M' ? value : null;
}

/** A value too long for what it should be is dropped, not cut: half an address is a wrong one. */
function bounded(value: string, length: number): string | null {
  return value !== '' && value.length <= length ? value : null;
}

function domicile(attributes: Readonly<Record<string, string>>): Domicile | null {
  const part = (name: string) => bounded(attributes[name] ?? '', 200);
  const municipality = part('domicileMunicipality');
  if (!municipality) return null;
  return {
    street: part('domicileStreetAddress'),
    postalCode: part('domicilePostalCode'),
    municipality,
    province: part('domicileProvince'),
    nation: part('domicileNation'),
  };
}
