import { DEFAULT_RETRY, type RetryPolicy, type TaskSet } from '@orchestrate/core';
import type { Fact } from '../events/fact.ts';
import { BackendState } from './backend-state.ts';
import type { SetNode } from './graph.ts';
import type { Effect, Moment } from './messages.ts';
import { DEFAULT_POLICIES, type Policies, type SchedulerOptions } from './options.ts';
import { PackSizes } from './pack-sizes.ts';
import type { RunState } from './run-state.ts';
import { Timers } from './timers.ts';

/** A look at a backend that is under way. */
export interface Look {
  readonly kind: 'observe' | 'find';
  readonly backend: string;
  /** Monotonic milliseconds. */
  readonly askedAt: number;
  readonly jobs: ReadonlySet<number>;
}

/** What one leader knows beside the durable state; lost with it, and found out again by the next. */
export class Leader {
  readonly options: SchedulerOptions;
  readonly policies: Policies;
  readonly backends: ReadonlyMap<string, BackendState>;
  readonly packs: PackSizes;
  readonly taskTimers = new Timers();
  readonly jobTimers = new Timers();
  readonly looks = new Map<number, Look>();
  nextLook = 0;
  /** Tasks for which `prepared` is awaited. */
  preparing = 0;
  /** Tasks for which `collected` is awaited. */
  collecting = 0;
  readonly expanding = new Set<SetNode>();
  /** Monotonic time of the first poll of checks this leader saw. */
  readonly checkSince = new Map<number, number>();
  hasBegun = false;
  hasFinished = false;
  /** Fail-fast has struck: nothing new is started. */
  isClosing = false;
  wakeAt = Number.POSITIVE_INFINITY;
  /** Since when everything that could go on is paused. */
  pausedSince: number | undefined;
  readonly #packKeys = new Map<SetNode, string | undefined>();
  readonly #alone = new Map<SetNode, boolean>();

  constructor(options: SchedulerOptions) {
    this.options = options;
    this.policies = { ...DEFAULT_POLICIES, ...options.policies };
    this.packs = new PackSizes(this.policies);
    this.backends = new Map(
      [...options.backends].map(([name, traits]) => [name, new BackendState(name, traits)]),
    );
  }

  /** What calls of a set may share a job with; `undefined`: nothing. */
  packKey(node: SetNode): string | undefined {
    if (!this.#packKeys.has(node)) {
      const { set } = node;
      const isAlone = set.check !== undefined || set.group?.limit !== undefined;
      this.#packKeys.set(node, isAlone ? undefined : this.options.packKeyOf?.(set));
    }
    return this.#packKeys.get(node);
  }

  /** Whether tasks of a set may be in the same job as those they need; asked once per set. */
  standsAlone(node: SetNode): boolean {
    let answer = this.#alone.get(node);
    if (answer === undefined) {
      answer = this.options.standsAlone?.(node.set) === true;
      this.#alone.set(node, answer);
    }
    return answer;
  }

  collects(set: TaskSet): boolean {
    return this.options.collects?.(set) ?? (set.hasOutputs !== false || set.reuse !== false);
  }

  retryOf(node: SetNode): RetryPolicy {
    return node.set.retry ?? this.options.defaultRetry ?? DEFAULT_RETRY;
  }

  backend(name: string): BackendState {
    return this.backends.get(name) as BackendState;
  }
}

/** One step: what came in at what time, and what it comes to. */
export class Turn {
  readonly run: RunState;
  readonly leader: Leader;
  readonly at: Moment;
  readonly facts: Fact[] = [];
  readonly effects: Effect[] = [];

  constructor(run: RunState, leader: Leader, at: Moment) {
    this.run = run;
    this.leader = leader;
    this.at = at;
  }

  get mono(): number {
    return this.at.monotonic;
  }

  /** States a fact: it changes the state now and goes to the journal with the others of this step. */
  emit(fact: Fact): void {
    this.run.apply(fact, this.at.now);
    this.facts.push(fact);
  }

  want(effect: Effect): void {
    this.effects.push(effect);
  }
}
