import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { load } from 'cheerio';
import { testApp, type TestApp } from '../support/app.ts';

describe('the public pages of the offices', () => {
  let site: TestApp;
  before(async () => {
    site = await testApp();
  });
  after(() => site.close());

  async function page(path: string, status = 200, language = 'it') {
    const response = await site.browser().get(path).set('Accept-Language', language);
    assert.equal(response.status, status, `${path}: ${response.status}`);
    return load(response.text);
  }
  type Page = Awaited<ReturnType<typeof page>>;
  const offices = ($: Page) =>
    $('main article h3')
      .map((_, node) => $(node).text().trim())
      .get();

  it('asks for a comune', async () => {
    const $ = await page('/sedi');
    assert.equal($('h1').text(), 'Sedi');
    assert.equal($('form[action="/sedi"] input[name=comune]').attr('autocomplete'), 'address-level2');
    assert.equal(offices($).length, 0);
  });

  for (const [text, first] of [
    ['Roma', 'Direzione provinciale di Roma'],
    ['forli', 'Direzione provinciale di Forlì'],
    ['bozen', 'Direzione provinciale di Bolzano'],
  ] as const) {
    it(`shows the five offices nearest to «${text}», the first ${first}, as sample data`, async () => {
      const $ = await page(`/sedi?comune=${encodeURIComponent(text)}`);
      assert.equal(offices($).length, 5);
      assert.equal(offices($)[0], first);
      assert.equal($('main article:contains("Dati di esempio")').length, 5);
      assert.match($('main article').first().text(), /Lunedì, mercoledì e venerdì: 08:30-12:30/);
      assert.equal($('input[name=comune]').attr('value'), text);
    });
  }

  it('suggests when the name is misspelt, and a suggestion leads to the offices', async () => {
    const $ = await page('/sedi?comune=san+giovanni+rotndo');
    assert.equal(offices($).length, 0);
    const link = $('main li a').first();
    assert.equal(link.text(), 'San Giovanni Rotondo (FG)');
    const found = await page(link.attr('href') ?? '');
    assert.equal(offices(found).length, 5);
    assert.match(found('h2').first().text(), /San Giovanni Rotondo \(FG\)/);
  });

  it('asks which one of two comuni with the same name', async () => {
    const $ = await page('/sedi?comune=samone');
    const labels = $('main li a')
      .map((_, node) => $(node).text())
      .get();
    assert.ok(labels.includes('Samone (TN)') && labels.includes('Samone (TO)'), labels.join(', '));
  });

  it('finds by the ISTAT code alone, and fills in the name', async () => {
    const $ = await page('/sedi?istat=021008');
    assert.equal($('input[name=comune]').attr('value'), 'Bolzano/Bozen (BZ)');
    assert.equal(offices($)[0], 'Direzione provinciale di Bolzano');
  });

  for (const [what, query, message] of [
    ['nothing', 'comune=', 'Scrivi il nome di un comune'],
    ['a name that is none', 'comune=xqzwkj', 'Non troviamo un comune'],
    ['a very long name', `comune=${'a'.repeat(101)}`, 'troppo lungo'],
    ['markup', 'comune=%3Cscript%3Ezzqx', 'Non troviamo un comune'],
  ] as const) {
    it(`says what is wrong with ${what}, and keeps it`, async () => {
      const $ = await page(`/sedi?${query}`, 422);
      assert.match($('title').text(), /^Errore: /);
      assert.match($('#errori a[href="#comune"]').text(), new RegExp(message));
      assert.match($('#comune-errore').text(), new RegExp(message));
      assert.equal($('#comune').attr('aria-invalid'), 'true');
      assert.equal($('#comune').attr('value'), decodeURIComponent(query.split('=')[1] ?? ''));
      assert.equal($('script').length, 0);
    });
  }

  for (const query of ['comune=a&comune=b', 'comune[x]=1', 'comune=%00', 'istat=%00']) {
    it(`answers «${query}» without breaking`, async () => {
      const { status } = await site.browser().get(`/sedi?${query}`);
      assert.ok(status === 200 || (status >= 400 && status < 500), String(status));
    });
  }

  it('says everything about one office', async () => {
    const $ = await page('/sedi/DP-058091');
    assert.equal($('h1').text(), 'Direzione provinciale di Roma');
    const text = $('main').text();
    for (const part of ["dell'Esempio", 'Roma (RM)', 'Dati di esempio', 'senza gradini', 'Pensioni', 'Estratto conto'])
      assert.ok(text.includes(part), part);
    assert.equal($('main table tbody tr').length, 7);
    assert.match($('main table tbody tr').eq(1).text(), /Martedì\s+08:30-12:30 e 14:30-16:30/);
    assert.match($('main table tbody tr').eq(6).text(), /Domenica\s+chiuso/);
    assert.equal($('main a.button').attr('href'), '/appuntamenti/nuovo/argomento?sede=DP-058091');
    assert.equal($('main a[href^="tel:"], main a[href^="mailto:"]').length, 0, 'invented contacts are no links');
  });

  it('shows the first free time of each channel, and says when there is none', async () => {
    const none = await page('/sedi/DP-058091');
    assert.match(none('main').text(), /Nessun posto libero/);
    await site.db.query(
      `INSERT INTO slot (office_id, channel, pool, start_at, minutes, public_seats, limit_seats)
       VALUES ('DP-058091', 'desk', 'general', '2026-04-09T08:20:00Z', 20, 1, 1), ('DP-058091', 'desk', 'general', '2026-03-31T08:20:00Z', 20, 1, 1)`,
    );
    const $ = await page('/sedi/DP-058091');
    assert.match($('main li').first().text(), /giovedì 9 aprile 2026, ore\s10:20/);
  });

  it('has the real contacts of a real office as links, and claims nothing it does not know', async () => {
    await site.db.query(
      `UPDATE office SET source = 'real', step_free = NULL, hearing_loop = NULL, sign_language = NULL WHERE id = 'DP-015146'`,
    );
    const $ = await page('/sedi/DP-015146');
    assert.equal($('main a[href^="tel:+39000"]').length, 1);
    assert.equal($('main a[href^="mailto:"]').length, 1);
    assert.doesNotMatch($('main').text(), /Dati di esempio|gradini/);
    assert.match($('main').text(), /Non abbiamo ancora informazioni/);
  });

  it('is 404 for an office that does not exist, or is closed for good', async () => {
    await page('/sedi/DP-000000', 404);
    await page('/sedi/%00', 400);
    await site.db.query("UPDATE office SET active = false WHERE id = 'DP-010025'");
    await page('/sedi/DP-010025', 404);
  });

  it('speaks English and German too', async () => {
    assert.equal((await page('/sedi', 200, 'en'))('h1').text(), 'Offices');
    const $ = await page('/sedi/DP-021008', 200, 'de');
    assert.match($('main').text(), /Öffnungszeiten/);
    assert.equal($('html').attr('lang'), 'de');
  });
});
