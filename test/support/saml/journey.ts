import { load } from 'cheerio';
import type supertest from 'supertest';

type Browser = ReturnType<typeof supertest.agent>;

/** What a provider sends back through the browser. */
export interface Answer {
  SAMLResponse: string;
  RelayState: string;
}

/** From the page of providers to the development one's own page. @returns the address the portal leads to */
export async function leadsTo(browser: Browser, returnTo = '/bacheca'): Promise<string> {
  const page = await browser.get('/accedi').query({ ritorno: returnTo });
  const $ = load(page.text);
  const form = $('form[action="/spid/accedi"]').filter((_index, one) => $(one).find('button').text().includes('prova'));
  const idp = form.find('input[name="idp"]').attr('value') ?? '';
  const started = await browser
    .get('/spid/accedi')
    .query({ idp, ritorno: form.find('input[name="ritorno"]').attr('value') });
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
export function handBack(browser: Browser, answer: Partial<Answer>): supertest.Test {
  return browser.post('/spid/acs').set('Origin', 'http://127.0.0.1:3001').type('form').send(answer);
}

/** Signs in at the development provider as the person of this button. */
export async function signIn(
  browser: Browser,
  label = 'Entra come Maria Rossi, livello 2',
  returnTo = '/bacheca',
): Promise<supertest.Response> {
  return handBack(browser, await press(await leadsTo(browser, returnTo), label));
}
