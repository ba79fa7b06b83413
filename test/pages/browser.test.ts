import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { load } from 'cheerio';
import type { Browser } from 'playwright-core';
import { LANGUAGES } from '#src/common/texts.js';
import { openBrowser } from '../support/browser.ts';
import { Stage } from '../support/browser-checks.ts';
import { INVENTORY } from '../support/inventory.ts';
import { openPortals, type Portals } from '../support/portals.ts';
import type { Answer } from '../support/visit.ts';

/** Every page in Chromium, in Italian; the other engines, and other languages by all of them, are in test/nightly. */
let portals: Portals;
let browser: Browser;
let light: Stage;
let dark: Stage;

before(async () => {
  [portals, browser] = await Promise.all([openPortals(), openBrowser()]);
  light = await Stage.open(await browser.newContext({ viewport: { width: 1280, height: 900 }, colorScheme: 'light' }));
  dark = await Stage.open(await browser.newContext({ viewport: { width: 1280, height: 900 }, colorScheme: 'dark' }));
});
after(async () => {
  await browser.close();
  await portals.close();
});

describe('these checks', () => {
  it('are awake: a bad page is seen through', async () => {
    const html =
      '<!DOCTYPE html><html><head><title></title></head><body style="font: 10px sans-serif; margin: 0"><style>:focus { outline: 0 }</style><main>' +
      '<a href="/">a</a><a href="/b">b</a><img src="/x.png"><input><p style="color: #ccc; background: #fff">pale</p>' +
      '<div style="width: 700px; height: 12px; overflow: hidden">cut where lines grow <br> and here</div></main></body></html>';
    await light.show({
      path: '/',
      status: 200,
      headers: { 'content-type': 'text/html' },
      bytes: 0,
      html,
      $: load(html),
    });
    const found = (await light.axe()).join('\n');
    for (const rule of ['html-has-lang', 'document-title', 'image-alt', 'label', 'color-contrast'])
      assert.match(found, new RegExp(`^${rule}:`, 'm'));
    assert.equal(light.strays.length, 1);
    assert.equal(await light.isStyled(), false);
    assert.ok((await light.smallTargets()).length >= 2);
    assert.ok((await light.hiddenFocus(2)).length === 2);
    assert.ok((await light.cutByTextSpacing()).length >= 1);
    assert.equal((await light.overflow(320)).length, 1);
    await light.page.evaluate(() => document.querySelectorAll('main > div').forEach((one) => one.remove()));
    assert.equal((await light.overflow(320)).length, 0);
    await light.lengthen();
    assert.equal((await light.overflow(200)).length, 1);
    assert.equal((await light.overflow(1000)).length, 0);
    assert.equal((await light.overflow(1000, 300)).length, 0, 'its letters are in px');
  });
});

describe('every page in a browser', () => {
  for (const entry of INVENTORY) {
    it(entry.name, async () => {
      const answer: Answer = await portals.open(entry);
      await light.page.setViewportSize({ width: 1280, height: 900 });
      await Promise.all([light.show(answer), dark.show(answer)]);
      assert.deepEqual(light.strays, [], 'something else was loaded');
      assert.ok(await light.isStyled(), 'the policy refuses the style');
      assert.deepEqual(await light.hiddenFocus(4), [], 'focus');
      assert.deepEqual(await light.hiddenChoice(), [], 'focus on a choice');
      assert.deepEqual(await light.axe(), [], 'axe, light');
      assert.deepEqual(await dark.axe(['color-contrast', 'link-in-text-block']), [], 'axe, dark');
      assert.deepEqual(await light.overflow(320), [], 'reflow at 320 px');
      assert.deepEqual(await light.smallTargets(), [], 'targets');
      assert.deepEqual(await light.cutByTextSpacing(), [], 'text spacing');
    });
  }
});

for (const language of LANGUAGES) {
  describe(`every page on a narrow screen, ${language}`, () => {
    for (const entry of INVENTORY) {
      it(entry.name, async () => {
        await light.show(await portals.open(entry, language));
        // 320 px are also 1280 at 400 % (WCAG 1.4.10); the letters alone at 200 %: 1.4.4.
        assert.deepEqual(await light.overflow(320), [], '320 px');
        assert.deepEqual(await light.overflow(360, 200), [], '360 px, letters twice as large');
        await light.lengthen();
        assert.deepEqual(await light.overflow(320), [], '320 px, long words');
        assert.deepEqual(await light.overflow(360, 200), [], '360 px, letters twice as large, long words');
      });
    }
  });
}
