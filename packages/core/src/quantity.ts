import { z } from 'zod';
import { coreError } from './errors.ts';
import { isFlowError } from './flow-error.ts';

const SECONDS: Readonly<Record<string, number>> = { d: 86_400, h: 3600, m: 60, s: 1, ms: 0.001 };
const WORDS: Readonly<Record<string, string>> = {
  day: 'd',
  days: 'd',
  hour: 'h',
  hours: 'h',
  hr: 'h',
  hrs: 'h',
  min: 'm',
  mins: 'm',
  minute: 'm',
  minutes: 'm',
  sec: 's',
  secs: 's',
  second: 's',
  seconds: 's',
};
const DURATION_PART = /\s*([0-9]+(?:\.[0-9]+)?|\.[0-9]+)\s*([a-z]+)/gy;
const SLURM = /^(?:([0-9]+)-)?([0-9]+)(?::([0-9]{1,2}))?(?::([0-9]{1,2}))?$/;
const SIZE = /^([0-9]+(?:\.[0-9]+)?|\.[0-9]+)\s*([KMGTP]?)(i?)(B?)$/i;
const POWERS = 'KMGTP';

function refuse(text: string, expected: string): never {
  const got = text.length > 40 ? `${text.slice(0, 37)}...` : text;
  throw coreError('QUANTITY_INVALID', `expected ${expected}, got ${JSON.stringify(got)}`);
}

const A_DURATION = 'a duration like 90s, 20m, 1h30m, 1d or 1-02:03:04';
const A_SIZE = 'a size like 512Mi, 4Gi or 4GB';

/** `1-02:03:04` (days-hours:minutes:seconds), `1-02`, `02:03:04`, and `20:00`, which SLURM reads as minutes:seconds. */
function clockSeconds(text: string): number | undefined {
  const match = SLURM.exec(text);
  if (match === null || !/[-:]/.test(text)) return undefined;
  const [, days, first, second, third] = match;
  const leadsWithHours = days !== undefined || third !== undefined;
  const [hours, minutes, seconds] = leadsWithHours ? [first, second, third] : ['0', first, second];
  if (Number(second ?? 0) > 59 || Number(third ?? 0) > 59) return undefined;
  return (
    Number(days ?? 0) * 86_400 +
    Number(hours) * 3600 +
    Number(minutes ?? 0) * 60 +
    Number(seconds ?? 0)
  );
}

function unitSeconds(text: string): number | undefined {
  let total = 0;
  let end = 0;
  let smallest = Number.POSITIVE_INFINITY;
  const lower = text.toLowerCase();
  for (const match of lower.matchAll(DURATION_PART)) {
    const word = match[2] ?? '';
    const name = WORDS[word] ?? word;
    const unit = Object.hasOwn(SECONDS, name) ? (SECONDS[name] ?? 0) : 0;
    if (unit === 0 || unit >= smallest) return undefined;
    smallest = unit;
    total += Number(match[1]) * unit;
    end = match.index + match[0].length;
  }
  return end > 0 && lower.slice(end).trim() === '' ? total : undefined;
}

/**
 * Seconds in a duration: `2h`, `1h30m`, `90s`, `1d`, `250ms`, `1.5h`, SLURM's `1-02:03:04` and `00:20:00`.
 * @throws QUANTITY_INVALID
 */
export function parseDuration(text: string): number {
  const trimmed = text.trim();
  if (trimmed.length > 64) refuse(trimmed, A_DURATION);
  const seconds = clockSeconds(trimmed) ?? unitSeconds(trimmed);
  if (seconds === undefined || !Number.isFinite(seconds)) refuse(trimmed, A_DURATION);
  return Number(seconds.toPrecision(15));
}

/**
 * Bytes in a size: `Ki Mi Gi Ti Pi` are powers of 1024, `K M G T P` with or without `B` powers of 1000, `B` bytes.
 * @throws QUANTITY_INVALID
 */
export function parseBytes(text: string): number {
  const trimmed = text.trim();
  const match = trimmed.length > 64 ? null : SIZE.exec(trimmed);
  if (match === null) refuse(trimmed, A_SIZE);
  const [, amount, prefix = '', binary, unit] = match;
  if (prefix === '' && (binary !== '' || unit === '')) refuse(trimmed, A_SIZE);
  const power = prefix === '' ? 0 : POWERS.indexOf(prefix.toUpperCase()) + 1;
  const bytes = Math.ceil(
    Number((Number(amount) * (binary === '' ? 1000 : 1024) ** power).toPrecision(15)),
  );
  if (!Number.isSafeInteger(bytes)) refuse(trimmed, A_SIZE);
  return bytes;
}

/** `1 h 30 min`, `45 s`, `2 d`, `250 ms`: at most two units, the second one rounded. */
export function formatDuration(seconds: number): string {
  if (!(seconds >= 0)) return `-${formatDuration(Math.abs(seconds) || 0)}`;
  if (seconds < 1 && seconds > 0) return `${Math.max(1, Math.round(seconds * 1000))} ms`;
  if (seconds < 59.5) return `${Number(seconds.toFixed(seconds < 10 ? 1 : 0))} s`;
  const steps = [
    ['d', 86_400],
    ['h', 3600],
    ['min', 60],
    ['s', 1],
  ] as const;
  const largest = steps.findIndex(([, unit]) => seconds >= unit);
  const [name, unit] = steps[largest] ?? ['s', 1];
  const [nextName, nextUnit] = steps[largest + 1] ?? ['s', 1];
  const rounded = Math.round(seconds / nextUnit) * nextUnit;
  if (rounded >= (steps[largest - 1]?.[1] ?? Number.POSITIVE_INFINITY))
    return formatDuration(rounded);
  const whole = Math.floor(rounded / unit);
  const rest = Math.round((rounded - whole * unit) / nextUnit);
  return rest === 0 ? `${whole} ${name}` : `${whole} ${name} ${rest} ${nextName}`;
}

/** `4 GiB`, `1.5 MiB`, `512 B`. */
export function formatBytes(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];
  let amount = bytes;
  let unit = 0;
  while (Math.abs(amount) >= 1024 && unit < units.length - 1) {
    amount /= 1024;
    unit += 1;
  }
  const digits = Math.abs(amount) >= 100 || unit === 0 ? 0 : 1;
  return `${Number(amount.toFixed(digits))} ${units[unit] ?? 'B'}`;
}

function quantity(parse: (text: string) => number, expected: string, whole: boolean) {
  return z
    .union([z.number(), z.string()], { error: () => `expected ${expected}` })
    .transform((written, context): number => {
      try {
        const amount = typeof written === 'number' ? written : parse(written);
        if (amount >= 0 && (!whole || Number.isSafeInteger(amount))) return amount;
        context.addIssue({ code: 'custom', message: `expected ${expected}, got ${written}` });
      } catch (error) {
        if (!isFlowError(error)) throw error;
        context.addIssue({ code: 'custom', message: error.message });
      }
      return z.NEVER;
    });
}

/** A duration; a number is seconds. Output: seconds. */
export const Duration = quantity(parseDuration, `seconds or ${A_DURATION}`, false);

/** A size; a number is bytes. Output: whole bytes. */
export const Bytes = quantity(parseBytes, `bytes or ${A_SIZE}`, true);
