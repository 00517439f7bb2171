import { coreError } from '../errors.ts';
import { didYouMean } from '../suggest.ts';
import { isEqual, isTrue } from '../template/operators.ts';
import { compileCondition, type Template } from '../template/template.ts';
import { isPlainObject, type Value, type ValueMap, valueFrom } from '../written.ts';
import type { Axis } from './column.ts';

/** Takes members away: those that have one of the named values for every name, or for which the expression is true. */
export type Exclusion =
  | { readonly kind: 'match'; readonly match: ReadonlyMap<string, readonly Value[]> }
  | { readonly kind: 'condition'; readonly condition: Template };

/** Reads one item of `exclude`. @throws TEMPLATE_* for a text that is no expression, PARAMETERS_INVALID */
export function parseExclusion(raw: unknown): Exclusion {
  if (typeof raw === 'string') return { kind: 'condition', condition: compileCondition(raw) };
  const values = valueFrom(raw);
  if (!isPlainObject(raw) || !isPlainObject(values) || Object.keys(raw).length === 0) {
    throw coreError('PARAMETERS_INVALID', 'expected a map of names to values, or an expression');
  }
  const match = new Map<string, readonly Value[]>();
  for (const name of Object.keys(raw)) {
    const value = values[name] as Value;
    match.set(name, Array.isArray(value) ? value : [value]);
  }
  return { kind: 'match', match };
}

/** Text that is the same for equal exclusions. */
export function exclusionIdentity(exclusion: Exclusion): string {
  if (exclusion.kind === 'condition') return exclusion.condition.text;
  return JSON.stringify([...exclusion.match].map(([name, values]) => [name, values.map(String)]));
}

function checkNames(names: Iterable<string>, known: ReadonlySet<string>): void {
  for (const name of names) {
    if (known.has(name)) continue;
    const message = `exclude names "${name}", which is no parameter${didYouMean(name, known)}`;
    throw coreError('PARAMETERS_INVALID', message);
  }
}

/** Rows of an axis that match, one byte each; `undefined` when the exclusion does not name the axis. */
function matchingRows(
  axis: Axis,
  match: ReadonlyMap<string, readonly Value[]>,
): Uint8Array | undefined {
  const named = axis.columns.filter((column) => match.has(column.name));
  if (named.length === 0) return undefined;
  const rows = new Uint8Array(axis.size);
  for (let row = 0; row < axis.size; row += 1) {
    const fits = named.every((column) => {
      const value = column.at(row);
      return match.get(column.name)?.some((other) => isEqual(value, other));
    });
    rows[row] = fits ? 1 : 0;
  }
  return rows;
}

/** What a space is before anything is excluded. */
export interface Unfiltered {
  readonly axes: readonly Axis[];
  readonly fixed: ValueMap;
  readonly size: number;
  row(index: number, axis: number): number;
  at(index: number): ValueMap;
}

type Test = (index: number) => boolean;

function matchTest(base: Unfiltered, match: ReadonlyMap<string, readonly Value[]>): Test {
  for (const [name, values] of match) {
    const fixed = Object.hasOwn(base.fixed, name) ? base.fixed[name] : undefined;
    if (fixed !== undefined && !values.some((value) => isEqual(fixed, value))) return () => false;
  }
  const tables = base.axes.map((axis) => matchingRows(axis, match));
  return (index) =>
    tables.every((rows, axis) => rows === undefined || rows[base.row(index, axis)] === 1);
}

/**
 * Indices that no exclusion takes away, in ascending order; `undefined` when there is no exclusion.
 * @throws PARAMETERS_INVALID for an unknown name; TEMPLATE_* from conditions
 */
export function keptIndices(
  base: Unfiltered,
  exclusions: readonly Exclusion[],
): Uint32Array | undefined {
  if (exclusions.length === 0) return undefined;
  const known = new Set([
    ...base.axes.flatMap((axis) => axis.columns.map(({ name }) => name)),
    ...Object.keys(base.fixed),
  ]);
  const tests = exclusions.map((exclusion): Test => {
    if (exclusion.kind === 'match') {
      checkNames(exclusion.match.keys(), known);
      return matchTest(base, exclusion.match);
    }
    checkNames(
      exclusion.condition.names.map(({ path }) => path[0] ?? ''),
      known,
    );
    return (index) => isTrue(exclusion.condition.evaluate(base.at(index)));
  });
  const kept = new Uint32Array(base.size);
  let count = 0;
  for (let index = 0; index < base.size; index += 1) {
    if (tests.some((test) => test(index))) continue;
    kept[count] = index;
    count += 1;
  }
  return kept.slice(0, count);
}
