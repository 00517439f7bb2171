import type { MemorySet } from './memory.ts';
import type { SetBook } from './run-book.ts';

/** The first thing in which something differs from what it was, in words for people, and what it was and is. */
export interface Difference {
  readonly field: string;
  readonly before?: string;
  readonly after?: string;
}

const SHOWN_CHARACTERS = 200;
/** Of what two long texts have in common before they differ. */
const SHOWN_BEFORE = 40;

function shown(value: unknown, from = 0): string {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? 'nothing');
  const rest = from === 0 ? text : `...${text.slice(from)}`;
  return rest.length > SHOWN_CHARACTERS ? `${rest.slice(0, SHOWN_CHARACTERS)}...` : rest;
}

/** Where to begin showing two texts, so that their difference is seen. */
function startOf(before: unknown, after: unknown): number {
  if (typeof before !== 'string' || typeof after !== 'string') return 0;
  if (before.length <= SHOWN_CHARACTERS && after.length <= SHOWN_CHARACTERS) return 0;
  let at = 0;
  while (at < before.length && before[at] === after[at]) at += 1;
  return Math.max(0, at - SHOWN_BEFORE);
}

function differing(field: string, before: unknown, after: unknown): Difference {
  const from = startOf(before, after);
  return {
    field,
    ...(before === undefined ? {} : { before: shown(before, from) }),
    ...(after === undefined ? {} : { after: shown(after, from) }),
  };
}

/** First field in which two values differ, in the order of their keys. */
function firstDifference(
  before: unknown,
  after: unknown,
  path: readonly string[] = [],
): Difference | undefined {
  if (JSON.stringify(before) === JSON.stringify(after)) return undefined;
  const both =
    typeof before === 'object' && typeof after === 'object' && before !== null && after !== null;
  if (!both || Array.isArray(before) !== Array.isArray(after)) {
    return differing(fieldName(path), before, after);
  }
  const [left, right] = [before as Record<string, unknown>, after as Record<string, unknown>];
  for (const key of new Set([...Object.keys(left), ...Object.keys(right)])) {
    const found = firstDifference(left[key], right[key], [...path, key]);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Fields as people wrote them, not as a spec holds them. */
function fieldName([first = '', second, ...rest]: readonly string[]): string {
  const more = second === undefined ? '' : [second, ...rest].join('.');
  if (first === 'environment' && more !== '') return `environment variable ${more}`;
  if (first !== 'work') return more === '' ? first : `${first}.${more}`;
  if (second === 'argv' && rest.length > 0) return `word ${Number(rest[0]) + 1} of its command`;
  if (second === 'args' && rest.length > 0) return `argument ${rest.join('.')}`;
  const names: Readonly<Record<string, string>> = {
    argv: 'its command',
    args: 'its arguments',
    script: 'its script',
    module: 'the module of its function',
    export: 'the name of its function',
  };
  return names[second ?? ''] ?? 'its work';
}

type Addresses = readonly (readonly [name: string, address: string])[];

/** The first input or output that stands for another address, by its name. */
function addressDifference(
  kind: 'input' | 'output',
  before: Addresses = [],
  after: Addresses = [],
): Difference | undefined {
  const [was, is] = [new Map(before), new Map(after)];
  for (const name of new Set([...was.keys(), ...is.keys()])) {
    const [then, now] = [was.get(name), is.get(name)];
    if (then !== now) return differing(`${kind} ${name}`, then, now);
  }
  const order = (all: Addresses): string => all.map(([name]) => name).join(', ');
  return order(before) === order(after)
    ? undefined
    : differing(`the order of its ${kind}s`, order(before), order(after));
}

/** First difference of two specs, given as the texts their fingerprints were made of. */
export function specDifference(before: string, after: string): Difference | undefined {
  if (before === after) return undefined;
  const [was, is] = [JSON.parse(before), JSON.parse(after)] as Record<string, unknown>[];
  const { inputs: inputsThen, outputs: outputsThen, ...then } = was ?? {};
  const { inputs: inputsNow, outputs: outputsNow, ...now } = is ?? {};
  return (
    firstDifference(then, now) ??
    addressDifference('input', inputsThen as Addresses, inputsNow as Addresses) ??
    addressDifference('output', outputsThen as Addresses, outputsNow as Addresses)
  );
}

/** First code whose digest is another one; `named` turns a path into what people call it. */
export function codeDifference(
  before: Readonly<Record<string, string>>,
  now: Iterable<readonly [code: string, digest: string]>,
  named: (code: string) => string,
): Difference | undefined {
  for (const [code, digest] of now) {
    const was = before[code];
    if (was === undefined || was === digest) continue;
    const field = `the code of ${named(code)}`;
    // Of a package the version is known, of a file only that it is another one.
    return was.includes('@') && digest.includes('@')
      ? { field, before: was, after: digest }
      : { field };
  }
  return undefined;
}

/** The first thing in which a task differs from what was remembered of it. */
export function whatChanged(
  memory: MemorySet,
  then: number,
  book: SetBook,
  index: number,
  naming: {
    readonly code: (code: string) => string;
    /** The task it needs that is another one, as far as that can be said. */
    readonly ancestor: () => string | undefined;
  },
): Difference {
  const [before, after] = [memory.spec(then), book.specs[index]];
  const hasBoth = before !== undefined && after !== undefined;
  const found =
    (hasBoth ? specDifference(before, after) : undefined) ??
    codeDifference(memory.head.codes, book.codes, naming.code) ??
    inputDifference(memory, then, book, index);
  if (found !== undefined) return found;
  const ancestor = naming.ancestor();
  return { field: ancestor === undefined ? 'parameters' : `${ancestor}, which it needs,` };
}

function inputDifference(
  memory: MemorySet,
  then: number,
  book: SetBook,
  index: number,
): Difference | undefined {
  const inputs = memory.inputs(then) ?? [];
  for (const input of book.inputs[index] ?? []) {
    const was = inputs.find((one) => one.address === input.address);
    if (was === undefined || was.generation === input.generation) continue;
    return {
      field: `the content of input ${input.address}`,
      before: `${was.bytes} bytes`,
      after: was.bytes === input.bytes ? `${input.bytes} other bytes` : `${input.bytes} bytes`,
    };
  }
  return undefined;
}
