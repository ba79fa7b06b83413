import { describe, it } from 'node:test';
import { LANGUAGES } from '#src/common/texts.js';
import { theatre } from '../support/browser-walk.ts';
import { INVENTORY } from '../support/inventory.ts';

const open = theatre();

/** Italian pages: browser.test.ts. */
for (const language of LANGUAGES.filter((one) => one !== 'it')) {
  describe(`every page on a narrow screen, ${language}`, () => {
    for (const entry of INVENTORY) {
      it(entry.name, async () => {
        await open.stage.show(await open.portals.open(entry, language));
        await open.stage.holdsLongWords();
      });
    }
  });
}
