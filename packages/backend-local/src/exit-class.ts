import { constants } from 'node:os';
import { exitOfStatus as exitStatus, type JobExit } from '@orchestrate/core';
import type { ForcedReason, JobFacts } from './records.ts';

/** What the runtime means by some codes of a container that it could not start. */
function meaningsOf({ container }: JobFacts): Readonly<Record<number, string>> {
  if (container === undefined || container.runtime === 'apptainer') return {};
  return { 125: `${container.runtime} could not start the container; its log says why` };
}

/** The exit of a command from its recorded status. */
export function exitOfStatus(status: number | 'log', facts: JobFacts): JobExit {
  if (status === 'log') {
    return {
      outcome: 'user-error',
      message: `nothing was started: the log file cannot be written: ${facts.logPath}`,
    };
  }
  return exitStatus(status, { meanings: meaningsOf(facts), signals: constants.signals });
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
