import { stepError } from '../errors.ts';
import { type ProgramEnd, runProgram } from '../program/program.ts';
import { TROUBLE_CLASS } from '../system-error.ts';

/** Nothing may ask a person, and a host that does not answer must not hold the step for ever. */
const OPTIONS = ['-o', 'BatchMode=yes', '-o', 'ConnectTimeout=30', '-o', 'ServerAliveInterval=30'];

type Trouble = keyof typeof TROUBLE_CLASS;

const SIGNS: readonly (readonly [RegExp, Trouble])[] = [
  [/No space left on device|Disk quota exceeded|\((?:28|122)\)/, 'STEP_SPACE'],
  [
    /Permission denied|Operation not permitted|Read-only file system|Host key verification failed/,
    'STEP_DENIED',
  ],
  [
    /Could not resolve hostname|No such file or directory|Not a directory|command not found|Bad configuration option/,
    'STEP_PATH',
  ],
];

/** What went wrong, as far as the words of ssh, rsync and the system tell. */
function remoteTrouble(words: string): Trouble {
  return SIGNS.find(([sign]) => sign.test(words))?.[1] ?? 'STEP_UNAVAILABLE';
}

/** A word of `--rsh`, which rsync takes apart at blanks, with quotes that are doubled inside. */
function quoteForRsync(word: string): string {
  return /^[A-Za-z0-9_./=:@,+-]+$/.test(word) ? word : `'${word.replaceAll("'", "''")}'`;
}

/** A host that is reached over SSH. */
export class SshHost {
  readonly #ssh: readonly string[];
  readonly #signal: AbortSignal;
  /** As rsync writes it. */
  readonly name: string;

  constructor(name: string, ssh: readonly string[], signal: AbortSignal) {
    this.name = name;
    this.#ssh = [...ssh, ...OPTIONS];
    this.#signal = signal;
  }

  /** The value of rsync's `--rsh`. */
  get rsh(): string {
    return this.#ssh.map(quoteForRsync).join(' ');
  }

  /**
   * Runs a fixed text in the POSIX shell there. It is one word for whatever login shell the account has, so it may hold no
   * single quote and no `!`; all that varies goes through standard input.
   */
  run(script: string, input: string, keepBytes = 0): Promise<ProgramEnd> {
    return runProgram({
      argv: [...this.#ssh, this.name.replaceAll(/[[\]]/g, ''), `sh -c '${script}'`],
      environment: { LC_ALL: 'C' },
      input,
      keepBytes,
      stdout: 'quiet',
      signal: this.#signal,
    });
  }

  /** What a program that ended badly has met with. */
  failure(doing: string, end: ProgramEnd): Error {
    const trouble = remoteTrouble(end.errorTail);
    const message = `Cannot ${doing} ${this.name}: exit code ${end.code}. ${end.errorTail}`;
    const details = { host: this.name, code: end.code, failure: TROUBLE_CLASS[trouble] };
    return stepError(trouble, message, { details });
  }
}
