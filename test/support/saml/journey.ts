import { load } from 'cheerio';
import type supertest from 'supertest';

type Browser = ReturnType<typeof supertest.agent>;
export type Way = 'spid' | 'cie' | 'eidas';

/** What a provider sends back through the browser. */
export interface Answer {
  SAMLResponse: string;
  RelayState: string;
}

/** Where each way's own button for the development provider stands. */
const DOORS = { spid: '/accedi', cie: '/accedi', eidas: '/eidas' } as const;

/**
 * From the page of providers to the development one's own page. @returns the address the portal leads to
 * @param door another page with such buttons (SPID for professional use, say)
 */
export async function leadsTo(
  browser: Browser,
  returnTo = '/bacheca',
  way: Way = 'spid',
  door: string = DOORS[way],
): Promise<string> {
  const page = await browser.get(door).query({ ritorno: returnTo });
  const $ = load(page.text);
  const form = $(`form[action="/${way}/accedi"]`).filter((_index, one) =>
    ($(one).find('input[name="idp"]').attr('value') ?? '').startsWith('http://127.0.0.1'),
  );
  const fields = form
    .find('input')
    .toArray()
    .map((one) => [$(one).attr('name') ?? '', $(one).attr('value') ?? '']);
  const started = await browser.get(`/${way}/accedi`).query(Object.fromEntries(fields) as Record<string, string>);
  if (started.status !== 302) throw new Error(`the portal answered ${started.status}`);
  return started.headers.location ?? '';
}

/** Presses the button with this label at the development provider. @returns what it sends back */
export async function press(address: string, label: string): Promise<Answer> {
  const page = await fetch(address);
  const $ = load(await page.text());
  const form = $('form')
    .filter((_index, one) => $(one).find('button').text().includes(label))
    .first();
  if (form.length === 0) throw new Error(`no button "${label}" at the provider: ${$('main').text()}`);
  const fields = new URLSearchParams(
    form
      .find('input')
      .toArray()
      .map((one) => [$(one).attr('name') ?? '', $(one).attr('value') ?? '']),
  );
  const answer = await fetch(new URL(form.attr('action') ?? '', address), { method: 'POST', body: fields });
  const back = load(await answer.text());
  const value = (name: string) => back(`input[name="${name}"]`).attr('value') ?? '';
  return { SAMLResponse: value('SAMLResponse'), RelayState: value('RelayState') };
}

/** Hands the answer to the portal. */
export function handBack(browser: Browser, answer: Partial<Answer>, way: Way = 'spid'): supertest.Test {
  return browser.post(`/${way}/acs`).set('Origin', 'http://127.0.0.1:3001').type('form').send(answer);
}

/** Signs in at the development provider as the person of this button. */
export async function signIn(
  browser: Browser,
  label = 'Entra come Maria Rossi, livello 2',
  returnTo = '/bacheca',
  way: Way = 'spid',
  door: string = DOORS[way],
): Promise<supertest.Response> {
  return handBack(browser, await press(await leadsTo(browser, returnTo, way, door), label), way);
}
