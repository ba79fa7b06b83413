import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { load } from 'cheerio';
import type { Browser } from 'playwright-core';
import { openBrowser } from '../support/browser.ts';
import { Stage } from '../support/browser-checks.ts';
import { INVENTORY } from '../support/inventory.ts';
import { openPortals, type Portals } from '../support/portals.ts';
import type { Answer } from '../support/visit.ts';

/** Every page in Chromium, in Italian; the other engines, and other languages by all of them, are in test/nightly. */
let portals: Portals;
let browser: Browser;
let stage: Stage;

before(async () => {
  [portals, browser] = await Promise.all([openPortals(), openBrowser()]);
  stage = await Stage.open(await browser.newContext());
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
    await stage.show({
      path: '/',
      status: 200,
      headers: { 'content-type': 'text/html' },
      bytes: 0,
      html,
      $: load(html),
    });
    const found = (await stage.axe()).join('\n');
    for (const rule of ['html-has-lang', 'document-title', 'image-alt', 'label', 'color-contrast'])
      assert.match(found, new RegExp(`^${rule}:`, 'm'));
    assert.equal(stage.strays.length, 1);
    assert.equal(await stage.isStyled(), false);
    assert.ok((await stage.smallTargets()).length >= 2);
    assert.ok((await stage.hiddenFocus(2)).length === 2);
    assert.ok((await stage.cutByTextSpacing()).length >= 1);
    assert.equal((await stage.overflow(320)).length, 1);
    await stage.page.evaluate(() => document.querySelectorAll('main > div').forEach((one) => one.remove()));
    assert.equal((await stage.overflow(320)).length, 0);
    await stage.lengthen();
    assert.equal((await stage.overflow(200)).length, 1);
    assert.equal((await stage.overflow(1000)).length, 0);
    assert.equal((await stage.overflow(1000, 300)).length, 0, 'its letters are in px');
  });
});

describe('every page in a browser', () => {
  for (const entry of INVENTORY) {
    it(entry.name, async () => {
      const answer: Answer = await portals.open(entry);
      await stage.page.setViewportSize({ width: 1280, height: 900 });
      await stage.show(answer);
      assert.deepEqual(stage.strays, [], 'something else was loaded');
      assert.ok(await stage.isStyled(), 'the policy refuses the style');
      assert.deepEqual(await stage.hiddenFocus(4), [], 'focus');
      assert.deepEqual(await stage.hiddenChoice(), [], 'focus on a choice');
      assert.deepEqual(await stage.axe(), [], 'axe, light');
      await stage.darken();
      assert.deepEqual(await stage.axe(['color-contrast', 'link-in-text-block']), [], 'axe, dark');
      assert.deepEqual(await stage.overflow(320), [], 'reflow at 320 px');
      assert.deepEqual(await stage.smallTargets(), [], 'targets');
      assert.deepEqual(await stage.cutByTextSpacing(), [], 'text spacing');
      await stage.holdsLongWords();
    });
  }
});
