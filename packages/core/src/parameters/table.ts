import { coreError } from '../errors.ts';
import { didYouMean } from '../suggest.ts';
import { isPlainObject, numberAsWritten, type Value, valueFrom } from '../written.ts';
import {
  type Axis,
  axisOf,
  type Column,
  listColumn,
  MAX_VALUES,
  PARAMETER_NAME,
} from './column.ts';

/** How a parameter file is read. */
export type TableFormat = 'csv' | 'json';

const NUMBER = /^[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?$/;
const WORDS: ReadonlyMap<string, Value> = new Map<string, Value>([
  ['', null],
  ['true', true],
  ['false', false],
]);

interface Cell {
  readonly text: string;
  readonly quoted: boolean;
}

function fail(file: string, message: string): never {
  throw coreError('PARAMETERS_FILE', `${file}: ${message}`, { details: { file } });
}

/** Splits CSV text (RFC 4180) into lines of cells; `line` is where each begins. */
class CsvReader {
  readonly #text: string;
  readonly #file: string;
  #at: number;
  #line = 1;

  constructor(text: string, file: string) {
    this.#text = text;
    this.#file = file;
    this.#at = text.startsWith('\uFEFF') ? 1 : 0;
  }

  get line(): number {
    return this.#line;
  }

  /** The next line that is not blank, `undefined` at the end. */
  next(): readonly Cell[] | undefined {
    while (this.#at < this.#text.length) {
      const cells = [this.#cell()];
      while (this.#text[this.#at] === ',') {
        this.#at += 1;
        cells.push(this.#cell());
      }
      if (this.#text[this.#at] === '\r') this.#at += 1;
      this.#at += 1;
      this.#line += 1;
      const [only] = cells;
      if (cells.length > 1 || only?.quoted === true || only?.text !== '') return cells;
    }
    return undefined;
  }

  #cell(): Cell {
    while (this.#text[this.#at] === ' ' || this.#text[this.#at] === '\t') this.#at += 1;
    if (this.#text[this.#at] === '"') return this.#quoted();
    const start = this.#at;
    while (this.#at < this.#text.length && !/[,\r\n]/.test(this.#text[this.#at] ?? ''))
      this.#at += 1;
    return { text: this.#text.slice(start, this.#at).trim(), quoted: false };
  }

  #quoted(): Cell {
    const line = this.#line;
    let content = '';
    let from = this.#at + 1;
    for (;;) {
      const end = this.#text.indexOf('"', from);
      if (end < 0) fail(this.#file, `the quote opened in line ${line} is not closed`);
      content += this.#text.slice(from, end);
      this.#at = end + 1;
      if (this.#text[this.#at] !== '"') break;
      content += '"';
      from = this.#at + 1;
    }
    this.#line += content.split('\n').length - 1;
    while (this.#text[this.#at] === ' ' || this.#text[this.#at] === '\t') this.#at += 1;
    if (this.#at < this.#text.length && !/[,\r\n]/.test(this.#text[this.#at] ?? '')) {
      fail(this.#file, `line ${this.#line}: expected a comma after the closing quote`);
    }
    return { text: content, quoted: true };
  }
}

function cellValue(cell: Cell): Value {
  if (cell.quoted) return cell.text;
  const word = WORDS.get(cell.text);
  if (word !== undefined) return word;
  return NUMBER.test(cell.text) ? numberAsWritten(Number(cell.text), cell.text) : cell.text;
}

function checkName(file: string, name: string, known: ReadonlySet<string>): void {
  if (!PARAMETER_NAME.test(name)) {
    fail(
      file,
      `${JSON.stringify(name)} cannot be the name of a parameter; use letters, digits and _`,
    );
  }
  if (known.has(name)) fail(file, `there are two columns called ${name}`);
}

function readCsv(text: string, file: string): Map<string, Value[]> {
  const reader = new CsvReader(text, file);
  const header = reader.next();
  if (header === undefined) fail(file, 'the file is empty, expected a header row');
  const columns = new Map<string, Value[]>();
  for (const { text: name } of header) {
    checkName(file, name, new Set(columns.keys()));
    columns.set(name, []);
  }
  const lists = [...columns.values()];
  for (let row = 0; ; row += 1) {
    const line = reader.line;
    const cells = reader.next();
    if (cells === undefined) return columns;
    if (row >= MAX_VALUES) tooMany(file);
    if (cells.length !== lists.length) {
      fail(file, `line ${line}: expected ${lists.length} cells, got ${cells.length}`);
    }
    cells.forEach((cell, column) => {
      lists[column]?.push(cellValue(cell));
    });
  }
}

function tooMany(file: string): never {
  const message = `${file} has more than ${MAX_VALUES} rows`;
  throw coreError('PARAMETERS_TOO_MANY', message, { details: { file } });
}

/** Keeps the written form of numbers, which the engine hands to revivers. */
function reviveNumber(_key: string, value: unknown, ...more: readonly unknown[]): unknown {
  const [context] = more;
  if (typeof value !== 'number' || !isPlainObject(context)) return value;
  const source = context['source'];
  return typeof source === 'string' ? numberAsWritten(value, source) : value;
}

function parseJson(text: string, file: string): unknown {
  try {
    return JSON.parse(text, reviveNumber);
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error);
    throw coreError('PARAMETERS_FILE', `${file}: not JSON: ${said}`, {
      details: { file },
      cause: error,
    });
  }
}

/** Columns from a list of maps; a name that a row lacks is `null` there. `where` names the list in messages. */
export function columnsFromRows(rows: unknown, where: string): Axis {
  if (!Array.isArray(rows)) fail(where, 'expected a list of maps');
  if (rows.length > MAX_VALUES) tooMany(where);
  const columns = new Map<string, Value[]>();
  rows.forEach((row: unknown, index) => {
    if (!isPlainObject(row)) fail(where, `item ${index}: expected a map`);
    const values = valueFrom(row);
    for (const name of Object.keys(row)) {
      if (!columns.has(name)) {
        checkName(where, name, new Set());
        columns.set(
          name,
          Array.from({ length: index }, () => null),
        );
      }
      if (isPlainObject(values)) columns.get(name)?.push(values[name] ?? null);
    }
    for (const list of columns.values()) if (list.length <= index) list.push(null);
  });
  return axisFrom(columns);
}

function axisFrom(columns: ReadonlyMap<string, Value[]>): Axis {
  return axisOf([...columns].map(([name, values]): Column => listColumn(name, values)));
}

/** The format of a parameter file by its name. @throws PARAMETERS_FILE */
export function formatOf(file: string): TableFormat {
  const extension = /\.([A-Za-z]+)$/.exec(file)?.[1]?.toLowerCase() ?? '';
  if (extension === 'csv' || extension === 'json') return extension;
  return fail(file, `expected a .csv or .json file${didYouMean(extension, ['csv', 'json'])}`);
}

/**
 * Reads a parameter file: CSV with a header row, or a JSON list of maps. Unquoted CSV cells that look like numbers are
 * numbers in their written form, `true` and `false` are booleans, empty ones are nothing; quoted ones are always text.
 * @throws PARAMETERS_FILE naming the line, PARAMETERS_TOO_MANY
 */
export function readTable(text: string, file: string, format: TableFormat): Axis {
  return format === 'csv'
    ? axisFrom(readCsv(text, file))
    : columnsFromRows(parseJson(text, file), file);
}
