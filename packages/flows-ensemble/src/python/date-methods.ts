import { dateFormat, dayOfYear, isoWeek, weekday } from './date-format.ts';
import {
  boundMethod,
  type Methods,
  method,
  needInteger,
  needText,
  optionalText,
} from './method.ts';
import { PyDate, PyDateTime, PyTuple, type PyValue } from './value.ts';

type Moment = PyDate | PyDateTime;

function dateOf(value: Moment): PyDate {
  return value instanceof PyDate ? value : value.date;
}

function isoFormat(value: Moment, separator: string): string {
  return value instanceof PyDate ? value.text : value.text.replace(' ', separator);
}

function replaced(value: Moment, given: readonly (PyValue | undefined)[]): Moment {
  const old = dateOf(value);
  const pick = (at: number, otherwise: number): number => needInteger(given[at], otherwise);
  const date = new PyDate(pick(0, old.year), pick(1, old.month), pick(2, old.day));
  if (value instanceof PyDate) return date;
  return new PyDateTime(date, {
    hour: pick(3, value.hour),
    minute: pick(4, value.minute),
    second: pick(5, value.second),
    microsecond: pick(6, value.microsecond),
    offsetMinutes: value.offsetMinutes,
  });
}

const METHODS: Methods<Moment> = new Map(
  Object.entries({
    isoformat: method<Moment>('?sep', (value, [separator]) =>
      isoFormat(value, optionalText(separator) ?? 'T'),
    ),
    isoweekday: method<Moment>('', (value) => BigInt(weekday(dateOf(value)) + 1)),
    isocalendar: method<Moment>('', (value) => {
      const { year, week } = isoWeek(dateOf(value));
      return new PyTuple([BigInt(year), BigInt(week), BigInt(weekday(dateOf(value)) + 1)]);
    }),
    replace: method<Moment>('?year month day hour minute second microsecond', replaced),
    strftime: method<Moment>('format', (value, [format]) => dateFormat(value, needText(format))),
    weekday: method<Moment>('', (value) => BigInt(weekday(dateOf(value)))),
    toordinal: method<Moment>('', (value) => {
      const date = dateOf(value);
      const before = new PyDate(date.year - 1, 12, 31);
      const years = BigInt(before.year);
      return years * 365n + years / 4n - years / 100n + years / 400n + BigInt(dayOfYear(date));
    }),
  }),
);

/** `value.name` of a date or date-time. */
export function dateAttribute(value: Moment, name: string): PyValue | undefined {
  const date = dateOf(value);
  switch (name) {
    case 'year':
      return BigInt(date.year);
    case 'month':
      return BigInt(date.month);
    case 'day':
      return BigInt(date.day);
  }
  return timeAttribute(value, name) ?? boundMethod(METHODS, value, name);
}

function timeAttribute(value: Moment, name: string): PyValue | undefined {
  if (value instanceof PyDate) return undefined;
  switch (name) {
    case 'hour':
      return BigInt(value.hour);
    case 'minute':
      return BigInt(value.minute);
    case 'second':
      return BigInt(value.second);
    case 'microsecond':
      return BigInt(value.microsecond);
    case 'tzinfo':
      return value.offsetMinutes === undefined ? null : undefined;
    case 'date':
      return boundMethod(DATE_ONLY, value, name);
    default:
      return undefined;
  }
}

const DATE_ONLY: Methods<PyDateTime> = new Map([
  ['date', method<PyDateTime>('', (value) => value.date)],
]);
