import type { FunctionPack, JobSpec } from '@orchestrate/core';
import { shellQuote } from '@orchestrate/ssh';

/** How packs of function calls are run on the cluster. */
export interface RunnerPlace {
  /** Path of the Node binary there. */
  readonly node: string;
  /** Arguments before those of the runner: its entry point. */
  readonly args: readonly string[];
}

/** Where a job of a batch finds its files. */
export interface JobPlace {
  readonly directory: string;
  readonly log: string;
  /** For packs. */
  readonly pack: string;
  readonly result: string;
  /** For shell texts that are too long for an argument. */
  readonly script: string;
  /** Folder of the project, from which packages are looked for. */
  readonly project: string;
  /** Folders to be made first. */
  readonly folders: readonly string[];
  /** A text of the job with the leader's paths in it, as the job needs it. */
  readonly textOf: (text: string) => string;
}

const VARIABLE = /^[A-Za-z_][A-Za-z0-9_]*$/;
/** Names that bash computes or protects. */
const SHELL_OWN = new Set(['BASHOPTS', 'BASH_VERSINFO', 'EUID', 'PPID', 'SHELLOPTS', 'UID']);

function wordProblem(words: readonly string[]): string | undefined {
  return words.some((word) => word.includes('\0')) ? 'a text holds a NUL character' : undefined;
}

/** Why a job can never be run by a batch, or `undefined` when it can. */
export function jobProblem({
  work,
  environment,
  directory,
  logPath,
  image,
}: JobSpec): string | undefined {
  if (image !== undefined) {
    return 'asks for an image; use `apptainer exec` in the command on this cluster';
  }
  for (const [name, value] of Object.entries(environment)) {
    if (!VARIABLE.test(name)) {
      return `environment variable ${JSON.stringify(name)}: expected letters, digits and _, not starting with a digit`;
    }
    if (SHELL_OWN.has(name))
      return `environment variable ${name} belongs to the shell and cannot be set`;
    if (value.includes('\0')) return `environment variable ${name} holds a NUL character`;
  }
  if (!directory.startsWith('/'))
    return `expected an absolute path, got ${JSON.stringify(directory)}`;
  if (work.kind === 'functions') {
    if (work.calls.length === 0) return 'the pack has no calls';
    return wordProblem([directory, logPath]);
  }
  if (work.kind === 'shell') return wordProblem([directory, logPath, work.script]);
  if (work.argv.length === 0) return 'the argument vector is empty';
  return wordProblem([directory, logPath, ...work.argv]);
}

/** One argument holds at most 128 KiB on Linux. */
const LONGEST_ARGUMENT = 60_000;

function isLong(work: JobSpec['work']): boolean {
  return work.kind === 'shell' && work.script.length > LONGEST_ARGUMENT;
}

function commandWords(
  work: JobSpec['work'],
  place: JobPlace,
  runner: RunnerPlace,
): readonly string[] {
  switch (work.kind) {
    case 'command':
      return work.argv.map(place.textOf);
    case 'shell':
      return [
        ...(work.shell === 'bash' ? ['bash', '-euo', 'pipefail'] : ['sh', '-eu']),
        ...(isLong(work) ? [place.script] : ['-c', place.textOf(work.script)]),
      ];
    case 'functions':
      return [
        runner.node,
        ...runner.args,
        '--pack',
        place.pack,
        '--result',
        place.result,
        '--from',
        place.project,
      ];
  }
}

/** The text a batch reads to run one job: it becomes that job. `extra` is a shell text too long for an argument. */
export function jobScript(
  job: JobSpec,
  place: JobPlace,
  runner: RunnerPlace,
): { readonly text: string; readonly extra?: string } {
  const exports = Object.entries(job.environment).map(
    ([name, value]) => `export ${name}=${shellQuote(place.textOf(value))}`,
  );
  const folders = place.folders.map(shellQuote).join(' ');
  const words = commandWords(job.work, place, runner);
  const text = [
    ...(folders === '' ? [] : [`mkdir -p -- ${folders}`]),
    // Without a log there is nobody to tell why.
    `exec >>${shellQuote(place.log)} 2>&1 </dev/null || exit 125`,
    `cd -- ${shellQuote(place.directory)} || exit 125`,
    `export ORCHESTRATE_JOB=${shellQuote(job.key)}`,
    ...exports,
    `exec ${words.map(shellQuote).join(' ')}`,
    '',
  ].join('\n');
  const { work } = job;
  return {
    text,
    ...(work.kind === 'shell' && isLong(work) ? { extra: place.textOf(work.script) } : {}),
  };
}

/** The file the runner reads. */
export function packText({ module, export: exported, ordered, calls }: FunctionPack): string {
  return JSON.stringify({ module, export: exported, ordered, calls });
}
