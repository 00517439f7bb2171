import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { JobSpec } from '@orchestrate/core';
import { onTestFinished } from 'vitest';

/** Starts a leader in a process of its own, which has submitted the jobs when this returns. */
export async function startLeader(
  place: string,
  jobs: readonly JobSpec[],
  options: object = {},
): Promise<ChildProcess> {
  const file = join(place, 'jobs.json');
  writeFileSync(file, JSON.stringify(jobs));
  const entry = fileURLToPath(new URL('./leader.ts', import.meta.url));
  const args = ['--conditions=@orchestrate/source', entry, place, file, JSON.stringify(options)];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  await once(child.stdout, 'data');
  return child;
}

/** Kills it as a power cut would. */
export async function killLeader(leader: ChildProcess): Promise<void> {
  leader.kill('SIGKILL');
  await once(leader, 'exit');
}
