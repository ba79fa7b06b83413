import assert from 'node:assert/strict';
import type { Browser, Page } from 'playwright-core';
import { PATIENCE_MS } from './process.ts';

/** The public address of the portal in tests; the browser is told where it really is. */
export const PORTAL = 'http://localhost:3000';

/** Somebody at a browser of their own, with their own cookies, without JavaScript, who uses the keyboard. */
export class Person {
  readonly page: Page;

  private constructor(page: Page) {
    this.page = page;
  }

  static async at(chromium: Browser, address: string): Promise<Person> {
    const context = await chromium.newContext({ javaScriptEnabled: false, locale: 'it-IT' });
    const page = await context.newPage();
    page.setDefaultTimeout(PATIENCE_MS);
    await page.goto(PORTAL + address);
    return new Person(page);
  }

  async press(...buttons: string[]): Promise<this> {
    for (const name of buttons) await this.go('button', name);
    return this;
  }

  async follow(...links: string[]): Promise<this> {
    for (const name of links) await this.go('link', name);
    return this;
  }

  async open(address: string): Promise<this> {
    await this.page.goto(PORTAL + address);
    return this;
  }

  /** By the keyboard: what has the focus and is a button or a link answers to Enter. */
  private async go(role: 'button' | 'link', name: string): Promise<void> {
    const one = this.page.getByRole(role, { name }).first();
    await one.focus();
    await Promise.all([this.page.waitForNavigation(), one.press('Enter')]);
  }

  /** The path, without the fragment that only moves the focus. */
  get path(): string {
    const { origin, pathname, search } = new URL(this.page.url());
    assert.equal(origin, PORTAL);
    return pathname + search;
  }

  async text(part = 'main'): Promise<string> {
    return ((await this.page.locator(part).first().textContent()) ?? '').replaceAll(/\s+/gu, ' ');
  }

  /** In the right place, under the right name. */
  async isIn(name: string, path = '/bacheca'): Promise<void> {
    assert.equal(this.path, path);
    const home = this.page.getByRole('banner').getByRole('link', { name, exact: true });
    assert.equal(await home.count(), 1, `${name} in the header: ${await this.text('header')}`);
  }

  /** "Esci": out, and no page of theirs opens any more. */
  async leaves({ button = 'Esci', provider = '' } = {}): Promise<void> {
    await this.press(button);
    const { path } = this;
    assert.equal(path, provider ? '/esci' : '/');
    assert.equal(await this.page.getByRole('link', { name: `Esci anche da ${provider}` }).count(), provider ? 1 : 0);
    assert.equal(await this.page.locator('form[action="/esci"]').count(), 0, 'nobody in the header');
    await this.open('/bacheca');
    assert.equal(this.path, '/accedi?ritorno=%2Fbacheca');
  }
}
