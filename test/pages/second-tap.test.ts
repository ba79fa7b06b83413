// On a slow line people press a button again and again: every form of every page, sent eight times at once.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Cheerio, CheerioAPI } from 'cheerio';
import type { Element } from 'domhandler';
import type { TestApp } from '../support/app.ts';
import { INVENTORY, type InventoryPage } from '../support/inventory.ts';
import { openPortals, type Portals } from '../support/portals.ts';
import { visit } from '../support/visit.ts';

const TAPS = 8;

interface Tapped {
  page: string;
  cookie: string;
  action: string;
  fields: Record<string, string>;
}

let portals: Portals;
let portal: TestApp;
before(async () => {
  portals = await openPortals();
  portal = portals.world.portal;
});
after(() => portals.close());

describe('a button pressed again and again', () => {
  it('never ends in an error of ours, whatever the form', async () => {
    const forms = await formsOfAllPages();
    assert.ok(forms.length >= 60, `${forms.length} forms`);
    const wrong: string[] = [];
    for (const form of forms) {
      const taps = Array.from({ length: TAPS }, () => tap(form));
      const bad = (await Promise.all(taps)).filter(({ status }) => status >= 500).map(({ status }) => status);
      if (bad.length > 0) wrong.push(`${form.action} (on "${form.page}"): ${bad.join(', ')}`);
    }
    assert.deepEqual(wrong, []);
  });
});

const tap = ({ action, cookie, fields }: Tapped) => visit(portal.url, action, { cookie, form: fields });

/** Those that end sessions come last: the others need them. */
async function formsOfAllPages(): Promise<Tapped[]> {
  const forms = new Map<string, Tapped>();
  for (const page of INVENTORY.filter(({ status, portal: other }) => status < 500 && !other)) {
    const { $ } = await portals.open(page);
    for (const form of formsOf($, page)) forms.set(`${form.action} ${Object.keys(form.fields).join(' ')}`, form);
  }
  const ends = ({ action }: Tapped) => Number(/^\/(operatore\/)?(esci|dati\/sessioni)/.test(action));
  return [...forms.values()].toSorted((one, other) => ends(one) - ends(other));
}

/** One for each button of each form that is sent to us, filled as the page fills it; of choices, the first. */
function formsOf($: CheerioAPI, { name, who }: InventoryPage): Tapped[] {
  const cookie = who === 'nobody' || who === 'leaving' ? '' : portals.world.people[who].cookie;
  return $('form[method=post]')
    .toArray()
    .filter((form) => form.attribs.action?.startsWith('/'))
    .flatMap((form) => {
      const fields = filled($(form));
      const buttons = $(form).find('button').toArray();
      return buttons.map(({ attribs }) => ({
        page: name,
        cookie,
        action: form.attribs.action!,
        fields: attribs.name ? { ...fields, [attribs.name]: attribs.value ?? '' } : fields,
      }));
    });
}

function filled(form: Cheerio<Element>): Record<string, string> {
  const fields: Record<string, string> = {};
  for (const radio of form.find('input[type=radio]').toArray()) fields[radio.attribs.name!] ??= radio.attribs.value!;
  for (const { name, value } of form.serializeArray()) fields[name] = value;
  return fields;
}
