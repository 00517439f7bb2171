import { PyDict, type PyValue } from '../python/value.ts';
import type { TaskType } from './model.ts';

/** What kind of value an argument takes. */
export type ArgumentKind = 'text' | 'count' | 'flag' | 'texts';

interface ArgumentSpec {
  readonly kind: ArgumentKind;
  readonly required?: true;
}

interface TaskSpec {
  readonly arguments: Readonly<Record<string, ArgumentSpec>>;
  /** `run`: needs a run, so it fails in the hooks of a batch or of the whole ensemble. */
  readonly only?: 'run';
}

const COMMAND = {
  cmd: { kind: 'text', required: true },
  cwd: { kind: 'text' },
  log: { kind: 'flag' },
  shell: { kind: 'text' },
} as const;

/** The task types with their arguments. */
export const TASK_TYPES: Readonly<Record<TaskType, TaskSpec>> = {
  jobs: {
    arguments: {
      limit: { kind: 'count', required: true },
      match: { kind: 'text', required: true },
    },
  },
  quota: { arguments: { atleast: { kind: 'count', required: true }, mnt: { kind: 'text' } } },
  check: { arguments: { ...COMMAND, fail: { kind: 'flag' } } },
  submit: { arguments: { script: { kind: 'text' } }, only: 'run' },
  execute: { arguments: COMMAND },
  move: {
    arguments: {
      dest: { kind: 'text', required: true },
      include: { kind: 'texts' },
      exclude: { kind: 'texts' },
      cwd: { kind: 'text' },
    },
    only: 'run',
  },
  remove: { arguments: { directory: { kind: 'text' } } },
};

/** Whether there is such a task type. */
export function isTaskType(name: string): name is TaskType {
  return Object.hasOwn(TASK_TYPES, name);
}

const EXPECTED: Readonly<Record<ArgumentKind, string>> = {
  text: 'a text',
  count: 'a whole number',
  flag: 'true or false',
  texts: 'a list of texts',
};

function isCount(value: PyValue): boolean {
  if (typeof value === 'number') return Number.isInteger(value);
  if (typeof value === 'string') return /^\s*[+-]?[0-9]+\s*$/.test(value);
  return typeof value === 'bigint';
}

/** Python takes anything as a condition, but a list or a map in place of one is a slip. */
function isFlag(value: PyValue): boolean {
  return ['boolean', 'bigint', 'number', 'string'].includes(typeof value);
}

const FITS: Readonly<Record<ArgumentKind, (value: PyValue) => boolean>> = {
  text: (value) => typeof value === 'string' && value !== '' && !value.includes('\0'),
  count: isCount,
  flag: isFlag,
  texts: (value) =>
    Array.isArray(value) &&
    !(value instanceof PyDict) &&
    value.every((item) => typeof item === 'string'),
};

/** What an argument should be, when the value is not that; `undefined` when it fits. */
export function expectedInstead(kind: ArgumentKind, value: PyValue): string | undefined {
  return FITS[kind](value) ? undefined : EXPECTED[kind];
}

/** A text that begins so stands for an attribute of the run, whatever follows. */
const RUN_PREFIX = 'run.';

/** The attribute that a `run.` argument stands for: what is between the first point and the second. */
export function attributeOf(value: PyValue): string | undefined {
  return typeof value === 'string' && value.startsWith(RUN_PREFIX)
    ? value.split('.')[1]
    : undefined;
}
