import { spawn } from 'node:child_process';
import type { FunctionContext, Json } from '@orchestrate/core';
import { z } from 'zod';
import { ensembleError } from '../errors.ts';

const GateArgs = z.strictObject({
  argv: z.array(z.string()).min(1),
  directory: z.string(),
  /** Whether a failure is a failure, and not an answer. */
  fails: z.boolean(),
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
 * Runs a command whose failure is an answer: `{ passed, code }`.
 * @throws ENSEMBLE_COMMAND when a failure is one
 */
export async function askGate(given: Json, { signal }: FunctionContext): Promise<Json> {
  const { argv, directory, fails } = GateArgs.parse(given);
  const code = await codeOf(argv, directory, signal);
  if (code !== 0 && fails) {
    throw ensembleError('ENSEMBLE_COMMAND', `exit code ${code}: ${argv.at(-1) ?? ''}`, {
      details: { code },
    });
  }
  return { passed: code === 0, code };
}
