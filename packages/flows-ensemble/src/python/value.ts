/**
 * Values as PyYAML reads them and Jinja2 computes with them. What Python tells apart stays apart: `bigint` is int, `number`
 * is float, `null` is None; `boolean`, `string` and arrays are bool, str and list.
 */
export type PyValue =
  | null
  | boolean
  | bigint
  | number
  | string
  | readonly PyValue[]
  | PyTuple
  | PyDict
  | PySet
  | PyBytes
  | PyDate
  | PyDateTime
  | PyObject;

/** An immutable sequence; `str()` shows it in round brackets. */
export class PyTuple {
  readonly items: readonly PyValue[];

  constructor(items: readonly PyValue[]) {
    this.items = items;
  }
}

/** What `==` and `hash` of Python make the same key: 1, 1.0 and True are one. */
function hashKey(key: PyValue): unknown {
  if (typeof key === 'boolean') return key ? 1n : 0n;
  if (typeof key === 'number' && Number.isInteger(key)) return BigInt(key);
  if (key instanceof PyTuple)
    return `tuple:${key.items.map((item) => String(hashKey(item))).join()}`;
  if (key instanceof PyDate || key instanceof PyDateTime) return `date:${key.text}`;
  return key;
}

/** A dict: keys keep the order in which they were entered first. */
export class PyDict {
  readonly #entries = new Map<unknown, readonly [PyValue, PyValue]>();

  constructor(entries: Iterable<readonly [PyValue, PyValue]> = []) {
    for (const [key, value] of entries) this.set(key, value);
  }

  get size(): number {
    return this.#entries.size;
  }

  get(key: PyValue): PyValue | undefined {
    return this.#entries.get(hashKey(key))?.[1];
  }

  has(key: PyValue): boolean {
    return this.#entries.has(hashKey(key));
  }

  /** Like Python, keeps the key that was there first. */
  set(key: PyValue, value: PyValue): void {
    const hash = hashKey(key);
    this.#entries.set(hash, [this.#entries.get(hash)?.[0] ?? key, value]);
  }

  keys(): PyValue[] {
    return [...this.#entries.values()].map(([key]) => key);
  }

  values(): PyValue[] {
    return [...this.#entries.values()].map(([, value]) => value);
  }

  entries(): (readonly [PyValue, PyValue])[] {
    return [...this.#entries.values()];
  }
}

/** A set, in the order in which its items were entered. */
export class PySet {
  readonly #items: PyDict;

  constructor(items: Iterable<PyValue> = []) {
    this.#items = new PyDict([...items].map((item) => [item, null] as const));
  }

  has(item: PyValue): boolean {
    return this.#items.has(item);
  }

  get items(): PyValue[] {
    return this.#items.keys();
  }
}

/** `!!binary`. */
export class PyBytes {
  readonly bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }
}

/** `datetime.date`; months and days count from 1. */
export class PyDate {
  readonly year: number;
  readonly month: number;
  readonly day: number;

  constructor(year: number, month: number, day: number) {
    this.year = year;
    this.month = month;
    this.day = day;
  }

  /** What `str()` gives: `2020-01-01`. */
  get text(): string {
    const pad = (value: number, width: number): string => String(value).padStart(width, '0');
    return `${pad(this.year, 4)}-${pad(this.month, 2)}-${pad(this.day, 2)}`;
  }
}

/** `datetime.datetime`, naive or with an offset from UTC. */
export class PyDateTime {
  readonly date: PyDate;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  readonly microsecond: number;
  /** Minutes east of UTC; `undefined` for a naive one. */
  readonly offsetMinutes: number | undefined;

  constructor(
    date: PyDate,
    time: {
      readonly hour: number;
      readonly minute: number;
      readonly second: number;
      readonly microsecond: number;
      readonly offsetMinutes?: number | undefined;
    },
  ) {
    this.date = date;
    this.hour = time.hour;
    this.minute = time.minute;
    this.second = time.second;
    this.microsecond = time.microsecond;
    this.offsetMinutes = time.offsetMinutes;
  }

  /** What `str()` gives: `2020-01-01 06:00:00`, with microseconds and offset where there are any. */
  get text(): string {
    const two = (value: number): string => String(value).padStart(2, '0');
    const fraction = this.microsecond === 0 ? '' : `.${String(this.microsecond).padStart(6, '0')}`;
    const offset = this.offsetMinutes;
    const zone =
      offset === undefined
        ? ''
        : `${offset < 0 ? '-' : '+'}${two(Math.floor(Math.abs(offset) / 60))}:${two(Math.abs(offset) % 60)}`;
    return `${this.date.text} ${two(this.hour)}:${two(this.minute)}:${two(this.second)}${fraction}${zone}`;
  }
}

/** Something with attributes of its own, such as the one name `run` that templates see, or `loop`. */
export interface PyObject {
  readonly pyType: string;
  /** `undefined` when there is no such attribute. */
  attribute(name: string): PyValue | undefined;
  /** What `str()` gives. */
  text(): string;
}
