import type { Fact } from '../events/fact.ts';
import type { Input, Moment, StepResult } from '../schedule/messages.ts';

/** What the driver needs of the scheduler. */
export interface SchedulerPort {
  /** Applies a fact of the journal, in order, before the first step. */
  apply(fact: Fact, at: number): void;
  step(input: Input, moment: Moment): StepResult;
}
