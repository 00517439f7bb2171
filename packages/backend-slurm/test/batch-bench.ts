import { type ChildProcess, spawn } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  watch,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterEach, beforeEach } from 'vitest';
import { type BatchScript, batchScript } from '../src/batch-script.ts';
import { BATCH_FOLDERS } from '../src/layout.ts';
import { type EndEntry, parseEnd } from '../src/status-listing.ts';

/** Folder of the batch of one test. */
export let root: string;
const running = new Set<ChildProcess>();

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "batch it's $(here) "));
});
afterEach(() => {
  for (const child of running) child.kill('SIGKILL');
  running.clear();
  rmSync(root, { recursive: true, force: true });
});

/** Writes a batch whose jobs are these shell texts, as the submitter does. */
export function batch(jobs: readonly string[], more: Partial<BatchScript> = {}): void {
  for (const folder of BATCH_FOLDERS) mkdirSync(join(root, folder), { recursive: true });
  for (const [n, text] of jobs.entries()) writeFileSync(join(root, 'jobs', `${n}.sh`), text);
  writeFileSync(join(root, 'stamp'), '1\n');
  const script = batchScript({
    name: 'k-1',
    root,
    stamp: '1',
    jobs: jobs.length,
    perAllocation: jobs.length,
    lanes: 1,
    graceSeconds: 0.2,
    options: {},
    title: 'test',
    ...more,
  });
  writeFileSync(join(root, 'batch.sh'), script);
}

interface Allocation {
  readonly process: ChildProcess;
  /** Exit code, or the signal that ended the script. */
  readonly end: Promise<number | string>;
}

/** Runs the script as SLURM does, in a process group of its own. */
export function allocate(
  id: number,
  environment: Readonly<Record<string, string>> = {},
): Allocation {
  const child = spawn('bash', [join(root, 'batch.sh')], {
    env: { PATH: process.env['PATH'] ?? '', SLURM_JOB_ID: String(id), ...environment },
    stdio: 'ignore',
    detached: true,
  });
  running.add(child);
  const end = new Promise<number | string>((resolve) => {
    child.on('exit', (code, signal) => {
      running.delete(child);
      resolve(code ?? signal ?? '');
    });
  });
  return { process: child, end };
}

/** What the status files say, in order. */
export const ends = (): EndEntry[] =>
  readdirSync(join(root, 'e'))
    .flatMap((name) => parseEnd(name) ?? [])
    .sort((a, b) => a.index - b.index || a.restart - b.restart);

/** Lines of a file of the batch. */
export const lines = (name: string): string[] =>
  existsSync(join(root, name))
    ? readFileSync(join(root, name), 'utf8').split('\n').filter(Boolean)
    : [];

/** Resolves when something holds of the files of the batch. */
export async function until(holds: () => boolean): Promise<void> {
  while (!holds()) {
    await new Promise<void>((resolve) => {
      const watcher = watch(root, { recursive: true }, () => {
        watcher.close();
        resolve();
      });
      if (holds()) {
        watcher.close();
        resolve();
      }
    });
  }
}

function isAlive(pid: number): boolean {
  try {
    // A process that was killed and that nobody has waited for yet is dead.
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

/** Whether a process is gone, or goes within seconds: one that was killed takes a moment to die. */
export async function goes(pid: number): Promise<boolean> {
  for (let looks = 0; looks < 200; looks += 1) {
    if (!isAlive(pid)) return true;
    await setTimeout(20);
  }
  return false;
}
