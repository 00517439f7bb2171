import type { FailureClass, JobExit, JobSpec, Json, SubmitOutcome } from '@orchestrate/core';

/** What a scripted job does, one step after another. */
export type JobStep =
  | { readonly do: 'wait'; readonly seconds: number }
  /** Waits until a condition holds, looking every hundredth of a second. */
  | { readonly do: 'until'; readonly holds: () => boolean }
  | { readonly do: 'print'; readonly text: string }
  /** Has an effect outside. */
  | { readonly do: 'effect'; readonly run: () => void }
  | { readonly do: 'take-memory'; readonly bytes: number }
  /** What a call of a pack came to; in an ordered pack a failure ends the job. */
  | { readonly do: 'call'; readonly position: number; readonly outcome: CallOutcome }
  /** Ends the job early or badly. */
  | { readonly do: 'end'; readonly exit: JobExit };

/** How one call of a pack ended. */
export type CallOutcome =
  | { readonly value?: Json }
  | { readonly failure: FailureClass; readonly message: string };

/** Everything that happens to one job. */
export interface JobScript {
  /**
   * What its first submissions answer, one after the other; after that `accepted`. A `taken` job exists although the
   * answer was doubtful, a `not-taken` one does not.
   */
  readonly submit?: readonly ('accepted' | 'rejected' | 'busy' | 'taken' | 'not-taken')[];
  readonly reason?: string;
  /** Seconds from the submission to the start at the earliest. Default 0. */
  readonly queueSeconds?: number;
  /** What it does; then it has succeeded. Default: nothing. */
  readonly steps?: Iterable<JobStep>;
  /** Seconds from a request to end until it has ended. Default 0. */
  readonly endSeconds?: number;
}

/** Tells what happens to each job. */
export type Script = (job: JobSpec) => JobScript;

/** The outcome a scripted answer stands for. */
export function scriptedOutcome(
  job: JobSpec,
  answer: NonNullable<JobScript['submit']>[number],
  reason = `scripted: ${answer}`,
): SubmitOutcome {
  if (answer === 'accepted') return { key: job.key, outcome: 'accepted' };
  const doubtful = answer === 'taken' || answer === 'not-taken';
  return { key: job.key, outcome: doubtful ? 'doubtful' : answer, reason };
}
