import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';
import { type CommandWork, exitOfStatus, type ShellWork } from '@orchestrate/core';
import { stagingError } from '../errors.ts';

const STRICT = { bash: ['bash', '-euo', 'pipefail'], sh: ['sh', '-eu'] } as const;
/** Linux takes no single argument above 128 KiB. */
const LONGEST_ARGUMENT = 100_000;
/** Between asking a program to end and ending it, milliseconds. */
const GRACE_MS = 10_000;

/** Both streams into one, so that lines keep their order: only the system can do that. */
const JOINED = ['sh', '-c', 'exec "$0" "$@" 2>&1'];

const endOf = (code: number | null, signal: NodeJS.Signals | null): string | undefined =>
  signal === null
    ? exitOfStatus(code ?? 0, { signals: constants.signals }).message
    : `ended by signal ${signal}`;

/** Runs a program to its end; what it prints is printed here. @throws STAGING_WORK when it does not end well */
async function runProgram(argv: readonly string[], signal: AbortSignal): Promise<void> {
  const [program = 'sh', ...args] = [...JOINED, ...argv];
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const { promise, resolve, reject } = Promise.withResolvers<string | undefined>();
  let force: NodeJS.Timeout | undefined;
  const end = (): void => {
    child.kill('SIGTERM');
    force ??= setTimeout(() => child.kill('SIGKILL'), GRACE_MS);
  };
  signal.addEventListener('abort', end, { once: true });
  if (signal.aborted) end();
  // Through the stream of this process, which knows where the log of this call is.
  child.stdout.on('data', (piece: Buffer) => process.stdout.write(piece));
  child.on('error', reject);
  // Not `exit`: what it printed last would be lost. A program it left behind may hold the stream, and is waited for.
  child.on('close', (code, by) => resolve(code === 0 && by === null ? undefined : endOf(code, by)));
  try {
    const message = await promise;
    signal.throwIfAborted();
    if (message !== undefined)
      throw stagingError('STAGING_WORK', message, { details: { failureClass: 'user-error' } });
  } finally {
    clearTimeout(force);
    signal.removeEventListener('abort', end);
  }
}

/** Runs a command or script as the backends do. @throws STAGING_WORK when it does not end well */
export async function runCommand(
  work: CommandWork | ShellWork,
  signal: AbortSignal,
): Promise<void> {
  if (work.kind === 'command') {
    await runProgram(work.argv, signal);
    return;
  }
  const shell = STRICT[work.shell];
  if (Buffer.byteLength(work.script) < LONGEST_ARGUMENT) {
    await runProgram([...shell, '-c', work.script], signal);
    return;
  }
  const folder = mkdtempSync(join(tmpdir(), 'orchestrate-script-'));
  try {
    const file = join(folder, 'script');
    writeFileSync(file, work.script, { mode: 0o600 });
    await runProgram([...shell, file], signal);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
