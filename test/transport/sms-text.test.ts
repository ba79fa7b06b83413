import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { LANGUAGES, Texts } from '#src/common/texts.js';
import { NOTICE_TYPES } from '#src/common/notice-types.js';
import { messageText } from '#src/notifications/message-text.rules.js';
import { changeMessage, codeMessage } from '#src/profile/contacts/contact-messages.js';
import { inSmsAlphabet, smsParts } from '#src/transport/sms-text.rules.js';
import { testApp, type TestApp } from '../support/app.ts';
import { citizenOf } from '../support/people.ts';
import { caught } from '../support/post.ts';
import { message, send } from './support.ts';

/** Written down again from 3GPP TS 23.038, 6.2.1 and 6.2.1.1, so that the program's own table is checked too. */
const ALPHABET = /^[@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&'()*+,\-./0-9:;<=>?¡A-ZÄÖÑÜ§¿a-zäöñüà\f^{}\\[~\]|€]*$/u;

describe('the alphabet of SMS', () => {
  const cases: [string, string, string][] = [
    ['what is in it stays', 'àèéìòù ÄÖÜäöüß ñÑ Ç € [a] {b} ~ \\ ^ |', 'àèéìòù ÄÖÜäöüß ñÑ Ç € [a] {b} ~ \\ ^ |'],
    [
      'typographic quotes and apostrophes',
      'l’ora, ‘a’, “b”, „c“, «d», ‹e›, 5′ 10″',
      `l'ora, 'a', "b", "c", "d", 'e', 5' 10"`,
    ],
    ['dashes, dots and bullets', 'a–b—c‑d−e … • f · g', 'a-b-c-d-e ... - f - g'],
    ['spaces that do not break, narrow, thin', '9\u202f30\u00a0Uhr\u2009x\u2007y\u3000z', '9 30 Uhr x y z'],
    ['signs that cannot be seen', 'a\u200bb\u200ec\u2060d\u00ade\ufefff\ufe0f', 'abcdef'],
    ['tabs and other ends of a line', 'a\tb\u2028c\u2029d\r\ne\u0085f', 'a b\nc\nd\r\nef'],
    [
      'capitals with an accent, as Italian writes them without',
      'È CANICATTÌ, LIBERTÀ, PIÙ, PERÒ, ELISABETTÉ',
      `E' CANICATTI', LIBERTA', PIU', PERO', ELISABETTÉ`,
    ],
    ['letters with other marks', 'Čáíóúâêôçãëšžřťďňğşșțőűāēģķļ', 'Caiouaeocaeszrtdngsstouaegkl'],
    [
      'letters that only look like one with a mark',
      'Łódź Đorđe Þór Œuvre straẞe ırmak',
      'Lodz Dorde Thor OEuvre straSSe irmak',
    ],
    ['an accent written apart', 'citta\u0300 perche\u0301 c\u030c', 'città perché c'],
    ['ligatures, fractions, signs of one piece', 'ﬁne ½ ™ № 3ª ＡＢ 20°', 'fine 1/2 TM No 3a AB 20o'],
  ];
  for (const [what, text, expected] of cases)
    it(`${what}`, () => {
      assert.equal(inSmsAlphabet(text), expected);
      assert.match(expected, ALPHABET);
      assert.equal(inSmsAlphabet(expected), expected, 'the second time changes nothing');
    });

  it('is left as it is with letters nothing stands for: a name is written right, and costs more', () => {
    for (const text of ['Ciao Владимир, l’ora è questa', '李小龙', 'Γιώργος', 'ciao 👍'])
      assert.equal(inSmsAlphabet(text), text);
  });
});

describe('the parts of an SMS', () => {
  const cases: [string, string, number][] = [
    ['160 places', 'a'.repeat(160), 1],
    ['161 places', 'a'.repeat(161), 2],
    ['306 places', 'a'.repeat(306), 2],
    ['307 places', 'a'.repeat(307), 3],
    ['a euro counts twice', `${'a'.repeat(159)}€`, 2],
    ['an escape is not cut from its sign', `${'a'.repeat(152)}€${'a'.repeat(152)}`, 3],
    ['70 signs of another script', 'я'.repeat(70), 1],
    ['71 signs of another script', 'я'.repeat(71), 2],
    ['a sign of two halves is not cut', `${'я'.repeat(66)}👍${'я'.repeat(66)}`, 3],
    ['one quote alone', `${'a'.repeat(160)}’`, 3],
  ];
  for (const [what, text, parts] of cases) it(`are counted: ${what}`, () => assert.equal(smsParts(text), parts));
});

/** Every SMS of the program, and into how many parts it may go: one for what is read in a hurry, two for a warning. */
const plain = { portal: 'MyINPS', institute: 'INPS', phone: '+39 06164164', host: 'www.portale-ente.example' };
const dressed = { ...plain, portal: 'L’area “più” – tua', institute: 'Istituto\u00a0È' };
const AT = Temporal.Instant.from('2026-09-30T10:30:00Z');

function* everySms(): Generator<[string, string, number]> {
  const texts = new Texts('views');
  for (const language of LANGUAGES) {
    const t = texts.for(language);
    for (const [how, sender, more] of [
      ['as set', plain, 0],
      ['with names full of signs', dressed, 1],
    ] as const) {
      const { portal, host } = sender;
      yield [`${language}, a code, ${how}`, codeMessage(t, 'mobile', '482913', sender).text, 1 + more];
      for (const type of NOTICE_TYPES)
        yield [
          `${language}, a notice of ${type}, ${how}`,
          messageText(t, 'sms', { type, portal, address: host }).text,
          1,
        ];
      for (const told of ['changed', 'removed'] as const)
        for (const kind of ['email', 'mobile'] as const)
          yield [
            `${language}, ${kind} ${told}, ${how}`,
            changeMessage(t, { channel: 'mobile', kind, told, at: AT }, sender).text,
            2 + more,
          ];
    }
  }
}

describe('every SMS of the portal', () => {
  let portal: TestApp;
  let maria: string;
  before(async () => {
    portal = await testApp();
    maria = (await citizenOf(portal.db, 'maria', portal.clock.now())).id;
  });
  after(() => portal.close());

  it('leaves in the alphabet of SMS, in few parts, in each language and with whatever names are put into it', async () => {
    const all = [...everySms()];
    for (const [, text] of all) await send(portal, message(maria, { channel: 'sms', text }));
    const left = (await caught(portal)).sms.map(({ text }) => text);
    assert.equal(left.length, all.length);
    for (const [what, text, most] of all) {
      const sent = left.find((one) => one === inSmsAlphabet(text));
      assert.ok(sent !== undefined, what);
      assert.match(sent, ALPHABET, what);
      assert.ok(smsParts(sent) <= most, `${what}: ${smsParts(sent)} parts, ${sent.length} signs`);
    }
  });

  it('is refused past ten parts, in whatever alphabet', async () => {
    const sms = (text: string) => send(portal, message(maria, { channel: 'sms', text }));
    await sms('a'.repeat(1530));
    await sms('я'.repeat(670));
    await assert.rejects(sms('a'.repeat(1531)), TypeError);
    await assert.rejects(sms('€'.repeat(766)), TypeError);
    await assert.rejects(sms('я'.repeat(671)), TypeError);
    await assert.rejects(sms('\u200b\u2060'), TypeError, 'nothing is left of it');
  });
});
