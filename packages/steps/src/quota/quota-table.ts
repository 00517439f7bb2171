/** A line of what `quota` prints. */
export interface QuotaLine {
  readonly fileSystem: string;
  /** Bytes. */
  readonly used: number;
  /** Bytes; infinite where there is no limit. */
  readonly limit: number;
}

const KIBIBYTE = 1024;
const UNITS: Readonly<Record<string, number>> = {
  '': 1,
  K: 1,
  M: 1024,
  G: 1024 ** 2,
  T: 1024 ** 3,
  P: 1024 ** 4,
};
const NUMBER = /^\[?([0-9]+(?:\.[0-9]+)?)([KMGTP]?)\]?\*?\]?$/;

/** Bytes in a column: 1-KiB blocks, or with a unit as `-s` prints them; a `*` marks what is over its limit. */
function bytesIn(text: string | undefined): number | undefined {
  const [, amount, unit = ''] = NUMBER.exec(text ?? '') ?? [];
  return amount === undefined ? undefined : Number(amount) * (UNITS[unit] ?? 1) * KIBIBYTE;
}

/** Of soft and hard limit the lower one; 0 and `-` are none. */
function limitOf(soft: number | undefined, hard: number | undefined): number {
  const limits = [soft, hard].filter((limit) => limit !== undefined && limit > 0);
  return Math.min(Number.POSITIVE_INFINITY, ...limits.flatMap((limit) => limit ?? []));
}

function lineOf(fileSystem: string, columns: readonly string[]): QuotaLine | undefined {
  const [used, soft, hard] = columns.slice(0, 3).map(bytesIn);
  if (used === undefined || soft === undefined) return undefined;
  return { fileSystem, used, limit: limitOf(soft, hard) };
}

/**
 * Reads what `quota` and `lfs quota -q` print. A file system with a long name stands on a line of its own, its numbers on
 * the next; headings and `none` are passed over.
 */
export function parseQuota(text: string): QuotaLine[] {
  const lines: QuotaLine[] = [];
  let waiting: string | undefined;
  for (const line of text.split('\n')) {
    const words = line
      .trim()
      .split(/\s+/)
      .filter((word) => word !== '');
    const [first = ''] = words;
    const isNumbers = bytesIn(first) !== undefined;
    const name = isNumbers ? waiting : first;
    const columns = isNumbers ? words : words.slice(1);
    const found = name === undefined ? undefined : lineOf(name, columns);
    if (found !== undefined) lines.push(found);
    waiting = words.length === 1 && !isNumbers ? first : undefined;
  }
  return lines;
}

/** Whether `quota` says that the account has none. */
export function saysNone(text: string): boolean {
  return /:\s*none\s*$/m.test(text);
}
