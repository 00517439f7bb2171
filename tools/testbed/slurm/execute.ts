import { execFile } from 'node:child_process';
import { setTimeout as pause } from 'node:timers/promises';

/** How a program ended and what it printed. */
export interface Executed {
  /** Exit code; 127 when the program could not be started, 128 when a signal or the time limit ended it. */
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

interface ExecuteOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string;
  /** Milliseconds after which the program is killed. */
  readonly timeout?: number;
}

const LARGEST_OUTPUT = 64 * 1024 * 1024;

/** Runs a program to its end. Never rejects: how it ended is the answer. */
export function execute(argv: readonly string[], options: ExecuteOptions = {}): Promise<Executed> {
  const [program = '', ...rest] = argv;
  return new Promise((resolve) => {
    const child = execFile(
      program,
      rest,
      {
        encoding: 'utf8',
        env: { ...process.env, ...options.env },
        maxBuffer: LARGEST_OUTPUT,
        timeout: options.timeout ?? 0,
        killSignal: 'SIGKILL',
      },
      (error, stdout, stderr) => {
        if (error === null) resolve({ code: 0, stdout, stderr });
        else if (typeof error.code === 'number') resolve({ code: error.code, stdout, stderr });
        else if (error.code === undefined || error.code === null)
          resolve({ code: 128, stdout, stderr });
        else resolve({ code: 127, stdout, stderr: error.message });
      },
    );
    // A program that ends without reading its input is judged by its exit code.
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(options.input ?? '');
  });
}

/** A step of the bed that did not work; its message is meant for a person. */
export class BedProblem extends Error {
  override readonly name = 'BedProblem';
}

/** Runs a program that must succeed. What it printed on standard output. */
export async function must(argv: readonly string[], options: ExecuteOptions = {}): Promise<string> {
  const { code, stdout, stderr } = await execute(argv, options);
  if (code === 0) return stdout;
  const words = (stderr.trim() || stdout.trim()).split('\n').at(-1) ?? '';
  throw new BedProblem(`${argv.slice(0, 4).join(' ')}: exit code ${code}: ${words}`);
}

const BETWEEN_LOOKS = 50;

/** Looks again and again until something holds. Throws a {@link BedProblem} naming `what` after `seconds`. */
export async function until(
  what: string,
  holds: () => Promise<boolean>,
  seconds = 60,
): Promise<void> {
  const end = performance.now() + seconds * 1000;
  while (!(await holds())) {
    if (performance.now() > end) throw new BedProblem(`${what}: not within ${seconds} s`);
    await pause(BETWEEN_LOOKS);
  }
}
