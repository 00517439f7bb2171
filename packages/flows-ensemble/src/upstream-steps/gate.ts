import { spawn } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import type { FunctionContext, Json } from '@orchestrate/core';
import { z } from 'zod';
import { ensembleError } from '../errors.ts';

const GateArgs = z.strictObject({
  argv: z.array(z.string()).min(1),
  directory: z.string(),
  /** Whether a failure is a failure, and not an answer. */
  fails: z.boolean(),
  /** File that is there when the directory, that of a run, was removed once it was archived. */
  mark: z.string().optional(),
});

function codeOf(argv: readonly string[], directory: string, signal: AbortSignal): Promise<number> {
  const [program = 'false', ...args] = argv;
  return new Promise((done, failed) => {
    const child = spawn(program, args, {
      cwd: directory,
      stdio: ['ignore', 'inherit', 'inherit'],
      signal,
      killSignal: 'SIGTERM',
    });
    child.on('error', failed);
    child.on('close', (code) => done(code ?? 255));
  });
}

/**
 * Runs a command whose failure is an answer: `{ passed, code }`. A member that is archived and removed passes no gate.
 * @throws ENSEMBLE_COMMAND when a failure is one, ENSEMBLE_DIRECTORY_GONE
 */
export async function askGate(given: Json, { signal }: FunctionContext): Promise<Json> {
  const { argv, directory, fails, mark } = GateArgs.parse(given);
  // The folder of a batch comes with its first task, the folder of a run does not.
  if (mark === undefined) mkdirSync(directory, { recursive: true });
  else if (!existsSync(directory)) {
    if (existsSync(mark)) return { passed: false, code: 0 };
    throw ensembleError('ENSEMBLE_DIRECTORY_GONE', `${directory} was made before, and is gone`, {
      details: { directory },
    });
  }
  const code = await codeOf(argv, directory, signal);
  if (code !== 0 && fails) {
    throw ensembleError('ENSEMBLE_COMMAND', `exit code ${code}: ${argv.at(-1) ?? ''}`, {
      details: { code },
    });
  }
  return { passed: code === 0, code };
}
