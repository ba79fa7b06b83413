import type { Translate } from '../common/texts.js';
import { readDevice } from './session-device.rules.js';

const METHODS = ['spid', 'cie', 'cns', 'eidas', 'pin'];

/** 'SPID, livello 2': how somebody was recognised. */
export function methodName(t: Translate, method: unknown, level: unknown): string {
  const named = METHODS.find((one) => one === method) ?? 'other';
  const name = t(`sessions.method-${named}`);
  return named === 'spid' || named === 'eidas'
    ? t('sessions.method-level', { method: name, level: String(level) })
    : name;
}

/** 'Firefox su Windows', as much as is known. */
export function deviceName(t: Translate, device: unknown): string {
  const { browser, system } = readDevice(device);
  if (browser && system) return t('sessions.device', { browser, system });
  return browser || system || t('sessions.device-unknown');
}
