import type { FailureClass, Json } from '@orchestrate/core';
import type { SetNode } from './graph.ts';

/** Why a job is being ended by us. */
export type Ending = 'cancelled' | 'run' | 'queue' | 'idle';

/** A call of a pack that failed; kept until the pack has ended where calls depend on each other. */
interface CallFailure {
  readonly position: number;
  readonly failure: FailureClass;
  readonly message: string;
}

/**
 * A job that may exist. The first part follows from the journal alone; the second is what the present leader knows
 * beside it, and a new leader finds out again.
 */
export interface Job {
  readonly number: number;
  readonly backend: string;
  readonly node: SetNode;
  readonly tasks: readonly number[];
  readonly ordered: boolean;
  /** Tasks that have not left it. */
  left: number;
  state: number;
  /** The backend has confirmed it once: if it is gone then, it was lost, not never there. */
  isConfirmed: boolean;
  /** Times of facts, milliseconds since 1970. */
  submittedAt: number;
  startedAt: number;

  /** It has ended and holds no limits any more; only its outputs are still being collected. */
  isOver: boolean;
  /** An earlier leader submitted it. */
  isInherited: boolean;
  isAnswered: boolean;
  /** It has to be found, whatever its state. */
  isToFind: boolean;
  /** Monotonic milliseconds from which on `absent`, asked for later, is proof. */
  settleAt: number;
  submittedMono: number;
  startedMono: number;
  runSeconds: number | undefined;
  /** Why it waits, as it was said last. */
  waitReason: string | undefined;
  /** Latest sign of life in the backend's words, and when we noticed that it was newer. */
  activityAt: number;
  activityMono: number;
  isIdleLook: boolean;
  ending: Ending | undefined;
  cancelMono: number;
  cancels: number;
  failures: CallFailure[] | undefined;
  values: Map<number, Json> | undefined;
}
