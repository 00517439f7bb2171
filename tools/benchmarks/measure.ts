import { spawn, spawnSync } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Root of the repository. */
export const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..', '..');

/**
 * Every benchmark's scratch space; inside the repository so that packages resolve, and ignored by git. It is removed when the
 * program ends and not between two measurements: for a minute or more ext4 steps over every inode that was just given free
 * when a file is made, which took a third of the processor time of a run of small tasks.
 */
export const WORK = join(ROOT, '.bench');
process.on('exit', () => rmSync(WORK, { recursive: true, force: true }));

/** The command line as people install it: built, not from source. */
export const ORCHESTRATE = join(ROOT, 'packages', 'cli', 'bin', 'orchestrate.js');

/** There once the packages are built. */
export const BUILT = join(ROOT, 'packages', 'cli', 'dist', 'bin.js');

const SAMPLE_MILLISECONDS = 10;

/** What one command cost. */
export interface Measured {
  readonly seconds: number;
  /** Largest resident size of the process itself, without its children; 0 where /proc is missing. */
  readonly peakMemoryBytes: number;
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

function peakBytes(pid: number | undefined): number {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    return Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1] ?? 0) * 1024;
  } catch {
    return 0;
  }
}

/** Runs a command and measures it from start to exit. */
export function measure(
  argv: readonly [string, ...string[]],
  options: {
    readonly cwd?: string;
    readonly env?: Readonly<Record<string, string>>;
    readonly input?: string;
  } = {},
): Promise<Measured> {
  return new Promise((resolve, reject) => {
    const began = performance.now();
    const [program, ...rest] = argv;
    const child = spawn(program, rest, {
      cwd: options.cwd ?? ROOT,
      env: { ...process.env, ...options.env },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    let peak = 0;
    const sampler = setInterval(() => {
      peak = Math.max(peak, peakBytes(child.pid));
    }, SAMPLE_MILLISECONDS);
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    child.stdout.on('data', (piece: Buffer) => out.push(piece));
    child.stderr.on('data', (piece: Buffer) => err.push(piece));
    child.on('error', reject);
    child.on('close', (code) => {
      clearInterval(sampler);
      resolve({
        seconds: (performance.now() - began) / 1000,
        peakMemoryBytes: peak,
        exitCode: code ?? -1,
        stdout: Buffer.concat(out).toString(),
        stderr: Buffer.concat(err).toString(),
      });
    });
    // A program may end, or close its input, before it was told everything.
    child.stdin.on('error', () => undefined);
    child.stdin.end(options.input ?? '');
  });
}

/** {@link measure}, and the command must have ended well. */
export async function measureGood(...call: Parameters<typeof measure>): Promise<Measured> {
  const measured = await measure(...call);
  if (measured.exitCode !== 0) {
    throw new Error(
      `${call[0].join(' ')} ended with ${measured.exitCode}:\n${measured.stdout}\n${measured.stderr}`,
    );
  }
  return measured;
}

/** The middle one by time of several measurements, after one that warms the caches. */
export async function median(times: number, once: () => Promise<Measured>): Promise<Measured> {
  await once();
  const all: Measured[] = [];
  for (let time = 0; time < times; time += 1) all.push(await once());
  all.sort((a, b) => a.seconds - b.seconds);
  const middle = all[Math.floor(times / 2)];
  if (middle === undefined) throw new Error('expected at least one measurement');
  return middle;
}

/** Stops with a clear message when a result is not what it must be: only right results are worth timing. */
export function mustEqual(what: string, got: unknown, expected: unknown): void {
  if (got !== expected)
    throw new Error(`${what}: expected ${String(expected)}, got ${String(got)}`);
}

/** Whether a program is on the PATH. */
export function has(program: string): boolean {
  return spawnSync('sh', ['-c', 'command -v "$0"', program]).status === 0;
}

/** Rounds figures to four digits, so that lines stay readable. */
export function tidy(value: number): number {
  return Number(value.toPrecision(4));
}
