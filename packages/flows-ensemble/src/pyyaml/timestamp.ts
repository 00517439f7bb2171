import { PyDate, PyDateTime } from '../python/value.ts';
import { Refused } from './refused.ts';

const TIMESTAMP =
  /^(?<year>[0-9]{4})-(?<month>[0-9][0-9]?)-(?<day>[0-9][0-9]?)(?:(?:[Tt]|[ \t]+)(?<hour>[0-9][0-9]?):(?<minute>[0-9]{2}):(?<second>[0-9]{2})(?:\.(?<fraction>[0-9]*))?(?:[ \t]*(?<zone>Z|(?<sign>[-+])(?<zoneHour>[0-9][0-9]?)(?::(?<zoneMinute>[0-9]{2}))?))?)?$/;

const DAY_MINUTES = 24 * 60;

type Parts = Readonly<Record<string, string | undefined>>;

function dateOf(parts: Parts, written: string): PyDate {
  const year = Number(parts['year']);
  const month = Number(parts['month']);
  const day = Number(parts['day']);
  const calendar = new Date(0);
  calendar.setUTCFullYear(year, month - 1, day);
  const exists = year > 0 && calendar.getUTCMonth() === month - 1 && calendar.getUTCDate() === day;
  if (!exists) throw new Refused(`there is no day \`${written}\``);
  return new PyDate(year, month, day);
}

function offsetOf(parts: Parts, written: string): number | undefined {
  if (parts['zone'] === undefined) return undefined;
  const minutes = Number(parts['zoneHour'] ?? 0) * 60 + Number(parts['zoneMinute'] ?? 0);
  if (minutes >= DAY_MINUTES) throw new Refused(`\`${written}\` is a day or more away from UTC`);
  return parts['sign'] === '-' && minutes > 0 ? -minutes : minutes;
}

/** `datetime.date` or `datetime.datetime`; like PyYAML from 5.4 on, an offset from UTC is kept. */
export function timestampOf(written: string): PyDate | PyDateTime {
  const parts: Parts | undefined = TIMESTAMP.exec(written)?.groups;
  if (parts === undefined) throw new Refused(`\`${written}\` is no date`);
  const date = dateOf(parts, written);
  if (parts['hour'] === undefined) return date;
  const hour = Number(parts['hour']);
  const minute = Number(parts['minute']);
  const second = Number(parts['second']);
  if (hour > 23 || minute > 59 || second > 59) {
    throw new Refused(`there is no time of day as in \`${written}\``);
  }
  const microsecond = Number((parts['fraction'] ?? '').slice(0, 6).padEnd(6, '0'));
  return new PyDateTime(date, {
    hour,
    minute,
    second,
    microsecond,
    offsetMinutes: offsetOf(parts, written),
  });
}
