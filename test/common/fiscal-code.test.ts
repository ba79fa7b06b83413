import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { checkLetter, isFiscalCode } from '#src/common/fiscal-code.js';
import { PEOPLE, PIN_PERSON } from '#src/dev/people.js';

/** A code of these fifteen signs with the letter they ask for, so that nothing but they can be wrong. */
const whole = (signs: string) => `${signs}${checkLetter(signs)}`;

describe('a fiscal code', () => {
  it('ends with the letter that its other signs ask for', () => {
    // Worked out by hand with the tables of the decree: 1980-05-15, F, Roma.
    assert.equal(checkLetter('RSSMRA80E55H501'), 'U');
    assert.ok(isFiscalCode('RSSMRA80E55H501U'));
    for (const letter of 'ABCDEFGHIJKLMNOPQRSTVWXYZ') assert.ok(!isFiscalCode(`RSSMRA80E55H501${letter}`), letter);
  });

  it('tells every slip of one sign, and every swap of two neighbours that differ in value', () => {
    const code = 'MLLJHN58D17Z401W';
    for (let place = 0; place < 6; place++)
      for (const sign of 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'.replace(code[place]!, ''))
        assert.ok(!isFiscalCode(code.slice(0, place) + sign + code.slice(place + 1)), `${sign} at ${place}`);
    assert.ok(!isFiscalCode('LMLJHN58D17Z401W'));
    assert.ok(!isFiscalCode('MLLJHN85D17Z401W'));
  });

  it('is the one of each demonstration person', () => {
    for (const { fiscalCode } of [...PEOPLE, PIN_PERSON]) assert.ok(isFiscalCode(fiscalCode), fiscalCode);
  });

  it('may have letters for digits (omocodia), with the check letter that they ask for', () => {
    assert.ok(isFiscalCode('RSSMRA80E55H50MM'));
    assert.ok(!isFiscalCode('RSSMRA80E55H50MU'), 'the letter of the code it stands beside');
    assert.ok(isFiscalCode(whole('RSSMRAULERRHRLM')), 'all seven');
    assert.ok(!isFiscalCode(whole('RSSMRA80E55H50O')), 'O stands for no digit');
    assert.ok(isFiscalCode(whole('RSSMRAULETMHRLM')), 'T and M stand for 61: the 21st, a woman');
    assert.ok(!isFiscalCode(whole('RSSMRAULETOHRLM')), 'T and O stand for no day');
  });

  it('may be of somebody born abroad', () => {
    assert.ok(isFiscalCode('MLLJHN58D17Z401W'), 'Canada');
    assert.ok(isFiscalCode(whole('WBRGRT85P61Z112')), 'Germany');
  });

  it('has a woman’s day from 41 to 71, a man’s from 1 to 31', () => {
    const january = (day: string) => isFiscalCode(whole(`RSSMRA80A${day}H501`));
    for (const day of ['01', '31', '41', '71']) assert.ok(january(day), day);
    for (const day of ['00', '32', '39', '40', '72', '99']) assert.ok(!january(day), day);
  });

  it('has a day that its month has', () => {
    const day = (signs: string) => isFiscalCode(whole(`RSSMRA${signs}H501`));
    assert.ok(day('81D30') && day('81D70') && day('81B28') && day('81B68'));
    for (const signs of ['81D31', '81D71', '81H31', '81P31', '81S31', '80B30', '80B70', '81B29', '81B69'])
      assert.ok(!day(signs), signs);
  });

  it('has 29 February in a leap year of one century or the other', () => {
    const february = (year: string) => isFiscalCode(whole(`RSSMRA${year}B29H501`));
    for (const year of ['00', '04', '80', '96']) assert.ok(february(year), year);
    for (const year of ['01', '50', '99']) assert.ok(!february(year), year);
  });

  it('is nothing else', () => {
    const wrongs = [
      '',
      'RSSMRA80E55H501',
      'RSSMRA80E55H501UU',
      'rssmra80e55h501u',
      ' RSSMRA80E55H501U',
      'RSSMRA80E55H501U\n',
      'TINIT-RSSMRA80E55H501U',
      '12345678903',
      whole('RSSMRA80F55H501'),
      whole('RSSMR180E55H501'),
      whole('RSSMRA80E555501'),
    ];
    for (const wrong of wrongs) assert.ok(!isFiscalCode(wrong), JSON.stringify(wrong));
  });
});
