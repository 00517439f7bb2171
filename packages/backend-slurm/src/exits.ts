import { exitOfStatus, type FailureClass, type JobExit, signalOfStatus } from '@orchestrate/core';
import type { AccountLine } from './accounting.ts';
import type { ForcedEnd } from './ledger.ts';
import { meaningOf } from './slurm-states.ts';
import type { EndEntry } from './status-listing.ts';

/** What our own script on the node means by some codes. */
const MEANINGS = { 125: 'its folder or its log could not be opened on the node' };

/** What an exit code, as shells have it, says of a job that ended by itself. */
export const exitOfCode = (code: number): JobExit => exitOfStatus(code, { meanings: MEANINGS });

/** Whether a status file leaves open why the job was ended: something else than us sent it a signal. */
export function isInterrupted({ signal }: EndEntry): boolean {
  return signal === 'TERM' || signal === 'INT' || signal === 'HUP';
}

/** The exit of a job that was ended because we wanted it. */
export function forcedExit(reason: ForcedEnd, timeSeconds: number | undefined): JobExit {
  if (reason === 'cancelled') return { outcome: reason, message: 'cancelled' };
  if (reason === 'timeout') {
    const limit = timeSeconds === undefined ? '' : ` of ${timeSeconds} s`;
    return { outcome: reason, message: `ran longer than its limit${limit}` };
  }
  return { outcome: reason, message: 'used more memory than it was allowed to' };
}

/** The exit that a status file tells. */
export function exitOfEntry(
  entry: EndEntry,
  facts: { readonly forced?: ForcedEnd; readonly timeSeconds?: number },
): JobExit {
  const { endedAt, signal } = entry;
  if (signal === 'TIME') return { ...forcedExit('timeout', facts.timeSeconds), endedAt };
  // A job that was asked to end and had already done its work has done it.
  if (facts.forced !== undefined && (signal === 'CANCEL' || entry.code !== 0)) {
    return { ...forcedExit(facts.forced, facts.timeSeconds), endedAt };
  }
  if (signal === 'CANCEL') return { ...forcedExit('cancelled', undefined), endedAt };
  return { ...exitOfCode(entry.code), endedAt };
}

/** What is known of a job whose allocation is gone, beside what SLURM remembers of it. */
export interface Loss {
  readonly claimed: boolean;
  readonly entry?: EndEntry;
  readonly forced?: ForcedEnd;
  readonly timeSeconds?: number;
  /** Whether others share its allocation. */
  readonly shared: boolean;
}

/**
 * The exit of a job from what SLURM says of its allocation: the truth about why, where the job itself could say nothing, or only
 * that it was interrupted. `undefined` while SLURM does not say that it is over.
 */
export function exitOfAccount(line: AccountLine, loss: Loss): JobExit | undefined {
  const meaning = meaningOf(line.state);
  if (meaning === undefined) {
    return {
      outcome: 'lost',
      message: `SLURM says ${line.state}, a state this program does not know`,
    };
  }
  if (meaning.phase !== 'succeeded' && meaning.phase !== 'failed') return undefined;
  const on = line.nodes === '' ? '' : ` on ${line.nodes}`;
  if (loss.forced !== undefined) return forcedExit(loss.forced, loss.timeSeconds);
  if (!loss.claimed && loss.shared && line.nodes !== '') {
    const message = `its job of SLURM ended${on} (${line.state}) before its turn`;
    return { outcome: 'node-failure', message };
  }
  if (meaning.phase === 'succeeded') return exitOfCompleted(line, loss);
  const { failure, why } = meaning;
  if (failure === 'user-error') return exitOfFailed(line, loss, on);
  const by = /^CANCELLED by ([0-9]+)/.exec(line.state)?.[1];
  const who = by === undefined ? '' : ` by user ${by}`;
  return { outcome: failure, message: `${why}${who}${on}` };
}

/** SLURM's COMPLETED, while the job itself said nothing, or that it was sent a signal. */
function exitOfCompleted({ state }: AccountLine, loss: Loss): JobExit {
  // Somebody sent the signal to the job, and SLURM had no part in it.
  if (loss.entry !== undefined) return exitOfEntry(loss.entry, loss);
  const what = loss.claimed ? 'wrote no status file' : 'never started its work';
  return { outcome: 'lost', message: `SLURM says ${state}, but the job ${what}` };
}

/** SLURM's FAILED: an exit code, a death by signal, or a job that could not be launched. */
function exitOfFailed(line: AccountLine, loss: Loss, on: string): JobExit {
  if (!loss.claimed) {
    const outcome: FailureClass = 'submit-rejected';
    const code = `exit code ${line.code}${line.signal === 0 ? '' : `, signal ${line.signal}`}`;
    const message = `SLURM started it${on}, but its script never came to the work (${code}${
      line.reason === '' || line.reason === 'None' ? '' : `, ${line.reason}`
    }); see that the node sees the working folder`;
    return { outcome, message };
  }
  if (line.signal !== 0) {
    const signal = signalOfStatus(line.signal + 128) ?? `signal ${line.signal}`;
    return { outcome: 'user-error', signal, message: `ended by ${signal}${on}` };
  }
  return {
    ...exitOfCode(line.code),
    ...(line.code === 0 ? { outcome: 'lost', message: 'SLURM says FAILED' } : {}),
  };
}
