import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  addressParts,
  codeExpiry,
  codesLeft,
  codeState,
  codeTyped,
  countedAddress,
  emailTyped,
} from '#src/profile/contacts/contacts.rules.js';
import { mobileTyped, phoneInWords, phoneTyped } from '#src/profile/contacts/phone-number.js';
import { CODES_ABROAD, COUNTRY_CODES, countriesAbroad, countryName } from '#src/places/index.js';

const at = (time: string) => Temporal.Instant.from(`2026-04-01T${time}Z`);
const LONG_LABEL = 'x'.repeat(60);

describe('an e-mail address', () => {
  const taken: [string, string][] = [
    ['maria@posta.example', 'maria@posta.example'],
    ['  maria@posta.example ', 'maria@posta.example'],
    ['Maria.Rossi@Posta.EXAMPLE', 'Maria.Rossi@posta.example'],
    ["o'neill+notizie@a-b.posta.example", "o'neill+notizie@a-b.posta.example"],
    ['maria@münchen.example', 'maria@xn--mnchen-3ya.example'],
    ['maria@MÜNCHEN.example', 'maria@xn--mnchen-3ya.example'],
    ['maria@mu\u0308nchen.example', 'maria@xn--mnchen-3ya.example'],
    ['a@пример.рф', 'a@xn--e1afmkfd.xn--p1ai'],
    [`${'a'.repeat(64)}@posta.example`, `${'a'.repeat(64)}@posta.example`],
  ];
  for (const [typed, value] of taken)
    it(`is taken: ${JSON.stringify(typed).slice(0, 60)}`, () =>
      assert.deepEqual(emailTyped(typed), { ok: true, value }));

  const refused: [string, string][] = [
    ['', 'email-empty'],
    ['   ', 'email-empty'],
    ['maria', 'email-one-at'],
    ['maria@casa@posta.example', 'email-one-at'],
    ['mària@posta.example', 'email-local'],
    ['мария@posta.example', 'email-local'],
    [`${'a'.repeat(65)}@posta.example`, 'email-long'],
    [`a@${`${LONG_LABEL}.`.repeat(4)}example`, 'email-long'],
    ['a'.repeat(400), 'email-long'],
    ['maria@posta', 'email-wrong'],
    ['@posta.example', 'email-wrong'],
    ['maria@', 'email-wrong'],
    ['maria rossi@posta.example', 'email-wrong'],
    ['maria..rossi@posta.example', 'email-wrong'],
    ['.maria@posta.example', 'email-wrong'],
    ['"maria rossi"@posta.example', 'email-wrong'],
    ['Maria <maria@posta.example>', 'email-wrong'],
    ['maria@posta.example,luca', 'email-wrong'],
    ['maria@-posta.example', 'email-wrong'],
    ['maria@posta-.example', 'email-wrong'],
    ['maria@po_sta.example', 'email-wrong'],
    ['maria@posta.example.', 'email-wrong'],
    ['maria@posta..example', 'email-wrong'],
    ['maria@10.0.0.1', 'email-wrong'],
    ['maria@[10.0.0.1]', 'email-wrong'],
    ['maria@0x7f', 'email-wrong'],
    ['maria@posta%2eexample.it', 'email-wrong'],
    ['maria@posta.example:25', 'email-wrong'],
    ['maria@posta.example/x', 'email-wrong'],
    ['maria@posta.e', 'email-wrong'],
    ['maria\u0000@posta.example', 'email-wrong'],
    ['maria@posta.example\r\nBcc:luca.example', 'email-wrong'],
    ['maria@\u202eposta.example', 'email-wrong'],
    ['ma\u200bria@posta.example', 'email-wrong'],
    ['maria@po\u00adsta.example', 'email-wrong'],
  ];
  for (const [typed, reason] of refused)
    it(`is refused (${reason}): ${JSON.stringify(typed).slice(0, 60)}`, () =>
      assert.deepEqual(emailTyped(typed), { ok: false, reason }));
});

describe('a mobile number', () => {
  const taken: [string, string][] = [
    ['333 111 1111', '+393331111111'],
    ['+39 333-111.1111', '+393331111111'],
    ['0039 333 1111111', '+393331111111'],
    ['３３３１１１１１１１', '+393331111111'],
    ['+44 7400 123456', '+447400123456'],
    ['+49 1512 3456789', '+4915123456789'],
    ['+1 (416) 555-0123', '+14165550123'],
    ['+41 79 123 45 67', '+41791234567'],
  ];
  for (const [typed, value] of taken)
    it(`is taken: ${typed}`, () => assert.deepEqual(mobileTyped(typed), { ok: true, value }));

  const refused: [string, string][] = [
    ['', 'phone-empty'],
    ['333', 'phone-wrong'],
    ['chiamami al 333 111 1111', 'phone-wrong'],
    ['333 111 1111 oppure 333 222 2222', 'phone-wrong'],
    ['+999 333 111 1111', 'phone-wrong'],
    ['3'.repeat(60), 'phone-wrong'],
    ['06 1234 5678', 'mobile-fixed'],
    ['+49 30 123456', 'mobile-fixed'],
    ['800 123 456', 'mobile-no-sms'],
    ['899 123 456', 'mobile-no-sms'],
  ];
  for (const [typed, reason] of refused)
    it(`is refused (${reason}): ${typed}`, () => assert.deepEqual(mobileTyped(typed), { ok: false, reason }));

  it('is shown as people write it', () => {
    assert.equal(phoneInWords('+393331111111'), '+39 333 111 1111');
    assert.equal(phoneInWords('+14165550123'), '+1 416 555 0123');
    for (const said of ['0039 333-1111111', '3331111111', '333/1111111', '+39 (333) 111 11 11', 'tel:+393331111111'])
      assert.equal(phoneInWords(said), '+39 333 111 1111', said);
    assert.equal(phoneInWords('0612345678'), '+39 06 1234 5678');
  });

  it('is shown as it is when it cannot be read', () => {
    for (const said of ['', 'boh', '333', '+39 000 1000001', '333 1111111 (ore pasti)', '333 1111111 o 333 2222222'])
      assert.equal(phoneInWords(said), said);
  });
});

