import { type ChildProcess, spawn } from 'node:child_process';
import { statSync } from 'node:fs';
import type { Readable } from 'node:stream';
import { stepError } from '../errors.ts';
import { stoppedError, throwIfStopped } from '../stopped.ts';
import { systemCode } from '../system-error.ts';
import { environmentWith } from './environment.ts';
import { OutputTail } from './output-tail.ts';

/** From the polite signal to the one that cannot be refused. */
const GRACE_MS = 2_000;
/** How long output that is still on its way is waited for once the program itself has ended. */
const DRAIN_MS = 2_000;

/** A program to run; no shell comes between. */
export interface ProgramCall {
  readonly argv: readonly string[];
  readonly signal: AbortSignal;
  /** Default: the working directory of this process. */
  readonly directory?: string | undefined;
  /** Variables beside those of this process. */
  readonly environment?: Readonly<Record<string, string>> | undefined;
  readonly timeoutSeconds?: number | undefined;
  /** What the program reads on its standard input; default nothing. */
  readonly input?: string | Readable | undefined;
  /** Most bytes of standard output to keep; default 0. */
  readonly keepBytes?: number | undefined;
  /** Where standard output goes beside what is kept: to the task's log (default), or nowhere. */
  readonly stdout?: 'log' | 'quiet' | undefined;
  /** The same for standard error. */
  readonly stderr?: 'log' | 'quiet' | undefined;
}

/** How a program ended. */
export interface ProgramEnd {
  /** Exit code; 128 and the number of the signal for one that a signal ended. */
  readonly code: number;
  readonly stdout: string;
  /** Whether there was more standard output than was to be kept. */
  readonly isCut: boolean;
  /** The last lines of both outputs. */
  readonly tail: string;
  /** The last lines of standard error. */
  readonly errorTail: string;
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

function missing(error: unknown, call: ProgramCall): unknown {
  const code = systemCode(error);
  const [program = ''] = call.argv;
  if (code !== 'ENOENT' && code !== 'EACCES') return error;
  if (call.directory !== undefined && !isFolder(call.directory))
    return stepError('STEP_PATH', `There is no working directory ${call.directory}.`, {
      details: { path: call.directory },
      cause: error,
    });
  const why = code === 'ENOENT' ? 'is not installed or not in PATH' : 'cannot be executed';
  return stepError('STEP_PROGRAM_MISSING', `The program ${program} ${why} (${code}).`, {
    details: { program },
    cause: error,
  });
}

/** A program under way, the leader of a process group of its own. */
class Running {
  readonly #child: ChildProcess;
  readonly #call: ProgramCall;
  readonly #kept: Buffer[] = [];
  #keptBytes = 0;
  #isCut = false;
  readonly #tail = new OutputTail();
  readonly #errors = new OutputTail();
  #timedOut = false;
  #killing: NodeJS.Timeout | undefined;

  constructor(call: ProgramCall) {
    const [program = '', ...rest] = call.argv;
    this.#call = call;
    this.#child = spawn(program, rest, {
      cwd: call.directory,
      env: environmentWith(call.environment ?? {}),
      stdio: [call.input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
      detached: true,
    });
  }

