import { spawn } from 'node:child_process';
import { ORCHESTRATE } from '../benchmarks/measure.ts';

const STOPPED = 3;
/** What `resume` says of a run that was killed before it was entered, or after its last task. */
const NOTHING_TO_RESUME = /"(?:CLI_NO_RUN|JOURNAL_MISSING|RUN_FINISHED)"/;
/** Exit code of a command that did nothing. */
export const REFUSED = 2;

/** How a leader is started, and when it dies. */
export interface Lead {
  readonly environment?: Readonly<Record<string, string>>;
  /** Resolves when it is to be killed with SIGKILL. */
  readonly killed?: Promise<unknown>;
}

/** Runs a leader; kills it when that is wanted and it is still there. Answers its exit code, or `undefined` when killed. */
export function lead(
  folder: string,
  command: string,
  { environment, killed }: Lead = {},
): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const leader = spawn(process.execPath, [ORCHESTRATE, command, '--json'], {
      cwd: folder,
      env: { ...process.env, ...environment },
    });
    const words: Buffer[] = [];
    leader.stdout.on('data', (piece: Buffer) => words.push(piece));
    leader.stderr.on('data', (piece: Buffer) => words.push(piece));
    void killed?.then(() => leader.kill('SIGKILL'), reject);
    leader.on('error', reject);
    leader.on('exit', (code, signal) => {
      const said = Buffer.concat(words).toString();
      if (signal === 'SIGKILL') resolve(undefined);
      else if (code === 0 || code === STOPPED) resolve(code);
      else if (code === REFUSED && NOTHING_TO_RESUME.test(said)) resolve(code);
      else reject(new Error(`${command} ended with ${code}:\n${said.slice(-4000)}`));
    });
  });
}
