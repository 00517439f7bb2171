import type { RunSummary } from '@orchestrate/engine';
import { EXIT, type ExitCode } from '../exit-codes.ts';

const CODES: Readonly<Record<RunSummary['outcome'], ExitCode>> = {
  succeeded: EXIT.succeeded,
  failed: EXIT.failed,
  cancelled: EXIT.failed,
  stopped: EXIT.stopped,
};

/** The exit code that goes with the end of a run. */
export function exitOf(summary: RunSummary): ExitCode {
  return CODES[summary.outcome];
}
