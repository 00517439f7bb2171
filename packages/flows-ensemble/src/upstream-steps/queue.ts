import { execFile } from 'node:child_process';
import { userInfo } from 'node:os';
import { promisify } from 'node:util';
import type { FunctionContext, Json } from '@orchestrate/core';
import { z } from 'zod';

const QueueArgs = z.strictObject({ limit: z.number(), match: z.string() });

/** Number of jobs in the output of `squeue -h -o %j` whose names begin with a text. */
function countJobs(output: string, match: string): number {
  return output.split('\n').filter((name) => name !== '' && name.startsWith(match)).length;
}

/**
 * Whether fewer than `limit` jobs of this user whose names begin with `match` stand in the queue of Slurm; where there is
 * no Slurm, there is no queue to wait for.
 */
export async function jobsBelow(given: Json, { signal }: FunctionContext): Promise<Json> {
  const { limit, match } = QueueArgs.parse(given);
  try {
    const user = userInfo().username;
    const { stdout } = await promisify(execFile)('squeue', ['-h', '-o', '%j', '-u', user], {
      signal,
      maxBuffer: 64 * 1024 * 1024,
    });
    return countJobs(stdout, match) < limit;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return true;
    throw error;
  }
}
