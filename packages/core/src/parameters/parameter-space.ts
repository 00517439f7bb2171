import { coreError } from '../errors.ts';
import type { Value, ValueMap } from '../written.ts';
import { type Axis, identityText } from './column.ts';
import { type Exclusion, exclusionIdentity, keptIndices, type Unfiltered } from './exclude.ts';
import { axisLabels, fitLabel } from './label.ts';
import { formatOf, readTable, type TableFormat } from './table.ts';

/** Most members of one space, before exclusion. */
export const MAX_MEMBERS = 10_000_000;

/** Parameters as a project file declares them; files are not read yet. */
export interface ParameterDefinition {
  /** Combined with each other, the last one varying fastest. */
  readonly axes: readonly Axis[];
  /** A parameter file: one more axis, behind the others. */
  readonly file?: { readonly path: string; readonly format?: TableFormat };
  /** Parameters that are the same for every member. */
  readonly fixed: ValueMap;
  readonly exclude: readonly Exclusion[];
}

/** All members of a sweep. Members are worked out when they are asked for; none is kept. */
export interface ParameterSpace {
  readonly size: number;
  /** Every parameter's name, in order. */
  readonly names: readonly string[];
  /** The parameters of one member. */
  at(index: number): ValueMap;
  /** `name=value,name2=value` of what varies, fit for a file name, unique; '' when there is one member only. */
  label(index: number): string;
  /** Equal texts promise equal spaces. Holds the values, so it may be long: take a digest. */
  readonly identity: string;
}

class Product implements Unfiltered {
  readonly axes: readonly Axis[];
  readonly fixed: ValueMap;
  readonly size: number;
  readonly #strides: readonly number[];

  constructor(axes: readonly Axis[], fixed: ValueMap) {
    this.axes = axes;
    this.fixed = fixed;
    const strides: number[] = [];
    let size = 1;
    for (const axis of axes.toReversed()) {
      strides.unshift(size);
      size *= axis.size;
      if (size > MAX_MEMBERS) {
        const sizes = axes.map((other) => other.size).join(' x ');
        throw coreError('PARAMETERS_TOO_MANY', `${sizes} members, expected at most ${MAX_MEMBERS}`);
      }
    }
    this.size = size;
    this.#strides = strides;
  }

  row(index: number, axis: number): number {
    return Math.floor(index / (this.#strides[axis] ?? 1)) % (this.axes[axis]?.size ?? 1);
  }

  at(index: number): ValueMap {
    const values: Record<string, Value> = { ...this.fixed };
    for (let axis = 0; axis < this.axes.length; axis += 1) {
      const row = this.row(index, axis);
      for (const column of this.axes[axis]?.columns ?? []) values[column.name] = column.at(row);
    }
    return values;
  }
}

function checkRepeatedNames(names: readonly string[]): void {
  const repeated = names.find((name, position) => names.indexOf(name) !== position);
  if (repeated === undefined) return;
  throw coreError('PARAMETERS_INVALID', `parameter "${repeated}" is given twice`);
}

/**
 * Makes the space of a definition. `readText` reads parameter files, by the path written in the project.
 * @throws PARAMETERS_FILE, PARAMETERS_INVALID, PARAMETERS_TOO_MANY, TEMPLATE_*, and what `readText` throws
 */
export function parameterSpace(
  definition: ParameterDefinition,
  readText: (path: string) => string,
): ParameterSpace {
  const axes = [...definition.axes];
  const { file } = definition;
  if (file !== undefined) {
    axes.push(readTable(readText(file.path), file.path, file.format ?? formatOf(file.path)));
  }
  const names = [
    ...Object.keys(definition.fixed),
    ...axes.flatMap((axis) => axis.columns.map(({ name }) => name)),
  ];
  checkRepeatedNames(names);
  const product = new Product(axes, definition.fixed);
  const kept = keptIndices(product, definition.exclude);
  const size = kept?.length ?? product.size;
  const base = (index: number): number => (kept === undefined ? index : (kept[index] ?? -1));
  // An axis with one value counts too: a label must not change when a second value comes.
  const labels = axes.map(axisLabels);
  const label = (index: number): string => {
    const member = base(index);
    let text = '';
    for (let axis = 0; axis < labels.length; axis += 1) {
      const part = labels[axis]?.(product.row(member, axis));
      if (part !== undefined) text += text === '' ? part : `,${part}`;
    }
    return fitLabel(text);
  };
  const at =
    kept === undefined
      ? (index: number) => product.at(index)
      : (index: number) => product.at(base(index));
  return { size, names, at, label, identity: identityOf(axes, definition) };
}

function identityOf(axes: readonly Axis[], definition: ParameterDefinition): string {
  const parts = axes.map((axis) => axis.columns.map((column) => column.identity).join('&'));
  return [
    identityText(definition.fixed),
    ...parts,
    ...definition.exclude.map(exclusionIdentity),
  ].join('\n');
}
