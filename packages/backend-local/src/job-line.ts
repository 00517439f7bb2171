import type { CommandWork, ShellWork } from '@orchestrate/core';
import type { DirectStart } from './direct-start.ts';
import { shellQuote } from './shell-quote.ts';

/** A command as the keeper's shell is told it. */
export interface CommandLine {
  readonly key: string;
  readonly directory: string;
  /** Absolute path of the program. */
  readonly program: string;
  /** Name under which the shell finds the same program, which the program is then told as its own. */
  readonly written?: string;
  readonly args: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly logPath: string;
  /** After how many seconds the keeper's watchdog ends the job. */
  readonly watchSeconds?: number;
  /** Program that knows the container of the job by its key. */
  readonly containerProgram?: string;
  /** What the program, a shell, would become at once. */
  readonly direct?: DirectStart;
}

const VARIABLE = /^[A-Za-z_][A-Za-z0-9_]*$/;
/** Names that a shell computes or protects, so that an assignment would fail or change the shell itself. */
const SHELL_OWN = new Set([
  'BASHOPTS',
  'BASH_VERSINFO',
  'EUID',
  'LINENO',
  'OPTIND',
  'PPID',
  'SHELLOPTS',
  'UID',
]);

/** Why a variable cannot be handed to a job through a shell, or `undefined` when it can. */
export function environmentProblem(name: string, value: string): string | undefined {
  if (!VARIABLE.test(name)) {
    return `environment variable ${JSON.stringify(name)}: expected letters, digits and _, not starting with a digit`;
  }
  if (SHELL_OWN.has(name) || name.startsWith('orch_')) {
    return `environment variable ${name} belongs to the shell and cannot be set for a job`;
  }
  return value.includes('\0') ? `environment variable ${name} holds a NUL character` : undefined;
}

/** Scripts longer than this are handed over as a file: one argument holds at most 128 KiB on Linux. */
export const LONGEST_INLINE_SCRIPT = 60_000;

/** The argument vector of a command or shell text; `scriptPath` is where a text too long for an argument was put. */
export function argvOf(work: CommandWork | ShellWork, scriptPath?: string): readonly string[] {
  if (work.kind === 'command') return work.argv;
  const shell = work.shell === 'bash' ? ['bash', '-euo', 'pipefail'] : ['sh', '-eu'];
  return scriptPath === undefined ? [...shell, '-c', work.script] : [...shell, scriptPath];
}

/**
 * The text that makes a keeper run one job: a single compound command, so that a shell that gets only a part of it runs
 * nothing of it. Where the log cannot be opened, `$orch_c` stays `log`. The redirections stand at the command itself and
 * not around it, since bash would else report a death by signal in the log, with the assignments and so with secrets.
 */
export function jobLine(line: CommandLine): string {
  const assignments = Object.entries(line.environment)
    .map(([name, value]) => `${name}=${shellQuote(value)} `)
    .join('');
  const [key, log] = [shellQuote(line.key), shellQuote(line.logPath)];
  const words = [line.written ?? line.program, ...line.args].map(shellQuote).join(' ');
  // Without functions that a shell may have inherited, and without what it remembers of where programs were.
  const [forget, start] = line.written === undefined ? ['', ''] : ['hash -r; ', 'command '];
  const known = line.containerProgram === undefined ? '' : ` ${shellQuote(line.containerProgram)}`;
  const limit = line.watchSeconds === undefined ? '' : ` ${line.watchSeconds}${known}`;
  const told = `ORCHESTRATE_JOB=${key} ${assignments}`;
  const rest = `</dev/null >>${log} 2>&1; orch_c=$?`;
  const usual = `${forget}${told}${start}${words} ${rest}`;
  return (
    `if orch_b ${key} ${shellQuote(line.directory)}${limit}; then if true >>${log}; then ` +
    `${line.direct === undefined ? usual : directly(line.direct, told, rest, usual)}; fi; ` +
    `orch_e ${key} $orch_c; fi\n`
  );
}

/** Starts what a shell would become without that shell, where the system can start it, with the variables bash would add. */
function directly(
  { words, isBash }: DirectStart,
  told: string,
  rest: string,
  usual: string,
): string {
  const path = shellQuote(words[0] ?? '');
  const added = isBash ? `PWD="$PWD" SHLVL="\${SHLVL:-0}" _=${path} ` : '';
  return `if orch_p ${path}; then ${added}${told}${words.map(shellQuote).join(' ')} ${rest}; else ${usual}; fi`;
}
