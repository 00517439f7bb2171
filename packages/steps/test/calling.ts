import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FunctionContext } from '@orchestrate/core';

/** What a step is handed, with a signal that the test can abort. */
export function contextFor(
  more: Partial<FunctionContext> = {},
): FunctionContext & { readonly abort: AbortController } {
  const abort = new AbortController();
  return {
    signal: abort.signal,
    task: 'test',
    attempt: 1,
    inputs: {},
    outputs: {},
    abort,
    ...more,
  };
}

/** A folder that is removed with everything in it. */
export function temporaryFolder(): { readonly path: string } & Disposable {
  const path = mkdtempSync(join(tmpdir(), 'orchestrate-steps-'));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}

/** The code of the error that an act ends with. */
export async function codeOf(act: () => unknown): Promise<string> {
  const error = await errorOf(act);
  return 'code' in error && typeof error.code === 'string' ? error.code : String(error);
}

/** The error that an act ends with. */
export async function errorOf(act: () => unknown): Promise<Error> {
  try {
    await act();
  } catch (error) {
    return error as Error;
  }
  throw new Error('expected an error, and there was none');
}
