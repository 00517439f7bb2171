import type { Resources } from '@orchestrate/core';

/** Options of `sbatch` by their long names, as people write them: a flag is `true`. */
export type SbatchOptions = Readonly<Record<string, string | number | boolean>>;

const NAME = /^[a-z][a-z0-9-]*$/;
/** What is ours: identity, place and output of a job are how it is found again. */
const OURS: Readonly<Record<string, string>> = {
  array: 'arrays are formed from tasks',
  chdir: 'a task says `directory`',
  error: 'the log of a task has its place',
  help: 'it runs nothing',
  'job-name': 'the name is how a job is found again',
  output: 'the log of a task has its place',
  parsable: 'it is set',
  quiet: 'the answer of sbatch is needed',
  'test-only': '`orchestrate plan --check` does it',
  usage: 'it runs nothing',
  version: 'it runs nothing',
  wait: 'jobs are watched',
  wrap: 'a task says what it runs',
};

/** Why an option cannot be handed to `sbatch`, or `undefined` when it can. */
export function sbatchOptionProblem(name: string, value: unknown): string | undefined {
  if (!NAME.test(name)) {
    return `expected the long name of an option of sbatch, such as partition, got ${JSON.stringify(name)}`;
  }
  const reason = Object.hasOwn(OURS, name) ? OURS[name] : undefined;
  if (reason !== undefined) return `${name} cannot be set: ${reason}`;
  if (typeof value === 'string' && /\p{Cc}/u.test(value)) {
    return `${name}: expected one line without control characters`;
  }
  return undefined;
}

/** A value as the reader of `#SBATCH` lines in sbatch wants it: quoted where it would end at a blank or `#`. */
function directiveValue(value: string): string {
  if (/^[\w@%+=:,./~^[\]()*-]+$/.test(value)) return value;
  return `"${value.replace(/["\\]/g, '\\$&')}"`;
}

/** Lines `#SBATCH --name=value`; `false` leaves an option out. */
export function directives(options: SbatchOptions): string[] {
  return Object.entries(options).flatMap(([name, value]) => {
    if (value === false) return [];
    if (value === true) return [`#SBATCH --${name}`];
    return [`#SBATCH --${name}=${directiveValue(String(value))}`];
  });
}

const MEBIBYTE = 2 ** 20;

/**
 * What `sbatch` is told of resources. Time is left to the caller, which knows how many jobs share an allocation.
 * Fractions of a core are rounded up, memory to whole MiB: SLURM knows nothing smaller.
 */
export function resourceOptions(resources: Resources): SbatchOptions {
  const { cpus, memoryBytes, gpus, diskBytes } = resources;
  return {
    ...(cpus === undefined ? {} : { 'cpus-per-task': Math.max(1, Math.ceil(cpus)) }),
    ...(memoryBytes === undefined ? {} : { mem: `${Math.ceil(memoryBytes / MEBIBYTE)}M` }),
    ...(gpus === undefined || gpus === 0 ? {} : { gres: `gpu:${gpus}` }),
    ...(diskBytes === undefined ? {} : { tmp: `${Math.ceil(diskBytes / MEBIBYTE)}M` }),
  };
}

/** Minutes that cover so many seconds; SLURM counts limits in whole minutes. */
export function minutesFor(seconds: number): number {
  return Math.max(1, Math.ceil(seconds / 60));
}
