import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import type { JobExit } from '@orchestrate/core';
import type { Keeper } from './keeper.ts';
import type { LocalJob } from './local-job.ts';

const TAIL_BYTES = 16 * 1024;

function tailOf(path: string): string {
  try {
    const descriptor = openSync(path, 'r');
    try {
      const { size } = fstatSync(descriptor);
      const buffer = Buffer.alloc(Math.min(size, TAIL_BYTES));
      readSync(descriptor, buffer, 0, buffer.length, size - buffer.length);
      return buffer.toString('utf8');
    } finally {
      closeSync(descriptor);
    }
  } catch {
    return '';
  }
}

/**
 * What to make of a pack whose process died under it. The first call of which nothing was reported is held to be the one,
 * unless the process was killed from outside, which says nothing about the calls.
 */
export function crashOf(
  job: LocalJob,
  keeper: Keeper,
  how: { readonly code: number | null; readonly signal: string | null },
): JobExit {
  const outOfHeap = tailOf(keeper.paths.output).includes('heap out of memory');
  if (!outOfHeap && (how.signal === 'SIGKILL' || (how.code === null && how.signal === null))) {
    const message = 'the process of the calls was killed';
    return how.signal === null
      ? { outcome: 'lost', message }
      : { outcome: 'lost', signal: how.signal, message };
  }
  const failure = outOfHeap ? 'out-of-memory' : 'user-error';
  const message = outOfHeap
    ? 'the call used more memory than a function worker has'
    : `the call ended its process (${how.signal ?? `exit code ${how.code}`})`;
  const position = job.progress?.firstUnreported() ?? 0;
  job.progress?.add({ succeeded: [], values: [], failed: [{ position, failure, message }] });
  return {
    outcome: failure,
    message,
    ...(how.code === null ? {} : { code: how.code }),
    ...(how.signal === null ? {} : { signal: how.signal }),
  };
}
