import type { TaskSpec } from '@orchestrate/core';
import type { UpstreamPlaces } from './places.ts';

/** Goes to a folder that is not in the project, where tasks cannot be sent, making it as they would, and becomes the command. */
const ELSEWHERE = 'mkdir -p -- "$0" && cd -- "$0" && exec "$@"';

/** A command in a folder, wherever that is. */
export function commandIn(
  places: UpstreamPlaces,
  directory: string,
  argv: readonly string[],
): TaskSpec {
  const below = places.inProject(directory);
  if (below === undefined) {
    return { work: { kind: 'command', argv: ['sh', '-c', ELSEWHERE, directory, ...argv] } };
  }
  return { work: { kind: 'command', argv }, ...(below === '' ? {} : { directory: below }) };
}

/** Keeps what a command prints in a file of its folder as well, named as upstream names it. */
const LOGGED = 'set -o pipefail; "$0" -c "$1" 2>&1 | tee "execute_command.$(date +%H%M%S.%6N).log"';
const IGNORED = '"$0" -c "$1" || echo "failed with $?, which is ignored here" >&2';
const LOGGED_IGNORED = `(${LOGGED}) || echo "failed with $?, which is ignored here" >&2`;

/** How a command of a task is run. */
export interface ShellTerms {
  readonly shell: string;
  readonly log: boolean;
  readonly ignoreErrors: boolean;
}

/** Words that run a shell text as upstream does. */
export function shellWords(text: string, { shell, log, ignoreErrors }: ShellTerms): string[] {
  if (!log && !ignoreErrors) return [shell, '-c', text];
  const script = log ? (ignoreErrors ? LOGGED_IGNORED : LOGGED) : IGNORED;
  return ['bash', '-c', script, shell, text];
}

/** Starts a job file: directly where it may be executed, by bash otherwise. */
const JOB = 'if [ -x "$0" ]; then exec "$0"; else exec bash "$0"; fi';
const JOB_IGNORED =
  'code=0; if [ -x "$0" ]; then "$0" || code=$?; else bash "$0" || code=$?; fi; if [ "$code" -ne 0 ]; then echo "the job ended with $code, which is ignored here" >&2; fi';

/** Words that run a job file, a path relative to its folder. */
export function jobWords(file: string, ignoreErrors: boolean): string[] {
  const path = file.startsWith('/') ? file : `./${file}`;
  return ['sh', '-c', ignoreErrors ? JOB_IGNORED : JOB, path];
}
