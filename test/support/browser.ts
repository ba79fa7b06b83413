import { existsSync } from 'node:fs';
import { chromium, type Browser } from 'playwright-core';

/** Quiet, and able to run as root in a container. */
const SWITCHES = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/**
 * Headless Chromium with a fresh profile: the one CHROMIUM_PATH names, the machine's, or the one that comes from npm.
 * @param hosts `MAP localhost:3000 127.0.0.1:4711` lets it reach the portal by the name that its pages use
 */
export async function openBrowser(hosts = ''): Promise<Browser> {
  const args = hosts ? [...SWITCHES, `--host-resolver-rules=${hosts}`] : SWITCHES;
  return chromium.launch({ executablePath: await executable(), args, headless: true });
}

async function executable(): Promise<string> {
  const { CHROMIUM_PATH } = process.env;
  if (CHROMIUM_PATH) return CHROMIUM_PATH;
  if (existsSync('/usr/bin/chromium')) return '/usr/bin/chromium';
  const { default: packed } = await import('@sparticuz/chromium');
  return packed.executablePath();
}
