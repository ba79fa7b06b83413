import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { deviceOf, readDevice } from '#src/auth/session-device.rules.js';

const AGENTS: readonly (readonly [string, string])[] = [
  ['Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:143.0) Gecko/20100101 Firefox/143.0', 'Firefox/Windows'],
  [
    'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0',
    'Edge/Windows',
  ],
  [
    'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36 OPR/120.0.0.0',
    'Opera/Windows',
  ],
  [
    'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36',
    'Chrome/Linux',
  ],
  [
    'Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36',
    'Chrome/ChromeOS',
  ],
  [
    'Mozilla/5.0 (Linux; Android 16; SM-S931B) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/28.0 Chrome/130.0.0.0 Mobile Safari/537.36',
    'Samsung Internet/Android',
  ],
  [
    'Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.6 Mobile/15E148 Safari/604.1',
    'Safari/iOS',
  ],
  [
    'Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/140.0 Mobile/15E148 Safari/604.1',
    'Chrome/iOS',
  ],
  [
    'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.6 Safari/605.1.15',
    'Safari/macOS',
  ],
  ['Lynx/2.9.2 libwww-FM/2.14 SSL-MM/1.4.1 OpenSSL/3.5.1', 'Lynx/'],
  ['curl/8.15.0', '/'],
];

describe('the device of a session', () => {
  for (const [agent, device] of AGENTS)
    it(`is ${device} for ${agent.slice(0, 60)}`, () => assert.equal(deviceOf(agent), device));

  it('is unknown when the browser says nothing', () => assert.equal(deviceOf(undefined), '/'));

  it('keeps nothing of what the browser wrote', () => {
    assert.equal(deviceOf('<script>Firefox/1 secret@example 10.0.0.1'), 'Firefox/');
    assert.equal(deviceOf(`${'x'.repeat(500)} Firefox/1`), '/');
  });

  it('reads back only words of its own', () => {
    assert.deepEqual(readDevice('Firefox/Windows'), { browser: 'Firefox', system: 'Windows' });
    for (const odd of ['<b>/Windows', null, 7, '', 'Firefox', 'a/b/c']) {
      const { browser, system } = readDevice(odd);
      assert.ok(['', 'Firefox'].includes(browser) && ['', 'Windows'].includes(system), String(odd));
    }
  });
});
