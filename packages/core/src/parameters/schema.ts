import { z } from 'zod';
import { coreError } from '../errors.ts';
import { confinePath } from '../paths.ts';
import { type Report, readField, reporting } from '../read-field.ts';
import { isPlainObject, type Value, type ValueMap, valueFrom, writtenText } from '../written.ts';
import {
  type Axis,
  axisOf,
  type Column,
  listColumn,
  MAX_VALUES,
  PARAMETER_NAME,
} from './column.ts';
import { type Exclusion, parseExclusion } from './exclude.ts';
import type { ParameterDefinition } from './parameter-space.ts';
import { rangeColumn } from './range.ts';
import { columnsFromRows, formatOf, type TableFormat } from './table.ts';

function field<T>(
  read: (raw: unknown, report: Report) => T,
  type: 'object' | undefined,
  description: string,
): z.ZodOptional<z.ZodType<T, unknown>> {
  return readField(read, type === undefined ? { description } : { description, type }).optional();
}

/** Calls `read` for every well-named entry of a map. */
function eachEntry(
  raw: unknown,
  report: Report,
  read: (name: string, value: unknown, written: string | undefined) => void,
): void {
  if (!isPlainObject(raw)) {
    report([], 'expected a map of parameter names');
    return;
  }
  if (Object.keys(raw).length === 0) report([], 'expected at least one parameter');
  for (const name of Object.keys(raw)) {
    if (!PARAMETER_NAME.test(name)) {
      report([name], 'the name of a parameter starts with a letter and has letters, digits and _');
      continue;
    }
    reporting(() => read(name, raw[name], writtenText(raw, name)), report, [name]);
  }
}

function rangeBounds(raw: unknown): readonly Value[] {
  const values = valueFrom(raw);
  if (Array.isArray(values)) return values;
  if (
    isPlainObject(values) &&
    Object.keys(values).every((key) => ['start', 'stop', 'step'].includes(key))
  ) {
    const { start, stop, step } = values as ValueMap;
    if (start !== undefined && stop !== undefined)
      return step === undefined ? [start, stop] : [start, stop, step];
  }
  throw coreError('PARAMETERS_INVALID', 'expected [start, stop, step]');
}

function columnFrom(name: string, raw: unknown, written: string | undefined): Column {
  if (isPlainObject(raw) && Object.keys(raw).length === 1 && Object.hasOwn(raw, 'range')) {
    return rangeColumn(name, rangeBounds(raw['range']));
  }
  if (!Array.isArray(raw)) return listColumn(name, [valueFrom(raw, written)]);
  if (raw.length === 0) throw coreError('PARAMETERS_INVALID', 'expected at least one value');
  if (raw.length > MAX_VALUES) {
    throw coreError(
      'PARAMETERS_TOO_MANY',
      `expected at most ${MAX_VALUES} values, got ${raw.length}`,
    );
  }
  return listColumn(name, valueFrom(raw) as readonly Value[]);
}

function readMatrix(raw: unknown, report: Report): readonly Axis[] {
  const axes: Axis[] = [];
  eachEntry(raw, report, (name, value, written) =>
    axes.push(axisOf([columnFrom(name, value, written)])),
  );
  return axes;
}

function readRanges(raw: unknown, report: Report): readonly Axis[] {
  const axes: Axis[] = [];
  eachEntry(raw, report, (name, value) =>
    axes.push(axisOf([rangeColumn(name, rangeBounds(value))])),
  );
  return axes;
}

function readZip(raw: unknown, report: Report): readonly Axis[] {
  const columns: Column[] = [];
  eachEntry(raw, report, (name, value, written) => columns.push(columnFrom(name, value, written)));
  const sizes = columns.map((column) => `${column.name} has ${column.size}`);
  if (new Set(columns.map((column) => column.size)).size > 1) {
    report([], `zip needs lists of the same length: ${sizes.join(', ')}`);
  }
  return columns.length === 0 ? [] : [axisOf(columns)];
}

