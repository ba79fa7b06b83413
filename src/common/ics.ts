export interface CalendarEvent {
  /** Stays the same for the life of the event, so that a second download replaces the first. */
  uid: string;
  /** Grows with each change of the event. */
  sequence: number;
  /** When this version of the event was made. */
  stamp: Temporal.Instant;
  start: Temporal.Instant;
  minutes: number;
  summary: string;
  description: string;
  location: string;
  url: string;
}

/**
 * A calendar file with one event (RFC 5545): CRLF, lines folded at 75 octets, local time of Italy with its VTIMEZONE,
 * no METHOD, since it is a file to import and not an invitation to answer.
 */
export function calendarFile(event: CalendarEvent, product: string): string {
  const end = event.start.add({ minutes: event.minutes });
  const lines = [
    'BEGIN:VCALENDAR',
    'VERSION:2.0',
    `PRODID:-//${escapeText(product)}//IT`,
    'CALSCALE:GREGORIAN',
    ...TIME_ZONE,
    'BEGIN:VEVENT',
    `UID:${escapeText(event.uid)}`,
    `SEQUENCE:${event.sequence}`,
    `DTSTAMP:${utc(event.stamp)}`,
    `DTSTART;TZID=Europe/Rome:${local(event.start)}`,
    `DTEND;TZID=Europe/Rome:${local(end)}`,
    `SUMMARY:${escapeText(event.summary)}`,
    `LOCATION:${escapeText(event.location)}`,
    `DESCRIPTION:${escapeText(event.description)}`,
    `URL:${event.url}`,
    'STATUS:CONFIRMED',
    'TRANSP:OPAQUE',
    'END:VEVENT',
    'END:VCALENDAR',
  ];
  return lines.map(fold).join('\r\n') + '\r\n';
}

/** Summer time by the rule of directive 2000/84/EC: from the last Sunday of March to the last of October, at 01:00 UTC. */
const TIME_ZONE = [
  'BEGIN:VTIMEZONE',
  'TZID:Europe/Rome',
  'BEGIN:DAYLIGHT',
  'TZOFFSETFROM:+0100',
  'TZOFFSETTO:+0200',
  'TZNAME:CEST',
  'DTSTART:19960331T020000',
  'RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU',
  'END:DAYLIGHT',
  'BEGIN:STANDARD',
  'TZOFFSETFROM:+0200',
  'TZOFFSETTO:+0100',
  'TZNAME:CET',
  'DTSTART:19961027T030000',
  'RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU',
  'END:STANDARD',
  'END:VTIMEZONE',
];

/** RFC 5545, 3.3.11; a line break of any kind is \n, and other control characters are not allowed at all. */
function escapeText(text: string): string {
  return text
    .replace(/[\\;,]/gu, '\\$&')
    .replace(/\r\n|\r|\n/gu, '\\n')
    .replace(/(?!\t)\p{Cc}/gu, '');
}

/** RFC 5545, 3.1: no line over 75 octets, and no character cut in two. */
function fold(line: string): string {
  const parts: string[] = [];
  let part = '';
  let octets = 0;
  for (const character of line) {
    const size = Buffer.byteLength(character);
    if (octets + size > 75) {
      parts.push(part);
      part = ' ';
      octets = 1;
    }
    part += character;
    octets += size;
  }
  return [...parts, part].join('\r\n');
}

function utc(instant: Temporal.Instant): string {
  return `${compact(instant.toZonedDateTimeISO('UTC'))}Z`;
}

function local(instant: Temporal.Instant): string {
  return compact(instant.toZonedDateTimeISO('Europe/Rome'));
}

function compact(time: Temporal.ZonedDateTime): string {
  return time.toPlainDateTime().toString({ smallestUnit: 'second' }).replaceAll(/[-:]/gu, '');
}