  async ended(): Promise<ProgramEnd> {
    const { signal, timeoutSeconds } = this.#call;
    const stop = (): void => this.#end();
    const clock =
      timeoutSeconds === undefined
        ? undefined
        : setTimeout(() => {
            this.#timedOut = true;
            this.#end();
          }, timeoutSeconds * 1000);
    signal.addEventListener('abort', stop, { once: true });
    try {
      const code = await this.#exit();
      if (signal.aborted) throw stoppedError();
      if (this.#timedOut) throw this.#timeout();
      return {
        code,
        stdout: Buffer.concat(this.#kept).toString('utf8'),
        isCut: this.#isCut,
        tail: this.#tail.text,
        errorTail: this.#errors.text,
      };
    } finally {
      signal.removeEventListener('abort', stop);
      clearTimeout(clock);
      clearTimeout(this.#killing);
    }
  }

  #exit(): Promise<number> {
    const { promise, resolve, reject } = Promise.withResolvers<number>();
    const child = this.#child;
    let draining: NodeJS.Timeout | undefined;
    this.#listen();
    child.on('error', (error) => {
      if (child.pid === undefined) reject(missing(error, this.#call) as Error);
    });
    // What the program left behind in its group may hold the outputs open for ever.
    child.on('exit', () => {
      draining = setTimeout(() => this.#signal('SIGKILL'), DRAIN_MS);
    });
    child.on('close', (code, signalName) => {
      clearTimeout(draining);
      this.#signal('SIGKILL');
      resolve(code ?? 128 + (signalName === null ? 0 : (SIGNALS[signalName] ?? 0)));
    });
    return promise;
  }

  #listen(): void {
    const { input, stdout, stderr } = this.#call;
    this.#child.stdout?.on('data', (bytes: Buffer) => {
      this.#keep(bytes);
      this.#tail.add(bytes);
      if (stdout !== 'quiet') process.stdout.write(bytes);
    });
    this.#child.stderr?.on('data', (bytes: Buffer) => {
      this.#tail.add(bytes);
      this.#errors.add(bytes);
      if (stderr !== 'quiet') process.stderr.write(bytes);
    });
    const { stdin } = this.#child;
    // A program that does not read its input closes the pipe; its exit code tells what that means.
    stdin?.on('error', () => stdin.destroy());
    if (typeof input === 'string') stdin?.end(input);
    else if (input !== undefined && stdin !== null) input.pipe(stdin);
  }

  #keep(bytes: Buffer): void {
    const room = (this.#call.keepBytes ?? 0) - this.#keptBytes;
    if (bytes.length > room) this.#isCut = true;
    if (room <= 0) return;
    this.#kept.push(bytes.subarray(0, room));
    this.#keptBytes += Math.min(room, bytes.length);
  }

  #end(): void {
    this.#signal('SIGTERM');
    this.#killing ??= setTimeout(() => this.#signal('SIGKILL'), GRACE_MS);
  }

  #signal(name: NodeJS.Signals): void {
    const { pid } = this.#child;
    if (pid === undefined) return;
    try {
      process.kill(-pid, name);
    } catch (error) {
      if (systemCode(error) !== 'ESRCH' && systemCode(error) !== 'EPERM') throw error;
    }
  }

  #timeout(): Error {
    const [program = ''] = this.#call.argv;
    const seconds = this.#call.timeoutSeconds ?? 0;
    const message = `${program} was still running after ${seconds} s and was ended.${this.#tail.quoted}`;
    return stepError('STEP_TIMEOUT', message, { details: { program, seconds } });
  }
}

const SIGNALS: Readonly<Partial<Record<NodeJS.Signals, number>>> = {
  SIGHUP: 1,
  SIGINT: 2,
  SIGQUIT: 3,
  SIGILL: 4,
  SIGABRT: 6,
  SIGBUS: 7,
  SIGFPE: 8,
  SIGKILL: 9,
  SIGSEGV: 11,
  SIGPIPE: 13,
  SIGALRM: 14,
  SIGTERM: 15,
  SIGXCPU: 24,
  SIGXFSZ: 25,
};

/**
 * Runs a program to its end. When the step is stopped or the time is up its whole process group is ended, by SIGTERM and
 * two seconds later by SIGKILL; what a program leaves running in its group when it ends is ended too.
 * @throws STEP_PROGRAM_MISSING, STEP_PATH for a missing working directory, STEP_TIMEOUT, STEP_STOPPED
 */
export async function runProgram(call: ProgramCall): Promise<ProgramEnd> {
  throwIfStopped(call.signal);
  return new Running(call).ended();
}
