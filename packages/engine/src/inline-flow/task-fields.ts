import {
  Bytes,
  compileCondition,
  compileTemplate,
  Duration,
  type InputForm,
  isPlainObject,
  NAME_PATTERN,
  plainValue,
  type Report,
  readField,
  reporting,
  scalarText,
  type Template,
  type Value,
  valueFrom,
  writtenText,
} from '@orchestrate/core';
import { z } from 'zod';
import { inlineError } from './errors.ts';

function invalid(message: string): Error {
  return inlineError('INLINE_FLOW_INVALID', message);
}

/** A text with expressions; numbers and booleans count as the text they were written as. */
function templateFrom(raw: unknown, written: string | undefined): Template | undefined {
  const text = scalarText(valueFrom(raw, written));
  return text === undefined ? undefined : compileTemplate(text);
}

/** An optional text with expressions. */
export function text(description: string) {
  return readField<Template>(
    (raw, report) => {
      const template = templateFrom(raw, undefined);
      if (template === undefined) report([], 'expected a text');
      return template ?? compileTemplate('');
    },
    { description, type: 'string' },
  ).optional();
}

/** Reads every entry of a map; an entry that cannot be read is reported under its name. */
export function entries<T>(
  raw: unknown,
  report: Report,
  read: (value: unknown, written: string | undefined, name: string) => T | undefined,
): ReadonlyMap<string, T> {
  const map = new Map<string, T>();
  if (!isPlainObject(raw)) {
    report([], 'expected a map of names');
    return map;
  }
  for (const name of Object.keys(raw)) {
    const value = reporting(() => read(raw[name], writtenText(raw, name), name), report, [name]);
    if (value !== undefined) map.set(name, value);
  }
  return map;
}

function named(raw: unknown, report: Report, what: string): void {
  if (!isPlainObject(raw)) return;
  for (const name of Object.keys(raw)) {
    if (NAME_PATTERN.test(name)) continue;
    report([name], `the name of an ${what} starts with a letter and has letters, digits, - and _`);
  }
}

/** What `run` says: a text for a shell, or words. */
export type RunConfig =
  | { readonly kind: 'text'; readonly template: Template }
  | { readonly kind: 'words'; readonly words: readonly Template[] };

/** Reads `run`. */
export function readRun(raw: unknown, report: Report): RunConfig {
  if (Array.isArray(raw)) {
    if (raw.length === 0) report([], 'expected a program and its arguments');
    const words = raw.map((word: unknown, index) => {
      const read = () => templateFrom(word, writtenText(raw, String(index)));
      const template = reporting(read, report, [index]);
      if (template === undefined && scalarText(word) === undefined)
        report([index], 'expected a text');
      return template ?? compileTemplate('');
    });
    return { kind: 'words', words };
  }
  if (typeof raw !== 'string' || raw.trim() === '') {
    report([], 'expected a command: a text, or a list of words');
    return { kind: 'words', words: [] };
  }
  return { kind: 'text', template: compileTemplate(raw) };
}

/** What is declared of one input: its address, or those of a list. */
interface InputEntry {
  readonly addresses: Template | readonly Template[];
  readonly as: InputForm;
}

/** Inputs by name; those of a list are called 0, 1, 2 ... */
export type InputConfig = ReadonlyMap<string, InputEntry>;

const InputOptions = z.strictObject({
  path: z.unknown(),
  as: z.enum(['path', 'address', 'mount']).default('path'),
});

/** Reads `inputs`. */
export function readInputs(raw: unknown, report: Report): InputConfig {
  if (typeof raw === 'string')
    return new Map([['0', { addresses: compileTemplate(raw), as: 'path' }]]);
  const map = Array.isArray(raw)
    ? Object.fromEntries(raw.map((item: unknown, index) => [String(index), item]))
    : raw;
  if (!Array.isArray(raw)) named(raw, report, 'input');
  return entries(map, report, (value, written, name) => {
    if (!isPlainObject(value)) return { addresses: addressesFrom(value, written), as: 'path' };
    const parsed = InputOptions.safeParse(value);
    tellIssues(parsed.error, report, name);
    if (!parsed.success) return undefined;
    const { path, as } = parsed.data;
    return { addresses: addressesFrom(path, undefined), as };
  });
}

function addressesFrom(raw: unknown, written: string | undefined): InputEntry['addresses'] {
  if (!Array.isArray(raw)) return needTemplate(raw, written);
  return raw.map((item: unknown) => needTemplate(item, undefined));
}

function tellIssues(error: z.ZodError | undefined, report: Report, name: string): void {
  for (const issue of error?.issues ?? [])
    report(
      [name, ...issue.path.map((part) => (typeof part === 'symbol' ? '' : part))],
      issue.message,
    );
}

function needTemplate(raw: unknown, written: string | undefined): Template {
  const template = templateFrom(raw, written);
  if (template === undefined) throw invalid('expected the address or path of a file');
  return template;
}

