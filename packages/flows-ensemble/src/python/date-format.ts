import { type PyDate, PyDateTime } from './value.ts';

const DAYS = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'];

const MONTHS = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
];

const DAY_MILLISECONDS = 86_400_000;

/** Days since 1970-01-01 in the proleptic Gregorian calendar. */
function dayNumber(year: number, month: number, day: number): number {
  const date = new Date(Date.UTC(2000, month - 1, day));
  date.setUTCFullYear(year, month - 1, day);
  return date.getTime() / DAY_MILLISECONDS;
}

/** Monday is 0. */
export function weekday(date: PyDate): number {
  const days = dayNumber(date.year, date.month, date.day);
  return (((days + 3) % 7) + 7) % 7;
}

/** Day of the year, from 1. */
export function dayOfYear(date: PyDate): number {
  return dayNumber(date.year, date.month, date.day) - dayNumber(date.year, 1, 1) + 1;
}

/** Year and week of ISO 8601. */
export function isoWeek(date: PyDate): { readonly year: number; readonly week: number } {
  const thursday = new Date(
    (dayNumber(date.year, date.month, date.day) - weekday(date) + 3) * DAY_MILLISECONDS,
  );
  const year = thursday.getUTCFullYear();
  const days = thursday.getTime() / DAY_MILLISECONDS - dayNumber(year, 1, 1);
  return { year, week: Math.floor(days / 7) + 1 };
}

function pad(value: number, width = 2): string {
  if (width === 2 && value >= 0) return value < 10 ? `0${value}` : String(value);
  return String(value).padStart(width, '0');
}

function offsetText(minutes: number | undefined): string {
  if (minutes === undefined) return '';
  const size = Math.abs(minutes);
  return `${minutes < 0 ? '-' : '+'}${pad(Math.floor(size / 60))}${pad(size % 60)}`;
}

function zoneName(minutes: number | undefined): string {
  if (minutes === undefined) return '';
  if (minutes === 0) return 'UTC';
  const text = offsetText(minutes);
  return `UTC${text.slice(0, 3)}:${text.slice(3)}`;
}

function dayName(date: PyDate): string {
  return DAYS[weekday(date)] ?? '';
}

function monthName(date: PyDate): string {
  return MONTHS[date.month - 1] ?? '';
}

function dateField(date: PyDate, code: string): string | undefined {
  switch (code) {
    case 'a':
      return dayName(date).slice(0, 3);
    case 'A':
      return dayName(date);
    case 'b':
    case 'h':
      return monthName(date).slice(0, 3);
    case 'B':
      return monthName(date);
    case 'd':
      return pad(date.day);
    case 'e':
      return String(date.day).padStart(2);
    case 'm':
      return pad(date.month);
    case 'y':
      return pad(date.year % 100);
    case 'Y':
      return String(date.year);
    default:
      return calendarField(date, code);
  }
}

function calendarField(date: PyDate, code: string): string | undefined {
  switch (code) {
    case 'j':
      return pad(dayOfYear(date), 3);
    case 'w':
      return String((weekday(date) + 1) % 7);
    case 'u':
      return String(weekday(date) + 1);
    case 'U':
      return pad(Math.floor((dayOfYear(date) + 6 - ((weekday(date) + 1) % 7)) / 7));
    case 'W':
      return pad(Math.floor((dayOfYear(date) + 6 - weekday(date)) / 7));
    case 'V':
      return pad(isoWeek(date).week);
    case 'G':
      return String(isoWeek(date).year);
    case 'C':
      return pad(Math.floor(date.year / 100));
    default:
      return undefined;
  }
}

function timeField(value: PyDateTime, code: string): string | undefined {
  switch (code) {
    case 'H':
      return pad(value.hour);
    case 'I':
      return pad(value.hour % 12 === 0 ? 12 : value.hour % 12);
    case 'M':
      return pad(value.minute);
    case 'S':
      return pad(value.second);
    case 'f':
      return pad(value.microsecond, 6);
    case 'p':
      return value.hour < 12 ? 'AM' : 'PM';
    case 'z':
      return offsetText(value.offsetMinutes);
    case 'Z':
      return zoneName(value.offsetMinutes);
    default:
      return undefined;
  }
}

/** Fields that stand for several others, in the C locale. */
const SHORT: ReadonlyMap<string, string> = new Map([
  ['c', '%a %b %e %H:%M:%S %Y'],
  ['D', '%m/%d/%y'],
  ['F', '%Y-%m-%d'],
  ['R', '%H:%M'],
  ['r', '%I:%M:%S %p'],
  ['T', '%H:%M:%S'],
  ['X', '%H:%M:%S'],
  ['x', '%m/%d/%y'],
]);

const MIDNIGHT = { hour: 0, minute: 0, second: 0, microsecond: 0 };

/** `strftime`, in the C locale. */
export function dateFormat(value: PyDate | PyDateTime, format: string): string {
  let text = '';
  let from = 0;
  for (let at = format.indexOf('%'); at !== -1; at = format.indexOf('%', from)) {
    if (at === format.length - 1) break;
    text += format.slice(from, at) + field(value, format.charAt(at + 1));
    from = at + 2;
  }
  return text + format.slice(from);
}

const MARKS: ReadonlyMap<string, string> = new Map([
  ['%', '%'],
  ['n', '\n'],
  ['t', '\t'],
]);

function field(value: PyDate | PyDateTime, code: string): string {
  const isMoment = value instanceof PyDateTime;
  const found = dateField(isMoment ? value.date : value, code) ?? MARKS.get(code);
  if (found !== undefined) return found;
  const short = SHORT.get(code);
  if (short !== undefined) return dateFormat(value, short);
  const moment = isMoment ? value : new PyDateTime(value, MIDNIGHT);
  return timeField(moment, code) ?? `%${code}`;
}
