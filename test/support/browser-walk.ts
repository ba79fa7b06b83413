import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Browser } from 'playwright-core';
import { openBrowser } from './browser.ts';
import { Stage } from './browser-checks.ts';
import { INVENTORY, type InventoryPage } from './inventory.ts';
import { openPortals, type Portals } from './portals.ts';

/** A tab and the portals of the inventory, for a file of tests. */
export function theatre(): { stage: Stage; portals: Portals } {
  const open = {} as { stage: Stage; portals: Portals };
  let browser: Browser;
  before(async () => {
    [open.portals, browser] = await Promise.all([openPortals(), openBrowser()]);
    open.stage = await Stage.open(await browser.newContext());
  });
  after(async () => {
    await browser.close();
    await open.portals.close();
  });
  return open;
}

/**
 * Pages of the inventory in Chromium, in Italian; the other engines, and other languages by all of them, are in
 * test/nightly. Three files share them: the longest of all tests, so they should run side by side.
 */
export function everyPageInABrowser(whose: string, which: (page: InventoryPage) => boolean, open = theatre()): void {
  describe(`every page in a browser: ${whose}`, () => {
    for (const entry of INVENTORY.filter(which)) {
      it(entry.name, async () => {
        const { stage } = open;
        const answer = await open.portals.open(entry);
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
}