/** A parameter file that is named but not read yet. */
export interface ParameterFile {
  readonly path: string;
  readonly format: TableFormat;
}

function readFile(raw: unknown, report: Report): ParameterFile | undefined {
  const path = isPlainObject(raw) ? raw['file'] : raw;
  const format = isPlainObject(raw) ? raw['format'] : undefined;
  const known =
    !isPlainObject(raw) || Object.keys(raw).every((key) => key === 'file' || key === 'format');
  if (
    typeof path !== 'string' ||
    !known ||
    ![undefined, 'csv', 'json'].includes(format as string)
  ) {
    report([], 'expected the path of a .csv or .json file, or { file, format: csv or json }');
    return undefined;
  }
  const confined = confinePath(path);
  return { path: confined, format: (format as TableFormat | undefined) ?? formatOf(confined) };
}

function readExclude(raw: unknown, report: Report): readonly Exclusion[] {
  const items: readonly unknown[] = Array.isArray(raw) ? raw : [raw];
  return items.flatMap(
    (item, index) =>
      reporting(() => parseExclusion(item), report, Array.isArray(raw) ? [index] : []) ?? [],
  );
}

/** Parameters given one by one. */
export interface GivenParameters {
  readonly fixed: ValueMap;
  readonly axes: readonly Axis[];
}

function readParameters(raw: unknown, report: Report): GivenParameters {
  if (Array.isArray(raw)) return { fixed: {}, axes: [columnsFromRows(raw, 'parameters')] };
  const fixed: Record<string, Value> = {};
  eachEntry(raw, report, (name, value, written) => {
    fixed[name] = valueFrom(value, written);
  });
  return { fixed, axes: [] };
}

/** Fields that declare parameters, to be spread into the schema of whatever has parameters. */
export const parameterFields = {
  matrix: field(
    readMatrix,
    'object',
    'Every combination of the values: name -> list, one value, or { range: [start, stop, step] }. The last name varies fastest.',
  ),
  range: field(
    readRanges,
    'object',
    'Name -> [start, stop, step], stop included; combined with the other parameters like a matrix.',
  ),
  zip: field(
    readZip,
    'object',
    'Name -> list; the lists have the same length and their values go together, first with first.',
  ),
  from: field(
    readFile,
    undefined,
    'Parameter file: CSV with a header row, or a JSON list of maps. One member per row.',
  ),
  exclude: field(
    readExclude,
    undefined,
    'Members to leave out: a list of maps (all named values match) or expressions.',
  ),
  parameters: field(
    readParameters,
    undefined,
    'Values that are the same for all members (a map), or the members themselves (a list of maps).',
  ),
};

/** What {@link parameterFields} come to. */
export interface ParameterConfig {
  readonly matrix?: readonly Axis[] | undefined;
  readonly range?: readonly Axis[] | undefined;
  readonly zip?: readonly Axis[] | undefined;
  readonly from?: ParameterFile | undefined;
  readonly exclude?: readonly Exclusion[] | undefined;
  readonly parameters?: GivenParameters | undefined;
}

/** One definition out of the fields: matrix, range, zip, listed members, file rows, in this order. */
export function parameterDefinition(config: ParameterConfig): ParameterDefinition {
  const { matrix = [], range = [], zip = [], from, exclude = [], parameters } = config;
  return {
    axes: [...matrix, ...range, ...zip, ...(parameters?.axes ?? [])],
    ...(from === undefined ? {} : { file: from }),
    fixed: parameters?.fixed ?? {},
    exclude,
  };
}

/** Whether any of {@link parameterFields} is given. */
export function hasParameters(config: ParameterConfig): boolean {
  return [config.matrix, config.range, config.zip, config.from, config.parameters].some(
    (given) => given !== undefined,
  );
}

/** Parameters on their own: {@link parameterFields} and nothing else. Output: a {@link ParameterDefinition}. */
export const Parameters = z.strictObject(parameterFields).transform(parameterDefinition);
