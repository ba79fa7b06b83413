import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { load } from 'cheerio';
import { everyPageInABrowser, theatre } from '../support/browser-walk.ts';

const open = theatre();

describe('these checks', () => {
  it('are awake: a bad page is seen through', async () => {
    const { stage } = open;
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

everyPageInABrowser('of nobody and of the staff', ({ who }) => ['nobody', 'elena', 'sara'].includes(who), open);
