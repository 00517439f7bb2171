import { isPlainObject, type Value, WrittenNumber } from '../written.ts';

/** Most values that one list, range or file may give. */
export const MAX_VALUES = 1_000_000;

/** The values of one parameter, by row. */
export interface Column {
  readonly name: string;
  readonly size: number;
  at(row: number): Value;
  /** Equal texts promise equal values, written forms included. */
  readonly identity: string;
}

/** Parameters that change together. */
export interface Axis {
  /** Never empty; all of the same size. */
  readonly columns: readonly Column[];
  readonly size: number;
}

/** What parameters may be called: they become names in expressions. */
export const PARAMETER_NAME = /^[A-Za-z][A-Za-z0-9_]{0,62}$/;

/** Text that is the same exactly when two values are, `100.0` and `100` being different. */
export function identityText(value: unknown): string {
  if (value instanceof WrittenNumber) return `#${value.text}`;
  if (Array.isArray(value)) return `[${value.map(identityText).join(',')}]`;
  if (!isPlainObject(value)) {
    return typeof value === 'number' ? `#${value}` : (JSON.stringify(value) ?? 'undefined');
  }
  const keys = Object.keys(value).sort();
  return `{${keys.map((key) => `${JSON.stringify(key)}:${identityText(value[key])}`).join(',')}}`;
}

/** A column that holds its values. */
export function listColumn(name: string, values: readonly Value[]): Column {
  let identity: string | undefined;
  return {
    name,
    size: values.length,
    at: (row) => values[row] ?? null,
    get identity(): string {
      identity ??= `${name}:${identityText(values)}`;
      return identity;
    },
  };
}

/** An axis of one column or of several equally long ones. */
export function axisOf(columns: readonly Column[]): Axis {
  return { columns, size: columns[0]?.size ?? 0 };
}

/** Most rows whose values or labels are kept once they have been worked out. */
const REMEMBERED = 20_000;

/** A pure function of the row that is called for the same rows again and again; remembers what it gave. */
export function remembered<T>(size: number, make: (row: number) => T): (row: number) => T {
  if (size > REMEMBERED) return make;
  const known: (T | undefined)[] = [];
  return (row) => {
    const value = known[row];
    if (value !== undefined) return value;
    const made = make(row);
    known[row] = made;
    return made;
  };
}
