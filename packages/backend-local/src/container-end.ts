import { execFile } from 'node:child_process';
import type { ContainerFacts } from './records.ts';

/** A container program that hangs must not keep a job from ending for ever. */
const PATIENCE_MS = 60_000;

function call(program: string, args: readonly string[], done: () => void): void {
  execFile(program, args, { timeout: PATIENCE_MS, killSignal: 'SIGKILL' }, () => done());
}

/** The program that knows the container of a job by the job's key; apptainer keeps no account of containers. */
export function containerProgram(container: ContainerFacts | undefined): string | undefined {
  return container === undefined || container.runtime === 'apptainer'
    ? undefined
    : container.program;
}

/**
 * Signals the container of a job, which need not be a child of ours: it may belong to a daemon.
 */
export function signalContainer(
  container: ContainerFacts | undefined,
  key: string,
  signal: 'TERM' | 'KILL',
): void {
  const program = containerProgram(container);
  if (program !== undefined) call(program, ['kill', `--signal=${signal}`, key], () => {});
}

/**
 * Removes the container of a job, whatever state it is in, then goes on; at once when there can be none. A signal may
 * have come between its creation and its start, and then nobody else removes it.
 */
export function removeContainer(
  container: ContainerFacts | undefined,
  key: string,
  done: () => void,
): void {
  const program = containerProgram(container);
  if (program === undefined) done();
  // `rm --force` alone would wait for a polite end first.
  else call(program, ['kill', key], () => call(program, ['rm', '--force', key], done));
}
