import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { calendarFile, type CalendarEvent } from '#src/common/ics.js';

const event: CalendarEvent = {
  uid: '0199-a@portale.example',
  sequence: 2,
  stamp: Temporal.Instant.from('2026-04-01T08:00:00Z'),
  start: Temporal.Instant.from('2026-04-14T08:20:00Z'),
  minutes: 20,
  summary: 'Appuntamento; con virgola, e \\',
  description: 'Prima riga\r\nseconda\nterza\rquarta',
  location: 'Sede di Forlì: piazza àèìòù àèìòù àèìòù àèìòù àèìòù àèìòù àèìòù 😀😀😀😀😀😀😀😀😀😀',
  url: 'https://portale.example/appuntamenti/0199',
};

const file = calendarFile(event, 'Portale');
const unfolded = file.replaceAll('\r\n ', '').split('\r\n');
const value = (name: string) => unfolded.find((line) => line.startsWith(`${name}:`))?.slice(name.length + 1);

describe('a calendar file', () => {
  it('ends every line with CR LF and has no bare one', () => {
    assert.ok(file.endsWith('END:VCALENDAR\r\n'));
    assert.doesNotMatch(file, /[^\r]\n|\r[^\n]/u);
  });

  it('folds at 75 octets without cutting a character', () => {
    const lines = file.split('\r\n');
    assert.ok(lines.every((line) => Buffer.byteLength(line) <= 75));
    assert.ok(
      lines.some((line) => line.startsWith(' ')),
      'something was folded',
    );
    assert.equal(value('LOCATION'), event.location);
    assert.doesNotMatch(file, /\uFFFD/u);
  });

  it('escapes commas, semicolons, backslashes and line breaks', () => {
    assert.equal(value('SUMMARY'), 'Appuntamento\\; con virgola\\, e \\\\');
    assert.equal(value('DESCRIPTION'), 'Prima riga\\nseconda\\nterza\\nquarta');
  });

  it('gives local times with their zone, and the end after the minutes', () => {
    assert.ok(unfolded.includes('DTSTART;TZID=Europe/Rome:20260414T102000'));
    assert.ok(unfolded.includes('DTEND;TZID=Europe/Rome:20260414T104000'));
    assert.ok(unfolded.includes('DTSTAMP:20260401T080000Z'));
    assert.equal(unfolded.filter((line) => line === 'TZID:Europe/Rome').length, 1);
  });

  it('is a file to import, with a lasting name and its sequence', () => {
    assert.equal(value('UID'), event.uid);
    assert.equal(value('SEQUENCE'), '2');
    assert.equal(value('METHOD'), undefined);
    assert.equal(unfolded[0], 'BEGIN:VCALENDAR');
    assert.equal(value('VERSION'), '2.0');
  });

  it('drops characters that no text may hold', () => {
    const odd = calendarFile({ ...event, summary: 'a\u0000b\u0007c\td' }, 'Portale');
    assert.match(odd, /SUMMARY:abc\td\r\n/u);
  });
});