describe('a telephone number', () => {
  it('may be of any kind that we can call', () => {
    assert.deepEqual(phoneTyped('06 1234 5678'), { ok: true, value: '+390612345678' });
    assert.deepEqual(phoneTyped('333 111 1111'), { ok: true, value: '+393331111111' });
    assert.deepEqual(phoneTyped('+49 30 123456'), { ok: true, value: '+4930123456' });
  });

  it('is none that costs us, and has no extension, which would be lost', () => {
    assert.deepEqual(phoneTyped('899 123 456'), { ok: false, reason: 'phone-dear' });
    assert.deepEqual(phoneTyped('06 1234 5678 int. 3'), { ok: false, reason: 'phone-extension' });
  });
});

describe('a one-time code', () => {
  it('is read however it was copied', () => {
    for (const typed of ['123456', ' 123 456 ', '123-456', '１２３４５６', '123\u00a0456', '\ufeff123456'])
      assert.equal(codeTyped(typed), '123456', JSON.stringify(typed));
  });

  it('is nothing else', () => {
    for (const typed of ['', '12345', '1234567', '12345a', 'abcdef', `${'1'.repeat(80)}`])
      assert.equal(codeTyped(typed), '');
  });

  it('lives for 30 minutes and 5 tries', () => {
    const expiresAt = codeExpiry(at('10:00:00'));
    assert.equal(expiresAt.toString(), '2026-04-01T10:30:00Z');
    assert.equal(codeState({ tries: 4, expiresAt }, at('10:29:59.999')), 'live');
    assert.equal(codeState({ tries: 4, expiresAt }, at('10:30:00')), 'expired');
    assert.equal(codeState({ tries: 5, expiresAt }, at('10:00:01')), 'used-up');
  });

  it('can be asked for five times in any 24 hours', () => {
    const now = at('10:00:00');
    const hoursAgo = (hours: number) => now.subtract({ hours });
    assert.equal(codesLeft([], now), 5);
    assert.equal(codesLeft([1, 2, 3].map(hoursAgo), now), 2);
    assert.equal(codesLeft([1, 2, 3, 4, 5].map(hoursAgo), now), 0);
    assert.equal(codesLeft([1, 2, 3, 4, 24].map(hoursAgo), now), 1);
  });

  it('is counted by mailbox, not by how it is written', () => {
    assert.equal(countedAddress('email', 'Maria+uno@Posta.example'), 'maria@posta.example');
    assert.equal(countedAddress('email', '+39@posta.example'), '+39@posta.example');
    assert.equal(countedAddress('mobile', '+393331111111'), '+393331111111');
  });
});

describe('an address that a provider says', () => {
  it('is taken apart where it is written as ours are', () => {
    const parts = { street: 'Via Esempio', number: '1', postalCode: '00185', comune: 'Roma (RM)' };
    assert.deepEqual(addressParts('Via Esempio 1, 00185 Roma (RM)'), parts);
    assert.deepEqual(addressParts('Piazza della Libertà, 12/B, 39100 Bolzano (BZ)')?.number, '12/B');
    assert.deepEqual(addressParts('Via Roma snc, 80133 Napoli (NA)')?.number, 'snc');
  });

  it('is left whole where it is not', () => {
    for (const said of ['Via XX Settembre, 00187 Roma (RM)', '12 King Street, Toronto', 'Via Roma 1, Roma', ''])
      assert.equal(addressParts(said), null);
  });
});

describe('countries', () => {
  it('are those of ISO 3166-1, each once, each with a name in every language', () => {
    assert.equal(COUNTRY_CODES.length, 250);
    assert.equal(new Set(COUNTRY_CODES).size, 250);
    for (const lang of ['it', 'en', 'de'])
      for (const { code, name } of countriesAbroad(lang)) assert.notEqual(name, code);
  });

  it('are in the order of the language, without Italy', () => {
    for (const lang of ['it', 'en', 'de']) {
      const names = countriesAbroad(lang).map(({ name }) => name);
      assert.deepEqual(names, names.toSorted(new Intl.Collator(lang).compare));
      assert.ok(!countriesAbroad(lang).some(({ code }) => code === 'IT'));
    }
    assert.deepEqual(
      [countryName('DE', 'it'), countryName('DE', 'de'), countryName('IT', 'en')],
      ['Germania', 'Deutschland', 'Italy'],
    );
  });

  it('are places where people live and post goes', () => {
    for (const code of ['CA', 'SM', 'VA', 'XK']) assert.ok(CODES_ABROAD.includes(code), code);
    for (const code of ['IT', 'AQ', 'ZZ', 'ca', '']) assert.ok(!CODES_ABROAD.includes(code), code);
  });
});
