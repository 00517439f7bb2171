import type { JobExit } from './backend.ts';

/** Numbers of signals by name. */
export type SignalNumbers = Readonly<Record<string, number>>;

/**
 * What Linux calls its signals on x86 and ARM (signal(7), "Signal numbering"). Jobs end on machines of their own, so that the
 * numbers of the leader's system, which may be another, are not those in their exit codes.
 */
export const LINUX_SIGNALS: SignalNumbers = {
  SIGHUP: 1,
  SIGINT: 2,
  SIGQUIT: 3,
  SIGILL: 4,
  SIGTRAP: 5,
  SIGABRT: 6,
  SIGBUS: 7,
  SIGFPE: 8,
  SIGKILL: 9,
  SIGUSR1: 10,
  SIGSEGV: 11,
  SIGUSR2: 12,
  SIGPIPE: 13,
  SIGALRM: 14,
  SIGTERM: 15,
  SIGSTKFLT: 16,
  SIGCHLD: 17,
  SIGCONT: 18,
  SIGSTOP: 19,
  SIGTSTP: 20,
  SIGTTIN: 21,
  SIGTTOU: 22,
  SIGURG: 23,
  SIGXCPU: 24,
  SIGXFSZ: 25,
  SIGVTALRM: 26,
  SIGPROF: 27,
  SIGWINCH: 28,
  SIGIO: 29,
  SIGPWR: 30,
  SIGSYS: 31,
};

/**
 * Name of the signal behind an exit code as shells and container runtimes report it, 128 and its number; `undefined` where there
 * is none. Of several names for one number the first one counts.
 */
export function signalOfStatus(
  status: number,
  signals: SignalNumbers = LINUX_SIGNALS,
): string | undefined {
  return Object.entries(signals).find(([, number]) => number === status - 128)?.[0];
}

/** What shells mean by some exit codes (POSIX.1-2017, Shell & Utilities, 2.8.2). */
const MEANINGS: Readonly<Record<number, string>> = {
  126: 'could not be executed',
  127: 'command not found',
};

/**
 * How a command ended that ended by itself, by its exit code. `meanings` are those that its runner gives to some codes, beside
 * those that shells give.
 */
export function exitOfStatus(
  code: number,
  more: {
    readonly meanings?: Readonly<Record<number, string>>;
    readonly signals?: SignalNumbers;
  } = {},
): JobExit {
  if (code === 0) return { outcome: 'succeeded', code };
  const signal = signalOfStatus(code, more.signals);
  if (signal !== undefined)
    return { outcome: 'user-error', code, signal, message: `ended by signal ${signal}` };
  const meaning = more.meanings?.[code] ?? MEANINGS[code];
  const message = `exit code ${code}${meaning === undefined ? '' : ` (${meaning})`}`;
  return { outcome: 'user-error', code, message };
}
