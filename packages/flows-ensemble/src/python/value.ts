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

const NAMELESS: readonly string[] = [];

/** An immutable sequence; `str()` shows it in round brackets. */
export class PyTuple {
  readonly items: readonly PyValue[];
  /** Names of the items, where it is a named tuple. */
  readonly names: readonly string[];

  constructor(items: readonly PyValue[], names: readonly string[] = NAMELESS) {
    this.items = items;
    this.names = names;
  }
}

/** What `==` and `hash` of Python make the same key: 1, 1.0 and True are one. */
function hashKey(key: PyValue): unknown {
  if (typeof key === 'string') return key;
  if (typeof key === 'boolean') return key ? 1n : 0n;
  if (typeof key === 'number' && Number.isInteger(key)) return BigInt(key);
  if (key instanceof PyTuple) return `\0tuple ${key.items.map(partKey).join('\0')}`;
  if (key instanceof PyDate || key instanceof PyDateTime) return `\0date ${key.text}`;
  if (isPyObject(key) && key.hash !== undefined) return key.hash();
  return key;
}

/** A key inside a tuple, with its type, so that 1 and '1' stay apart. */
function partKey(item: PyValue): string {
  const hash = hashKey(item);
  return `${typeof hash} ${String(hash)}`;
}

/** A dict: keys keep the order in which they were entered first. */
export class PyDict {
  readonly #values = new Map<unknown, PyValue>();
  /** The keys, by what they are found by, where that is not the key itself; most dicts have only texts as keys. */
  #keys: Map<unknown, PyValue> | undefined;

  constructor(entries: Iterable<readonly [PyValue, PyValue]> = []) {
    for (const [key, value] of entries) this.set(key, value);
  }

  get size(): number {
    return this.#values.size;
  }

  get(key: PyValue): PyValue | undefined {
    return this.#values.get(typeof key === 'string' ? key : hashKey(key));
  }

  has(key: PyValue): boolean {
    return this.#values.has(hashKey(key));
  }

  /** Like Python, keeps the key that was there first. */
  set(key: PyValue, value: PyValue): void {
    const hash = hashKey(key);
    if (hash !== key && !this.#values.has(hash)) {
      this.#keys ??= new Map();
      this.#keys.set(hash, key);
    }
    this.#values.set(hash, value);
  }

  /** Whether there was such a key. */
  delete(key: PyValue): boolean {
    const hash = hashKey(key);
    this.#keys?.delete(hash);
    return this.#values.delete(hash);
  }

  clear(): void {
    this.#values.clear();
    this.#keys = undefined;
  }

  /** What is not in `#keys` is a key itself. */
  #keyOf(hash: unknown): PyValue {
    if (this.#keys === undefined) return hash as PyValue;
    const key = this.#keys.get(hash);
    return key === undefined ? (hash as PyValue) : key;
  }

  keys(): PyValue[] {
    return Array.from(this.#values.keys(), (hash) => this.#keyOf(hash));
  }

  values(): PyValue[] {
    return [...this.#values.values()];
  }

  /** Like {@link entries}, as values. */
  items(): PyTuple[] {
    const items: PyTuple[] = [];
    for (const [hash, value] of this.#values) items.push(new PyTuple([this.#keyOf(hash), value]));
    return items;
  }

  entries(): (readonly [PyValue, PyValue])[] {
    const entries: (readonly [PyValue, PyValue])[] = [];
    for (const [hash, value] of this.#values) entries.push([this.#keyOf(hash), value]);
    return entries;
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
    const year = this.year < 1000 ? String(this.year).padStart(4, '0') : String(this.year);
    return `${year}${this.month < 10 ? '-0' : '-'}${this.month}${this.day < 10 ? '-0' : '-'}${this.day}`;
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

/** Arguments of a call, as written: `f(1, x=2)`. */
export interface PyArguments {
  readonly positional: readonly PyValue[];
  readonly named: ReadonlyMap<string, PyValue>;
}

/**
 * Something with attributes of its own, such as the one name `run` that templates see, or `loop`. The optional members are
 * what else it can do; an object without them refuses the operation with a `TypeError` as Python does.
 */
export interface PyObject {
  readonly pyType: string;
  /** `undefined` when there is no such attribute. */
  attribute(name: string): PyValue | undefined;
  /** What `str()` gives. */
  text(): string;
  /** What `repr()` gives, where that is not `text()`. */
  repr?(): string;
  /** Whether it counts as true; without this it does, unless its size is 0. */
  isTrue?(): boolean;
  /** `len()`. */
  size?(): number;
  iterate?(): Iterable<PyValue>;
  /** `object[key]`; `undefined` when there is no such item. */
  item?(key: PyValue): PyValue | undefined;
  /** `object[from:to:step]`, with places within the object. */
  pick?(from: number, to: number, step: number): PyValue;
  call?(values: PyArguments): PyValue;
  /** What stands for it as a key and in `==`; without this only the object itself is equal to it. */
  hash?(): unknown;
  /** Throws what any operation that it does not know raises. */
  refuse?(): never;
}

/** Whether a value is an object with attributes of its own. */
export function isPyObject(value: PyValue): value is PyObject {
  if (typeof value !== 'object' || value === null) return false;
  // Asked of values of all kinds, which makes `in` slow.
  return (value as Partial<PyObject>).pyType !== undefined;
}

/** Whether a value is a list; `Array.isArray` loses the item type of a read-only one. */
export function isList(value: PyValue): value is readonly PyValue[] {
  return Array.isArray(value);
}
