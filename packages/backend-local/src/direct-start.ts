import { basename } from 'node:path';

/** A program that a shell would do nothing with but become it. */
export interface DirectStart {
  /** The program, a path with a slash, and its arguments. */
  readonly words: readonly string[];
  /** Whether the shell is bash, which tells programs a little more than others do. */
  readonly isBash: boolean;
}

/** The shells of the system themselves, and nothing that a site may have put before them. */
const SHELLS = new Set(
  ['/bin', '/usr/bin'].flatMap((at) => ['sh', 'dash', 'bash'].map((name) => `${at}/${name}`)),
);
/** Variables that make a shell do more, or otherwise, than its text says. */
const STEERING = ['BASH_ENV', 'SHELLOPTS', 'BASHOPTS', 'POSIXLY_CORRECT', 'BASH_COMPAT'];
const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;
/** Words in which no shell sees anything to do, the first one a path: neither a builtin, a function nor a word of the language. */
const PLAIN_WORDS = /^[A-Za-z0-9_.+-]*\/[A-Za-z0-9_./+-]*(?: [A-Za-z0-9_./+:,@=-]+)*$/;
const PLAIN_PATH = /^[A-Za-z0-9_.+-]*\/[A-Za-z0-9_./+-]*$/;
/** A text that becomes the program named after it, where that may be executed, before it does anything else. */
const BECOMES = 'if [ -x "$0" ]; then exec "$0"; ';

/** Whether variables leave a shell as it is; names that are none stand for functions that bash hands on. */
export function isUnsteered(environment: Readonly<Record<string, string | undefined>>): boolean {
  return (
    STEERING.every((name) => environment[name] === undefined) &&
    Object.keys(environment).every((name) => NAME.test(name))
  );
}

/**
 * What `SHELL -c TEXT` comes to where the text names a program and nothing else: a process that starts a shell only to be
 * replaced costs as much as a small program does. `undefined` for all other commands. It holds only for a file that the
 * system itself can start: others a shell reads itself, or complains of.
 */
export function directStart(program: string, args: readonly string[]): DirectStart | undefined {
  const [option, text = '', name, ...more] = args;
  if (option !== '-c' || more.length > 0 || !SHELLS.has(program)) return undefined;
  const isBash = basename(program) === 'bash';
  if (name === undefined) {
    return PLAIN_WORDS.test(text) && !text.startsWith('-')
      ? { words: text.split(' '), isBash }
      : undefined;
  }
  return text.startsWith(BECOMES) && PLAIN_PATH.test(name) && !name.startsWith('-')
    ? { words: [name], isBash: false }
    : undefined;
}
