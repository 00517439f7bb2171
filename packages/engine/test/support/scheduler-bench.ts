import type { BackendTraits, RunId, TaskSet } from '@orchestrate/core';
import type { Fact } from '../../src/events/fact.ts';
import type { Effect, Input } from '../../src/schedule/messages.ts';
import type { SchedulerOptions } from '../../src/schedule/options.ts';
import { Scheduler } from '../../src/schedule/scheduler.ts';

/** A backend that pushes and has two slots. */
export const TRAITS: BackendTraits = {
  work: ['command', 'functions'],
  containers: false,
  sharedFilesystem: true,
  pushes: true,
  enforcesTime: true,
  enforcesMemory: true,
  outlivesLeader: true,
  settleSeconds: 10,
  slots: 2,
  pollSeconds: 1,
};

/** A set of commands that nobody looks at. */
export function set(name: string, more: Partial<TaskSet> = {}): TaskSet {
  return {
    name,
    size: 3,
    digest: name,
    label: (index) => `${index}`,
    spec: () => ({ work: { kind: 'command', argv: ['true'] } }),
    hasInputs: false,
    hasOutputs: false,
    reuse: false,
    ...more,
  };
}

/** A scheduler on a clock that is set by hand, with all it said. */
export class Bench {
  readonly facts: Fact[] = [];
  readonly effects: Effect[] = [];
  readonly scheduler: Scheduler;
  seconds = 0;

  constructor(sets: readonly TaskSet[], more: Partial<SchedulerOptions> = {}) {
    this.scheduler = new Scheduler({
      run: 'abcdefgh' as RunId,
      sets,
      limits: { two: 2 },
      backends: new Map([['local', TRAITS]]),
      defaultBackend: 'local',
      random: () => 0.5,
      ...more,
    });
  }

  take(input: Input, seconds = this.seconds): Effect[] {
    this.seconds = seconds;
    const at = { now: 1_000_000 + seconds * 1000, monotonic: seconds * 1000 };
    const { facts, effects } = this.scheduler.step(input, at);
    this.facts.push(...facts);
    this.effects.push(...effects);
    return [...effects];
  }

  /** Numbers of the tasks of every submitted job. */
  submitted(): readonly (readonly number[])[] {
    return this.effects.flatMap((effect) =>
      effect.type === 'submit' ? effect.jobs.map(({ tasks }) => tasks) : [],
    );
  }

  ended(job: number, outcome: 'succeeded' | 'user-error' | 'preempted' = 'succeeded'): Effect[] {
    const exit = { outcome, message: outcome };
    return this.take({
      type: 'statuses',
      backend: 'local',
      source: 'watch',
      statuses: [{ job, state: 'ended', exit }],
    });
  }
}

/** First input of every leader. */
export const begin: Input = { type: 'begin' };
