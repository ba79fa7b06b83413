import { after, before, describe, it } from 'node:test';
import type { Browser } from 'playwright-core';
import { LANGUAGES } from '#src/common/texts.js';
import { openBrowser } from '../support/browser.ts';
import { Stage } from '../support/browser-checks.ts';
import { INVENTORY } from '../support/inventory.ts';
import { openPortals, type Portals } from '../support/portals.ts';

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

/** Italian pages: browser.test.ts. */
for (const language of LANGUAGES.filter((one) => one !== 'it')) {
  describe(`every page on a narrow screen, ${language}`, () => {
    for (const entry of INVENTORY) {
      it(entry.name, async () => {
        await stage.show(await portals.open(entry, language));
        await stage.holdsLongWords();
      });
    }
  });
}