/** An output as declared. */
export interface OutputConfig {
  readonly address: Template;
  readonly inPlace: boolean;
  readonly mayBeEmpty: boolean;
}

const OutputOptions = z.strictObject({
  path: z.string(),
  inPlace: z.boolean().default(false),
  mayBeEmpty: z.boolean().default(false),
});

/** Reads `outputs`. */
export function readOutputs(raw: unknown, report: Report): ReadonlyMap<string, OutputConfig> {
  named(raw, report, 'output');
  return entries(raw, report, (value, written, name) => {
    if (!isPlainObject(value)) {
      return { address: needTemplate(value, written), inPlace: false, mayBeEmpty: false };
    }
    const parsed = OutputOptions.safeParse(value);
    tellIssues(parsed.error, report, name);
    if (!parsed.success) return undefined;
    const { path, ...more } = parsed.data;
    return { address: compileTemplate(path), ...more };
  });
}

/** An amount that is known, or an expression that gives it. */
export type Amount = { readonly fixed: number } | { readonly template: Template };

function amount(schema: z.ZodType<number>, description: string) {
  return readField<Amount>(
    (raw, report) => {
      if (typeof raw === 'string' && raw.includes('{{')) return { template: compileTemplate(raw) };
      const parsed = schema.safeParse(raw);
      for (const issue of parsed.error?.issues ?? []) report([], issue.message);
      return { fixed: parsed.data ?? 0 };
    },
    { description, type: ['number', 'string'] },
  ).optional();
}

const count = z.number({ error: 'expected a number' }).min(0, 'expected a number of at least 0');

/** How each resource is read, from a number or a text. */
export const RESOURCE_SCHEMAS = {
  cpus: count,
  memory: Bytes,
  time: Duration,
  gpus: count.int('expected a whole number'),
  disk: Bytes,
} as const;

/** What one attempt needs; every amount may be an expression. */
export const ResourceConfig = z.strictObject({
  cpus: amount(
    RESOURCE_SCHEMAS.cpus,
    'Processor cores; fractions where the backend can share a core.',
  ),
  memory: amount(RESOURCE_SCHEMAS.memory, 'Resident memory: `4Gi`, `512Mi`, or bytes.'),
  time: amount(RESOURCE_SCHEMAS.time, 'Wall time of one attempt: `20m`, `1h30m`, or seconds.'),
  gpus: amount(RESOURCE_SCHEMAS.gpus, 'Accelerators.'),
  disk: amount(RESOURCE_SCHEMAS.disk, 'Scratch space: `10Gi`, or bytes.'),
});

/** What `each` goes over: a list as written, or an expression that gives one. */
export type EachConfig = { readonly items: readonly Value[] } | { readonly template: Template };

/** Reads `each`. */
export function readEach(raw: unknown, report: Report): EachConfig {
  if (Array.isArray(raw)) {
    const items = valueFrom(raw);
    return { items: Array.isArray(items) ? items : [] };
  }
  if (typeof raw !== 'string') report([], 'expected a list, or an expression that gives one');
  return { template: compileCondition(typeof raw === 'string' ? raw : '[]') };
}

/** Argument values with an expression in every text. */
export type ArgsConfig =
  | { readonly kind: 'fixed'; readonly value: unknown }
  | {
      readonly kind: 'text';
      readonly template: Template;
      readonly path: readonly (string | number)[];
    }
  | { readonly kind: 'list'; readonly items: readonly ArgsConfig[] }
  | { readonly kind: 'map'; readonly entries: readonly (readonly [string, ArgsConfig])[] };

type Place = readonly (string | number)[];

function readArgs(raw: Value, report: Report, path: Place): ArgsConfig {
  if (typeof raw === 'string' && raw.includes('{{')) {
    const template = reporting(() => compileTemplate(raw), report, path);
    return template === undefined
      ? { kind: 'fixed', value: raw }
      : { kind: 'text', template, path };
  }
  if (Array.isArray(raw)) {
    const list: readonly Value[] = raw;
    return {
      kind: 'list',
      items: list.map((item, index) => readArgs(item, report, [...path, index])),
    };
  }
  if (isPlainObject(raw)) {
    const items = Object.keys(raw).map((key): readonly [string, ArgsConfig] => [
      key,
      readArgs(raw[key] as Value, report, [...path, key]),
    ]);
    return { kind: 'map', entries: items };
  }
  return { kind: 'fixed', value: plainValue(raw) };
}

/** Any value whose texts may hold expressions. */
export function argumentsField(description: string) {
  return readField<ArgsConfig>((raw, report) => readArgs(valueFrom(raw), report, []), {
    description,
  }).optional();
}

/** Reads one variable of `env`. */
export function templateFromEnv(raw: unknown, written: string | undefined): Template {
  const template = templateFrom(raw, written);
  if (template === undefined) throw invalid('expected text, number or boolean');
  return template;
}
