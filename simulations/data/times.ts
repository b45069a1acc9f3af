import type { Row } from './row.ts';

/** Unix times below this are seconds (to the year 5138), others milliseconds (from 1973). */
const SECONDS_LIMIT = 1e11;
/** The largest time that a Date holds. */
const TIME_LIMIT = 8.64e15;

const ISO = /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(\.\d+)?)?)?(?: ?(Z|[+-]\d\d(?::?\d\d)?))?$/;
const MONTH_FIRST = /^(\d{1,2})\/(\d{1,2})\/(\d{4})(?: (\d{1,2}):(\d\d)(?::(\d\d))?)?$/;

/** The field as milliseconds since 1970: Unix seconds, Unix milliseconds or an ISO date. NaN if it is none of these. */
export function readTime(row: Row, field: number): number {
  const number = row.number(field);
  if (Number.isNaN(number)) return parseIsoTime(row.text(field));
  const time = Math.abs(number) < SECONDS_LIMIT ? number * 1000 : number;
  return Math.abs(time) <= TIME_LIMIT ? time : Number.NaN;
}

/**
 * `2011-12-09`, `2011-12-09 12:50`, `2011-12-09T12:50:00.5Z`, `2011-12-09T12:50:00+01:00` as milliseconds since 1970.
 * Without a zone it is UTC, so that the same file gives the same times everywhere. NaN if it is no such time.
 */
export function parseIsoTime(text: string): number {
  const match = ISO.exec(text.trim());
  if (match === null) return Number.NaN;
  const [, year, month, day, hour = '0', minute = '0', second = '0', fraction = '0', zone = 'Z'] = match;
  const time = utc(Number(year), Number(month), Number(day), Number(hour), Number(minute), Number(second));
  return time + Math.round(Number(fraction) * 1000) - zoneOffset(zone);
}

/** `12/9/2011 12:50`, month first, as the csv edition of Online Retail writes it: UTC. NaN if it is no such time. */
export function parseMonthFirstTime(text: string): number {
  const match = MONTH_FIRST.exec(text.trim());
  if (match === null) return Number.NaN;
  const [, month, day, year, hour = '0', minute = '0', second = '0'] = match;
  return utc(Number(year), Number(month), Number(day), Number(hour), Number(minute), Number(second));
}

/** A spreadsheet's day number (days since 1899-12-30), to the nearest second, as milliseconds since 1970. */
export function spreadsheetTime(days: number): number {
  return Math.round((days - 25_569) * 86_400) * 1000;
}

/** NaN where the calendar or the clock has no such moment. */
function utc(year: number, month: number, day: number, hour: number, minute: number, second: number): number {
  const time = Date.UTC(year, month - 1, day, hour, minute, second);
  const onTheDay = new Date(Date.UTC(year, month - 1, day)).getUTCDate() === day && month >= 1 && month <= 12;
  return onTheDay && hour < 24 && minute < 60 && second < 60 ? time : Number.NaN;
}

/** In milliseconds east of Greenwich. */
function zoneOffset(zone: string): number {
  if (zone === 'Z') return 0;
  const minutes = Number(zone.slice(1, 3)) * 60 + Number(zone.slice(3).replace(':', ''));
  return (zone.startsWith('-') ? -minutes : minutes) * 60_000;
}
