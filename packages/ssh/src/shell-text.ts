import { sshError } from './errors.ts';
import type { Command, CommandOptions } from './transport.ts';

const VARIABLE = /^[A-Za-z_][A-Za-z0-9_]*$/;
/** Bytes that no shell gives a meaning, inside single quotes or out. */
const PLAIN = /[^A-Za-z0-9_/.,:=+@-]/g;

/**
 * One word of shell text that stands for exactly this string, whatever it holds: inside single quotes nothing is special.
 * The only function of this package that puts foreign text into shell text.
 * @throws SSH_ARGUMENT for a NUL character, which no argument, path or variable can hold
 */
export function shellQuote(text: string): string {
  if (text.includes('\0')) {
    throw sshError('SSH_ARGUMENT', 'a text with a NUL character cannot be passed to a process');
  }
  return `'${text.replaceAll("'", "'\\''")}'`;
}

function exportText([name, value]: readonly [string, string]): string {
  if (!VARIABLE.test(name)) {
    const got = JSON.stringify(name);
    throw sshError(
      'SSH_ARGUMENT',
      `expected letters, digits and _ as name of a variable, got ${got}`,
    );
  }
  return `export ${name}=${shellQuote(value)}`;
}

function programText(argv: readonly string[]): string {
  const [program = ''] = argv;
  if (program === '' || program.startsWith('-')) {
    const got = JSON.stringify(program);
    throw sshError('SSH_ARGUMENT', `expected the name of a program to run, got ${got}`);
  }
  return `exec ${argv.map(shellQuote).join(' ')}`;
}

/**
 * A command, with its folder and variables, as POSIX shell text. It is meant for a shell of its own, which it may replace.
 * @throws SSH_ARGUMENT
 */
export function commandText(command: Command, options: CommandOptions = {}): string {
  const { cwd, env = {} } = options;
  const parts = Object.entries(env).map(exportText);
  // `cd -- -` would go to the folder before.
  if (cwd !== undefined) {
    parts.push(`cd -- ${shellQuote(cwd.startsWith('-') ? `./${cwd}` : cwd)} || exit 126`);
  }
  // Through `eval` an error of syntax is one of this command.
  parts.push(typeof command === 'string' ? `eval ${shellQuote(command)}` : programText(command));
  return parts.join('\n');
}

/** Bytes in one line that `printf %b` turns back into them. */
export function printfText(bytes: string | Uint8Array): string {
  return Buffer.from(bytes)
    .toString('latin1')
    .replace(PLAIN, (byte) => `\\0${byte.charCodeAt(0).toString(8).padStart(3, '0')}`);
}

/** A command that reads these bytes. What it does not read is dropped without a word. */
export function withInput(command: string, input: Uint8Array): string {
  return `printf %b '${printfText(input)}' 2>/dev/null | (\n${command}\n)`;
}
