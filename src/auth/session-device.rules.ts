/** First that is found wins: Edge and Opera also say Chrome, Chrome also says Safari. */
const BROWSERS: readonly (readonly [RegExp, string])[] = [
  [/\bEdg(e|A|iOS)?\//, 'Edge'],
  [/\b(OPR|Opera)\b/, 'Opera'],
  [/\bSamsungBrowser\//, 'Samsung Internet'],
  [/\b(Firefox|FxiOS)\//, 'Firefox'],
  [/\b(Chrome|CriOS|Chromium)\//, 'Chrome'],
  [/\bSafari\//, 'Safari'],
  [/^Lynx\//, 'Lynx'],
  [/^w3m\//, 'w3m'],
];

const SYSTEMS: readonly (readonly [RegExp, string])[] = [
  [/\b(iPhone|iPad|iPod)\b/, 'iOS'],
  [/\bAndroid\b/, 'Android'],
  [/\bCrOS\b/, 'ChromeOS'],
  [/\bWindows\b/, 'Windows'],
  [/\b(Macintosh|Mac OS X)\b/, 'macOS'],
  [/\b(Linux|X11)\b/, 'Linux'],
];

export interface Device {
  /** '' when it is none of the well-known ones. */
  browser: string;
  system: string;
}

/**
 * The family of browser and system that a User-Agent names, 'Firefox/Windows'. Coarse on purpose: enough for a person
 * to recognise their own device, too little to follow one; no version, no model, no address is kept.
 */
export function deviceOf(userAgent: string | undefined): string {
  const text = (userAgent ?? '').slice(0, 400);
  return `${firstOf(BROWSERS, text)}/${firstOf(SYSTEMS, text)}`;
}

/** What deviceOf wrote, read back; anything else is an unknown device. */
export function readDevice(device: unknown): Device {
  const [browser = '', system = ''] = typeof device === 'string' ? device.split('/') : [];
  return { browser: known(BROWSERS, browser), system: known(SYSTEMS, system) };
}

function firstOf(list: typeof BROWSERS, text: string): string {
  return list.find(([pattern]) => pattern.test(text))?.[1] ?? '';
}

function known(list: typeof BROWSERS, name: string): string {
  return list.some(([, one]) => one === name) ? name : '';
}
