import { floatText } from '../python/float-text.ts';
import { str } from '../python/text.ts';
import type { PyValue } from '../python/value.ts';
import type { UpstreamBatch, UpstreamEnsemble } from '../upstream/model.ts';
import { RESOURCES } from '../upstream/read-batch.ts';
import { losesType, yamlValue } from './yaml-text.ts';

/** Parameters of a batch as lines of YAML, and what about them a person has to look at. */
export interface NativeParameters {
  readonly lines: readonly string[];
  readonly decisions: readonly string[];
  /** Whether there are several members, or one with a name of its own. */
  readonly hasMembers: boolean;
}

/** One parameter, by run. */
interface Column {
  readonly name: string;
  readonly values: readonly PyValue[];
  readonly texts: readonly string[];
}

const FITTING_NAME = /^[A-Za-z][A-Za-z0-9_]{0,62}$/;
/** Fewer values are read more easily one by one. */
const SHORTEST_RANGE = 4;

function columnOf(name: string, values: readonly PyValue[]): Column {
  return { name, values, texts: values.map((value) => `${typeof value} ${yamlValue(value)}`) };
}

function distinct({ values, texts }: Column): readonly PyValue[] {
  return values.filter((_value, index) => texts.indexOf(texts[index] ?? '') === index);
}

/** After how many runs a column changes first. */
function stride({ texts }: Column): number {
  const change = texts.findIndex((text) => text !== texts[0]);
  return change < 0 ? texts.length : change;
}

/** The columns in the order in which they are the axes of a full grid, the last one varying fastest; `undefined` for none. */
function gridOrder(columns: readonly Column[], runs: number): readonly Column[] | undefined {
  const ordered = [...columns].sort((a, b) => stride(b) - stride(a));
  let left = runs;
  for (const column of ordered) {
    const some = new Set(column.texts);
    const each = left / some.size;
    if (!Number.isInteger(each)) return undefined;
    const list = [...some];
    const isAxis = column.texts.every(
      (text, index) => text === list[Math.floor(index / each) % list.length],
    );
    if (!isAxis) return undefined;
    left = each;
  }
  return left === 1 ? ordered : undefined;
}

/** Digits behind the point; `undefined` for what is no plain decimal number. */
function decimalsOf(text: string): number | undefined {
  const match = /^-?[0-9]+(?:\.([0-9]+))?$/.exec(text);
  return match === null ? undefined : (match[1] ?? '').length;
}

function scaled(text: string, decimals: number): bigint {
  const [whole = '', fraction = ''] = text.split('.');
  return BigInt(whole + fraction.padEnd(decimals, '0'));
}

function decimalText(digits: bigint, decimals: number): string {
  const text = (digits < 0n ? -digits : digits).toString().padStart(decimals + 1, '0');
  const sign = digits < 0n ? '-' : '';
  return decimals === 0
    ? sign + text
    : `${sign}${text.slice(0, -decimals)}.${text.slice(-decimals)}`;
}

/** `{ range: [100.0, 500.0, 50.0] }` where values are evenly spaced and a range gives them in the very same form. */
function rangeText(values: readonly PyValue[]): string | undefined {
  if (values.length < SHORTEST_RANGE) return undefined;
  const isFloat = values.every((value) => typeof value === 'number');
  if (!isFloat && !values.every((value) => typeof value === 'bigint')) return undefined;
  const texts = values.map((value) => (typeof value === 'number' ? floatText(value) : str(value)));
  const decimals = texts.map(decimalsOf);
  const [most = 0] = decimals.map((some) => some ?? 0);
  if (decimals.some((some) => some !== most)) return undefined;
  const [first = 0n, second = 0n, ...rest] = texts.map((text) => scaled(text, most));
  const step = second - first;
  if (step === 0n) return undefined;
  if (!rest.every((digits, index) => digits === first + step * BigInt(index + 2))) return undefined;
  const by = step === 1n && most === 0 ? '' : `, ${decimalText(step, most)}`;
  return `{ range: [${texts[0]}, ${texts.at(-1)}${by}] }`;
}

function listText(values: readonly PyValue[]): string {
  return rangeText(values) ?? `[${values.map(yamlValue).join(', ')}]`;
}

/** Values of all runs under one name: a run's own, or else that of its batch or of `vars`. */
function columnsOf(
  { vars }: Pick<UpstreamEnsemble, 'vars'>,
  batch: UpstreamBatch,
): { readonly columns: readonly Column[]; readonly decisions: readonly string[] } {
  const names = new Set<PyValue>([
    ...vars.keys(),
    ...RESOURCES.filter((name) => batch.visible.has(name)),
    ...batch.runs.flatMap(({ parameters }) => parameters.keys()),
  ]);
  const decisions: string[] = [];
  const columns = [...names].flatMap((key) => {
    const name = str(key);
    const common = batch.visible.get(key) ?? vars.get(key);
    const values = batch.runs.map(({ parameters }) => parameters.get(key) ?? common);
    if (values.length === 0) values.push(common);
    if (!FITTING_NAME.test(name)) {
      decisions.push(
        `\`${name}\` is no name for a parameter here and is left out: rename it, in the templates too.`,
      );
      return [];
    }
    if (values.includes(undefined)) {
      decisions.push(
        `some runs of batch ${batch.name} have no \`${name}\`; it is null for them: templates print \`None\` and \`default\` does not see it.`,
      );
    }
    const given = values.map((value) => value ?? null);
    if (given.some(losesType)) {
      decisions.push(
        `\`${name}\` of batch ${batch.name} holds a date or another value that YAML 1.2 does not have: it is a text now, so that only its printed form is the same.`,
      );
    }
    return [columnOf(name, given)];
  });
  return { columns, decisions };
}

/** The parameters of a batch: what is the same for all, and what tells its members apart. */
export function nativeParameters(
  ensemble: Pick<UpstreamEnsemble, 'vars'>,
  batch: UpstreamBatch,
): NativeParameters {
  const { columns, decisions } = columnsOf(ensemble, batch);
  const runs = batch.runs.length;
  const own = new Set(batch.runs.flatMap(({ parameters }) => parameters.keys().map(str)));
  const isSame = (column: Column): boolean => new Set(column.texts).size === 1;
  // What runs name themselves tells the only member apart, even where nothing varies.
  const fixed = columns.filter((column) => isSame(column) && (runs > 1 || !own.has(column.name)));
  const varying = columns.filter((column) => !fixed.includes(column));
  const rows = new Set(
    Array.from({ length: runs }, (_, run) => varying.map(({ texts }) => texts[run]).join('\n')),
  );
  const numbered = rows.size < runs;
  const lines: string[] = [];
  const grid = numbered ? undefined : gridOrder(varying, runs);
  if (numbered) {
    // Runs that nothing tells apart are told apart by their number.
    const replicate = columnOf(
      'replicate',
      Array.from({ length: runs }, (_, run) => BigInt(run)),
    );
    lines.push('zip:', ...[replicate, ...varying].map(axisLine));
  } else if (grid !== undefined && grid.length > 0) {
    lines.push('matrix:', ...grid.map((axis) => `  ${axis.name}: ${listText(distinct(axis))}`));
  } else if (varying.length > 0) lines.push('zip:', ...varying.map(axisLine));
  if (fixed.length > 0) {
    lines.push(
      'parameters:',
      ...fixed.map(({ name, values }) => `  ${name}: ${yamlValue(values[0] ?? null)}`),
    );
  }
  return { lines, decisions, hasMembers: lines.length > 0 };
}

function axisLine({ name, values }: Column): string {
  return `  ${name}: ${listText(values)}`;
}
