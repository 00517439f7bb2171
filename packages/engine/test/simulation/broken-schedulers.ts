import type { JournalEntry } from '../../src/events/fact.ts';
import type { Input, Moment, StepResult } from '../../src/schedule/messages.ts';
import type { SchedulerOptions } from '../../src/schedule/options.ts';
import { Scheduler } from '../../src/schedule/scheduler.ts';
import type { MakeScheduler, Schedules } from './simulate.ts';

/** A scheduler with something put wrong between it and the world. */
class Broken implements Schedules {
  readonly #scheduler: Scheduler;
  readonly #change: (input: Input) => Input;
  readonly #result: (result: StepResult) => StepResult;

  constructor(
    options: SchedulerOptions,
    change: (input: Input) => Input,
    result: (result: StepResult) => StepResult = (same) => same,
  ) {
    this.#scheduler = new Scheduler(options);
    this.#change = change;
    this.#result = result;
  }

  get outcome(): string | undefined {
    return this.#scheduler.outcome;
  }

  step(input: Input, at: Moment): StepResult {
    return this.#result(this.#scheduler.step(this.#change(input), at));
  }

  replay(entries: Iterable<JournalEntry>): void {
    this.#scheduler.replay(entries);
  }

  digest(): string {
    return this.#scheduler.digest();
  }

  state(task: number): ReturnType<Scheduler['state']> {
    return this.#scheduler.state(task);
  }
}

const same = (input: Input): Input => input;

/** Takes a doubtful answer for a refusal, and so submits again without looking. */
const resubmitsOnDoubt: MakeScheduler = (options) =>
  new Broken(options, (input) => {
    if (input.type === 'submit-failed') return { ...input, clean: true };
    if (input.type !== 'submit-answered') return input;
    const outcomes = input.outcomes.map((one) =>
      one.outcome === 'doubtful' ? { ...one, outcome: 'busy' as const } : one,
    );
    return { ...input, outcomes };
  });

const dropsFacts =
  (type: string): MakeScheduler =>
  (options) =>
    new Broken(options, same, ({ facts, effects }) => ({
      facts: facts.filter((fact) => fact.type !== type),
      effects,
    }));

const ignoresLimits: MakeScheduler = (options) => {
  const limits = Object.fromEntries(Object.keys(options.limits).map((name) => [name, 1000]));
  return new Scheduler({ ...options, limits });
};

/** Takes the first "no trace of it" for proof. */
const doesNotSettle: MakeScheduler = (options) => {
  const backends = [...options.backends].map(
    ([name, traits]) => [name, { ...traits, settleSeconds: 0 }] as const,
  );
  return new Scheduler({ ...options, backends: new Map(backends) });
};

const ignoresRoom: MakeScheduler = (options) => {
  const backends = [...options.backends].map(([name, traits]) => {
    const { maxLiveJobs: _, ...rest } = traits;
    return [name, rest] as const;
  });
  return new Scheduler({ ...options, backends: new Map(backends) });
};

/** Has jobs in doubt, and never asks after them. */
const neverLooks: MakeScheduler = (options) =>
  new Broken(options, same, ({ facts, effects }) => ({
    facts,
    effects: effects.filter(({ type }) => type !== 'find'),
  }));

/** Takes the end of a task for its success. */
const startsAfterAnyEnd: MakeScheduler = (options) => {
  const placeholders = new Set(options.sets.flatMap((set) => (set.expand ? [set.name] : [])));
  const sets = options.sets.map((set) => ({
    ...set,
    needs: (set.needs ?? []).map((need) =>
      placeholders.has(need.set) ? need : { ...need, after: 'end' as const },
    ),
  }));
  return new Scheduler({ ...options, sets });
};

/** Schedulers that break a promise, by what is wrong with them. */
export const BROKEN: readonly (readonly [name: string, make: MakeScheduler])[] = [
  ['submits again on doubt without looking', resubmitsOnDoubt],
  ['drops withdrawn jobs from the journal', dropsFacts('withdrawn')],
  ['drops the intent to submit from the journal', dropsFacts('submitting')],
  ['drops failed attempts from the journal', dropsFacts('attempt-failed')],
  ['ignores limits', ignoresLimits],
  ['does not wait for absence to settle', doesNotSettle],
  ['ignores how many jobs a backend takes', ignoresRoom],
  ['never looks for jobs in doubt', neverLooks],
  ['starts after any end of what it needs', startsAfterAnyEnd],
];
