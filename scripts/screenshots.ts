// `npm run screenshots`: every page of the inventory at three widths, light and dark, into .data/screenshots, to be
// looked at. A name after the command takes only the pages that contain it. Runs on databases of its own, like a test.
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { openBrowser } from '../test/support/browser.ts';
import { Stage } from '../test/support/browser-checks.ts';
import { INVENTORY } from '../test/support/inventory.ts';
import { openPortals } from '../test/support/portals.ts';

const WIDTHS = [320, 768, 1280];
const SCHEMES = ['light', 'dark'] as const;
const wanted = process.env.SCREENSHOTS ?? '';
const language = process.env.SCREENSHOTS_LANGUAGE ?? 'it';
const folder = path.resolve(process.env.DATA_DIR ?? '.data', 'screenshots');

test('screenshots', async () => {
  mkdirSync(folder, { recursive: true });
  const [portals, browser] = await Promise.all([openPortals(), openBrowser()]);
  try {
    for (const scheme of SCHEMES) {
      const stage = await Stage.open(await browser.newContext({ colorScheme: scheme }));
      for (const entry of INVENTORY.filter(({ name }) => name.includes(wanted))) {
        await stage.show(await portals.open(entry, language));
        for (const width of WIDTHS) {
          await stage.page.setViewportSize({ width, height: 900 });
          const file = `${entry.name.replaceAll(/[^a-z0-9]+/giu, '-')}.${width}.${scheme}.png`;
          await stage.page.screenshot({ path: path.join(folder, file), fullPage: true });
        }
      }
    }
  } finally {
    await browser.close();
    await portals.close();
  }
});
