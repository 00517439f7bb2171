import { constants } from 'node:os';
import type { JobExit } from '@orchestrate/core';
import type { ForcedReason, JobFacts } from './records.ts';

/** Of several names for one number, such as `SIGABRT` and `SIGIOT`, the first one counts: it is set last. */
const SIGNALS = new Map(
  Object.entries(constants.signals)
    .reverse()
    .map(([name, number]) => [number, name]),
);

/** Name of the signal behind an exit status as shells report it, `128 + number`. */
export function signalOfStatus(status: number): string | undefined {
  return status > 128 ? SIGNALS.get(status - 128) : undefined;
}

const MEANINGS: Readonly<Record<number, string>> = {
  126: ' (could not be executed)',
  127: ' (command not found)',
};

function meaningOf(status: number, { container }: JobFacts): string {
  if (status === 125 && container !== undefined && container.runtime !== 'apptainer') {
    return ` (${container.runtime} could not start the container; its log says why)`;
  }
  return MEANINGS[status] ?? '';
}

/** The exit of a command from its recorded status. */
export function exitOfStatus(status: number | 'log', facts: JobFacts): JobExit {
  if (status === 'log') {
    return {
      outcome: 'user-error',
      message: `nothing was started: the log file cannot be written: ${facts.logPath}`,
    };
  }
  if (status === 0) return { outcome: 'succeeded', code: 0 };
  const signal = signalOfStatus(status);
  if (signal !== undefined) {
    return { outcome: 'user-error', code: status, signal, message: `ended by signal ${signal}` };
  }
  const message = `exit code ${status}${meaningOf(status, facts)}`;
  return { outcome: 'user-error', code: status, message };
}

function forcedMessage(reason: ForcedReason, facts: JobFacts): string {
  switch (reason) {
    case 'cancelled':
      return 'cancelled';
    case 'timeout':
      return facts.timeSeconds === undefined
        ? 'ran longer than it was allowed to'
        : `ran longer than its limit of ${facts.timeSeconds} s`;
    case 'out-of-memory':
      return facts.memoryLimited === true
        ? `used more memory than its limit of ${facts.memoryBytes} bytes`
        : 'used more memory than there was';
  }
}

/** The exit of a job that was ended by force; `main` is how its own process took it, where that is known. */
export function exitOfForce(
  reason: ForcedReason,
  facts: JobFacts,
  main: JobExit | undefined,
): JobExit {
  return {
    outcome: reason,
    message: forcedMessage(reason, facts),
    ...(main?.code === undefined ? {} : { code: main.code }),
    ...(main?.signal === undefined ? {} : { signal: main.signal }),
  };
}
