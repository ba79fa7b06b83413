import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { Audit, Outcome } from '@siteimprove/alfa-act';
import { Playwright } from '@siteimprove/alfa-playwright';
import rules from '@siteimprove/alfa-rules';
import type { Browser, Page } from 'playwright-core';
import { LANGUAGES } from '#src/common/texts.js';
import { openBrowser } from '../support/browser.ts';
import { Stage } from '../support/browser-checks.ts';
import { INVENTORY } from '../support/inventory.ts';
import { openPortals, type Portals } from '../support/portals.ts';

/** Every page, in every language, light and dark, by axe-core and Siteimprove Alfa: no engine finds everything. */
let portals: Portals;
let browser: Browser;

/** Alfa's rules beyond AA: targets of 44 px, enhanced contrast, spacing of lines and paragraphs. */
const BEYOND = new Set(['sia-r111', 'sia-r66', 'sia-r73', 'sia-r74', 'sia-r75', 'sia-r93']);

before(async () => {
  [portals, browser] = await Promise.all([openPortals(), openBrowser()]);
});
after(async () => {
  await browser.close();
  await portals.close();
});

describe('Alfa', () => {
  it('is awake: a bad page is seen through', async () => {
    const page = await browser.newPage();
    await page.setContent(
      '<html><body><img src="x"><input><p style="color: #ddd; background: #fff">pale</p></body></html>',
    );
    const found = (await alfa(page)).join('\n');
    for (const rule of ['sia-r1 ', 'sia-r2 ', 'sia-r4 ', 'sia-r8 ', 'sia-r69 '])
      assert.ok(found.includes(rule), `${rule} in ${found}`);
    await page.close();
  });
});

for (const colorScheme of ['light', 'dark'] as const) {
  for (const language of LANGUAGES) {
    describe(`every page, ${language}, ${colorScheme}`, () => {
      let stage: Stage;
      before(async () => {
        stage = await Stage.open(await browser.newContext({ viewport: { width: 1280, height: 900 }, colorScheme }));
      });
      after(() => stage.page.context().close());
      for (const entry of INVENTORY) {
        it(entry.name, async () => {
          const answer = await portals.open(entry, language);
          await stage.page.setViewportSize({ width: 1280, height: 900 });
          await stage.show(answer);
          assert.deepEqual(await alfa(stage.page), [], 'Alfa');
          assert.deepEqual(await stage.axe(), [], 'axe');
          assert.deepEqual(await stage.overflow(320), [], 'reflow at 320 px');
          assert.deepEqual(await stage.cutByTextSpacing(), [], 'text spacing at 320 px');
          assert.deepEqual(await stage.smallTargets(), [], 'targets at 320 px');
          assert.deepEqual(await stage.axe(), [], 'axe at 320 px');
        });
      }
    });
  }
}

/** @returns one line for each failure up to level AA */
async function alfa(page: Page): Promise<string[]> {
  const document = await page.evaluateHandle(() => globalThis.document);
  const outcomes = await Audit.of(await Playwright.toPage(document), rules).evaluate();
  const failed = [...outcomes].filter((outcome) => Outcome.isFailed(outcome));
  return failed
    .map(({ rule, target }) => `${rule.uri.split('/').at(-1)} ${String(target).replaceAll(/\s+/gu, ' ').slice(0, 200)}`)
    .filter((line) => !BEYOND.has(line.split(' ')[0]!));
}
