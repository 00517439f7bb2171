/** A span of time for people: `0.4 s`, `12 s`, `3 min 05 s`, `2 h 14 min`, `3 d 4 h`. */
export function durationText(seconds: number): string {
  if (!Number.isFinite(seconds) || seconds < 0) return '?';
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${pad(whole % 60)} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 24 * 60) return `${Math.floor(minutes / 60)} h ${pad(minutes % 60)} min`;
  const hours = Math.round(seconds / 3600);
  return `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

function pad(value: number): string {
  return String(value).padStart(2, '0');
}

const BYTE_UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];

/** An amount of bytes for people: `512 B`, `1.5 KiB`, `20 GiB`. */
export function bytesText(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 1023.95 && unit < BYTE_UNITS.length - 1) {
    value /= 1024;
    unit += 1;
  }
  const digits = unit === 0 || value >= 99.95 || Number.isInteger(value) ? 0 : 1;
  return `${value.toFixed(digits)} ${BYTE_UNITS[unit] ?? ''}`;
}

/** A count with thin grouping: `1,234,567`. */
export function countText(count: number): string {
  return String(count).replaceAll(/\B(?=(\d{3})+$)/g, ',');
}

/** A count and its noun: `1 task`, `3 tasks`. */
export function countOf(count: number, singular: string, plural = `${singular}s`): string {
  return `${countText(count)} ${count === 1 ? singular : plural}`;
}

/** Tasks per second, in a form that stays readable from one an hour to a hundred thousand a second. */
export function rateText(tasksPerSecond: number): string {
  if (tasksPerSecond >= 99.5) return `${countText(Math.round(tasksPerSecond))} tasks/s`;
  if (tasksPerSecond >= 0.995) return `${tasksPerSecond.toFixed(1)} tasks/s`;
  const perMinute = tasksPerSecond * 60;
  if (perMinute >= 0.995) return `${perMinute.toFixed(1)} tasks/min`;
  return `${(tasksPerSecond * 3600).toFixed(1)} tasks/h`;
}

/** A moment for people, in local time: `2026-05-04 17:03:09`. */
export function momentText(millisecondsSince1970: number): string {
  const when = new Date(millisecondsSince1970);
  const date = [when.getFullYear(), pad(when.getMonth() + 1), pad(when.getDate())].join('-');
  return `${date} ${pad(when.getHours())}:${pad(when.getMinutes())}:${pad(when.getSeconds())}`;
}
