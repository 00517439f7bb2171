import type { PyArguments, PyValue } from '../python/value.ts';
import type { Render } from './render.ts';

/** A filter or test: works on a value, with arguments in the order of its parameters. */
export interface Filter {
  readonly parameters: readonly string[];
  readonly required: number;
  readonly run: (
    render: Render,
    value: PyValue,
    given: readonly (PyValue | undefined)[],
  ) => PyValue;
  /** Takes the arguments as they were written instead. */
  readonly raw?: (render: Render, value: PyValue, given: PyArguments) => PyValue;
  /** Does the same as `run` where it takes no arguments and answers a small int: gives that as a number. */
  readonly counts?: (value: PyValue) => number;
  /** Why a template may not use it. */
  readonly refused?: string;
}

/** Describes a filter: `?` marks the first parameter that has a default. */
export function filter(parameters: string, run: Filter['run']): Filter {
  const names = parameters.split(' ').filter((name) => name !== '');
  const optional = names.findIndex((name) => name.startsWith('?'));
  return {
    parameters: names.map((name) => name.replace('?', '')),
    required: optional === -1 ? names.length : optional,
    run,
  };
}

/** Describes a filter that answers how many there are of something. */
export function countingFilter(counts: NonNullable<Filter['counts']>): Filter {
  return { ...filter('', (_render, value) => BigInt(counts(value))), counts };
}

/** Describes a filter that takes its arguments as they are written. */
export function rawFilter(raw: NonNullable<Filter['raw']>): Filter {
  return { parameters: [], required: 0, run: () => null, raw };
}
