// The secrets of this installation, for commands of the owner's: as the program reads them (src/config.ts).
import { Keys } from '#src/common/crypto.js';
import { ToMend } from './plain.mjs';

/** @param own the secret of an embedded installation, used when SECRET says none */
export function keysOfInstallation(own: string, env: Readonly<Record<string, string | undefined>> = process.env): Keys {
  const secret = env.SECRET?.trim() || own;
  const previous = (env.SECRET_PREVIOUS ?? '')
    .split(',')
    .map((one) => one.trim())
    .filter(Boolean);
  if (!secret) throw new ToMend('SECRET is missing: set it as the program has it (docs/operations.md).');
  if ([secret, ...previous].some((one) => one.length < 40))
    throw new ToMend('SECRET and each of SECRET_PREVIOUS must have at least 40 characters.');
  return new Keys(secret, previous);
}
