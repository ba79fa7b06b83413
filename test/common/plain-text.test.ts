import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { codeSigns, figures, mailAddress, manyLines, oneLine, phoneNumber } from '#src/common/plain-text.js';

/** Signs without a form of their own, as they come along when something is copied. */
const UNSEEN = (
  '200b 200c 200d feff 2060 200e 200f 061c 00ad 180e 034f 202a 202b 202c 202d 202e 2066 2067 2068 2069 ' +
  '2061 2064 fe00 fe0e fe0f e0100 e01ef e0041 e007f 3164 fff9 ffff 0090'
)
  .split(' ')
  .map((code) => String.fromCodePoint(parseInt(code, 16)));
const SPACES = [
  '\u00a0',
  '\u1680',
  '\u2000',
  '\u2003',
  '\u2009',
  '\u200a',
  '\u202f',
  '\u205f',
  '\u3000',
  '\u2800',
  '\t',
];
const BREAKS = ['\v', '\f', '\r', '\n', '\r\n', '\u0085', '\u2028', '\u2029'];

describe('text without what nobody sees', () => {
  for (const sign of UNSEEN)
    it(`loses U+${sign.codePointAt(0)!.toString(16)} around and inside`, () => {
      for (const read of [oneLine, manyLines])
        assert.equal(read(`${sign}Ma${sign}ria${sign}${sign} 12${sign}3 ${sign}`), 'Maria 123');
    });

  it('has plain spaces for all others', () => {
    for (const space of SPACES)
      for (const read of [oneLine, manyLines])
        assert.equal(read(`${space}a${space}b${space}`), 'a b', JSON.stringify(space));
  });

  it('has its lines ended in one way, or is one line', () => {
    for (const end of BREAKS) {
      assert.equal(manyLines(`${end}a${end}b${end}`), 'a\nb', JSON.stringify(end));
      assert.equal(oneLine(`${end}a${end}b${end}`), 'a b', JSON.stringify(end));
    }
  });

  it('keeps what belongs to a letter or a picture', () => {
    for (const text of [
      'می\u200cروم', // Persian
      'ක්\u200dෂ', // Sinhala
      'क्\u200dष', // Hindi
      '👩\u200d⚕\ufe0f', // a woman of medicine
      '🏴\u{e0067}\u{e0062}\u{e0073}\u{e0063}\u{e0074}\u{e007f}', // Scotland
      '❤\ufe0f',
      '辻\u{e0100}', // a variant that a Japanese name is written with
      'Niccolò D’Alò–Šaß 李雷 محمد',
    ])
      assert.equal(oneLine(text), text);
    assert.equal(oneLine('می\u200c\u200cروم'), 'می\u200cروم', 'typed twice');
    assert.equal(oneLine('1\ufe0f2'), '12', 'a figure is no picture');
  });

  it('never turns the order of what is read', () => {
    assert.equal(manyLines('pagare \u202e0001\u202c euro\n\u2067a\u2069'), 'pagare 0001 euro\na');
  });

  it('is read in a time that grows with its length', () => {
    const cost = (read: (text: string) => string, text: string) => {
      const before = process.cpuUsage();
      read(text);
      return process.cpuUsage(before).user / 1000;
    };
    // Eight times as long costs 64 times as much where it grows with the square; below 20 ms nothing can be told.
    for (const part of ['\u200d', 'ی\u200c', '👩\u200d', ' ', '.,', 'a<', '\v'])
      for (const read of [oneLine, figures, codeSigns, mailAddress, phoneNumber]) {
        const [short, long] = [20_000, 160_000].map((times) => cost(read, part.repeat(times)));
        assert.ok(
          long! < 30 * Math.max(short!, 20),
          `${read.name} of ${JSON.stringify(part)}: ${short} and ${long} ms`,
        );
      }
  });
});

describe('figures and codes', () => {
  it('are read however they were written', () => {
    for (const typed of [
      '00185',
      ' 00 185 ',
      '００１８５',
      '\u202d00185\u202c',
      '0\u200b0185',
      '00\u00a0185',
      '0\ufe0f0185',
    ])
      assert.equal(figures(typed), '00185', JSON.stringify(typed));
    assert.equal(figures('２２：３０'), '22:30');
    for (const typed of ['AB-12', 'a​b–12'.toUpperCase(), 'AB 12', 'AB/12', 'A.B_1\u22122', 'ＡＢ‑１２', 'AB\\12'])
      assert.equal(codeSigns(typed), 'AB12', JSON.stringify(typed));
  });
});

describe('an address of e-mail and a number as they are copied', () => {
  it('are taken out of what surrounds them', () => {
    for (const typed of [
      'maria@posta.example',
      ' maria@posta.example, ',
      'maria@posta.example.',
      'maria@posta.example;',
      '<maria@posta.example>',
      'Maria Rossi <maria@posta.example>',
      '"Rossi, Maria" <maria@posta.example>,',
      'mailto:maria@posta.example',
      'MAILTO:maria@posta.example?subject=Ciao',
      '<mailto:maria@posta.example>',
      '\u202amaria@\u200bposta.example\u202c',
      'ma\u00adria@posta.example\ufe0f',
      '\u000bmaria@posta.example\u000b',
    ])
      assert.equal(mailAddress(typed), 'maria@posta.example', JSON.stringify(typed));
    for (const typed of ['tel:+39 333-111.1111', 'Tel. +39 333–111.1111', 'cell: +39\u00a0333‑111.1111'])
      assert.equal(phoneNumber(typed), '+39 333-111.1111', JSON.stringify(typed));
  });

  it('are left as they are when there are more, or other words', () => {
    for (const typed of ['a@b.it, c@d.it', 'a@b.it <c@d.it>', 'a b@c.it', '<a@b.it> <c@d.it>'])
      assert.equal(mailAddress(typed), typed);
    for (const typed of ['chiamami al 333', '333 oppure 334', 'tel. di Maria 333'])
      assert.equal(phoneNumber(typed), typed);
  });
});
