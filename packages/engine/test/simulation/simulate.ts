import type { RunId, TaskSet, TaskState } from '@orchestrate/core';
import type { Fact, JournalEntry } from '../../src/events/fact.ts';
import type { Effect, Input, Moment, StepResult } from '../../src/schedule/messages.ts';
import type { SchedulerOptions } from '../../src/schedule/options.ts';
import { Scheduler } from '../../src/schedule/scheduler.ts';
import { Chance } from './chance.ts';
import { type RandomPlan, randomPlan } from './random-plan.ts';
import { SimulatedBackend } from './simulated-backend.ts';
import { SimulatedCalls } from './simulated-calls.ts';
import { Timeline } from './timeline.ts';
import { Truth, Violation } from './truth.ts';

/** The part of a scheduler that the simulation uses, so that broken ones can take its place. */
export interface Schedules {
  step(input: Input, at: Moment): StepResult;
  replay(entries: Iterable<JournalEntry>): void;
  digest(): string;
  state(task: number): TaskState;
  readonly outcome: string | undefined;
}

/** How one seed went. */
export interface SimulationResult {
  readonly outcome: string;
  readonly crashes: number;
  readonly steps: number;
  readonly tasks: number;
}

/** Makes the scheduler under test; the default is the real one. */
export type MakeScheduler = (options: SchedulerOptions) => Schedules;

const ROUGH_MS = 600_000;
const MOST_STEPS = 20_000;

type Effects = { readonly [T in Effect['type']]: (effect: Extract<Effect, { type: T }>) => void };

/** A world with one run in it: leaders that come and go, backends that fail, and a journal that keeps what was committed. */
class World {
  readonly chance: Chance;
  readonly timeline = new Timeline();
  readonly plan: RandomPlan;
  readonly truth: Truth;
  readonly trace: string[] = [];
  readonly journal: JournalEntry[] = [];
  crashes = 0;
  steps = 0;
  outcome: string | undefined;
  readonly #make: MakeScheduler;
  readonly #backends = new Map<string, SimulatedBackend>();
  readonly #placeholders = new Map<string, TaskSet>();
  readonly #calls: SimulatedCalls;
  #scheduler: Schedules;
  #inputs: Input[] = [];
  #isPumping = false;
  #alarm = 0;
  #isTracing: boolean;
  #mostCrashes: number;

  constructor(seed: number, make: MakeScheduler, isTracing: boolean) {
    this.chance = new Chance(seed);
    this.#make = make;
    this.#isTracing = isTracing;
    this.plan = randomPlan(this.chance);
    this.truth = new Truth(this.plan);
    this.#mostCrashes = this.chance.is(0.3) ? 0 : this.chance.whole(1, 8);
    for (const set of this.plan.sets) this.#placeholders.set(set.name, set);
    const around = this.#surroundings();
    for (const [name, traits] of this.plan.backends) {
      this.#backends.set(name, new SimulatedBackend(name, traits, around));
    }
    this.#calls = new SimulatedCalls({
      ...around,
      answer: (input, mostMs) => this.#answer(input, mostMs),
      expand: (placeholder) => this.#expand(placeholder),
    });
    this.#scheduler = this.#newScheduler();
  }

  run(): SimulationResult {
    this.#disturb();
    this.#take({ type: 'begin' });
    while (this.outcome === undefined) {
      if (!this.timeline.advance()) {
        throw new Violation(`nothing happens any more, and the run is not over: ${this.#open()}`);
      }
      if (this.steps > MOST_STEPS) throw new Violation('the run does not end');
    }
    this.#checkReplay();
    this.truth.checkEnd(this.outcome, (task) => this.#scheduler.state(task));
    return {
      outcome: this.outcome,
      crashes: this.crashes,
      steps: this.steps,
      tasks: this.truth.taskCount,
    };
  }

  #open(): string {
    const tasks = Array.from({ length: this.truth.taskCount }, (_, task) => task);
    return tasks
      .filter((task) => !this.truth.finals.has(task))
      .map((task) => `task ${task} is ${this.#scheduler.state(task)}`)
      .join(', ');
  }

  isRough(): boolean {
    return this.timeline.now < ROUGH_MS;
  }

  #surroundings() {
    return {
      chance: this.chance,
      timeline: this.timeline,
      truth: this.truth,
      setOf: (task: number) => this.truth.setOf(task),
      isPack: (task: number) => this.plan.functions.has(this.truth.setOf(task).name),
      push: (backend: string, status: Extract<Input, { type: 'statuses' }>['statuses'][number]) =>
        this.#answer({ type: 'statuses', backend, source: 'watch', statuses: [status] }, 300),
      isRough: () => this.isRough(),
    };
  }

  #newScheduler(): Schedules {
    return this.#make({
      run: 'simulate' as RunId,
      sets: this.plan.sets,
      limits: this.plan.limits,
      backends: this.plan.backends,
      defaultBackend: 'local',
      random: this.chance.next,
      failFast: this.plan.failFast,
      policies: { patienceSeconds: 300, callSeconds: 60, cancelSeconds: 10, pauseAfter: 3 },
      packKeyOf: (set) => (this.plan.functions.has(set.name) ? 'm#f' : undefined),
      standsAlone: () => true,
      expand: (placeholder) => this.#expand(placeholder),
      onTransition: this.truth.onTransition,
    });
  }

  #expand(placeholder: string): readonly TaskSet[] {
    const results = { result: () => undefined, size: () => 0 };
    return this.#placeholders.get(placeholder)?.expand?.into(results) ?? [];
  }

  /** Things that happen on their own: outages, sleep, jumps of the date, and people. */
  #disturb(): void {
    const { chance, timeline } = this;
    for (let count = chance.whole(0, 3); count > 0; count -= 1) {
      timeline.inWorld(chance.between(0, 300_000), () => {
        const backend = chance.pick([...this.#backends.values()]);
        backend.downUntil = timeline.now + chance.between(1000, chance.is(0.1) ? 500_000 : 60_000);
      });
    }
    for (let count = chance.whole(0, 2); count > 0; count -= 1) {
      timeline.inWorld(chance.between(0, 200_000), () => {
        timeline.jumpDate(chance.between(-86_400_000, 86_400_000));
      });
    }
    if (chance.is(0.2)) {
      timeline.inWorld(chance.between(0, 200_000), () =>
        timeline.sleep(chance.between(0, 600_000)),
      );
    }
    if (chance.is(0.3)) timeline.inWorld(chance.between(0, 120_000), () => this.#ask());
  }

  #ask(): void {
    const { chance, timeline } = this;
    const request = chance.pick(['drain', 'pause', 'cancel', 'cancel-some', 'detach'] as const);
    if (request === 'cancel-some') {
      const tasks = [0, 1, 2].map(() => chance.whole(0, Math.max(0, this.truth.taskCount - 1)));
      this.#take({ type: 'asked', request: 'cancel', tasks });
    } else this.#take({ type: 'asked', request });
    if (request !== 'pause') return;
    timeline.inWorld(chance.between(0, 60_000), () =>
      this.#take({ type: 'asked', request: 'continue' }),
    );
  }

  /** An answer on its way to the leader; now and then it comes twice. */
  #answer(input: Input, mostMs: number): void {
    const { chance, timeline } = this;
    timeline.inLeader(chance.between(0, mostMs), () => this.#take(input));
    if (this.isRough() && chance.is(0.04)) {
      timeline.inLeader(chance.between(0, 20_000), () => this.#take(input));
    }
  }

  #take(input: Input): void {
    this.#inputs.push(input);
    if (this.#isPumping) return;
    this.#isPumping = true;
    this.timeline.inLeader(0, () => this.#pump());
  }

  #crashes(): boolean {
    return this.isRough() && this.crashes < this.#mostCrashes && this.chance.is(0.02);
  }

  /** One turn of the driver: step, commit, act; the leader may die between any two of these. */
  #pump(): void {
    this.#isPumping = false;
    const inputs = this.#inputs;
    this.#inputs = [];
    const at: Moment = { now: this.timeline.date, monotonic: this.timeline.monotonic };
    const facts: Fact[] = [];
    const effects: Effect[] = [];
    for (const input of inputs) {
      this.steps += 1;
      this.#note('<-', input);
      const result = this.#scheduler.step(input, at);
      facts.push(...result.facts);
      effects.push(...result.effects);
    }
    if (this.#crashes()) {
      this.#crash('before the commit');
      return;
    }
    for (const fact of facts) {
      this.#note('  =', fact);
      this.journal.push({ sequence: this.journal.length, at: at.now, fact });
    }
    this.truth.committed(facts, (placeholder) => this.#expand(placeholder));
    for (const effect of effects) {
      if (this.#crashes()) {
        this.#crash('between effects');
        return;
      }
      this.#note('    ->', effect);
      this.#carryOut(effect);
      if (effect.type === 'finish') return;
    }
    if (this.#crashes()) this.#crash('after its effects');
  }

  #crash(when: string): void {
    this.crashes += 1;
    this.#note('XX', when);
    if (when !== 'before the commit') this.#checkReplay();
    this.#newLeader(this.chance.between(0, 30_000));
  }

  /** The journal, folded anew, must give the state the leader had. */
  #checkReplay(): Schedules {
    const copy = this.#newScheduler();
    copy.replay(JSON.parse(JSON.stringify(this.journal)));
    if (copy.digest() !== this.#scheduler.digest()) {
      throw new Violation('replay of the journal gives another state');
    }
    return copy;
  }

  #newLeader(afterMs: number): void {
    this.timeline.leader += 1;
    this.#inputs = [];
    this.#isPumping = false;
    for (const backend of this.#backends.values()) backend.leaderDied();
    this.#scheduler = this.#newScheduler();
    this.#scheduler.replay(this.journal);
    this.timeline.inLeader(afterMs, () => this.#take({ type: 'begin' }));
  }

  #carryOut(effect: Effect): void {
    const act = this.#effects[effect.type] as (effect: Effect) => void;
    act(effect);
  }

  readonly #effects: Effects = {
    prepare: ({ tasks }) => this.#calls.prepare(tasks),
    submit: ({ backend, jobs }) => this.#calls.submit(this.#backend(backend), jobs),
    observe: ({ backend, look, jobs }) =>
      this.#calls.look(this.#backend(backend), 'observe', look, jobs),
    find: ({ backend, look, jobs }) => this.#calls.look(this.#backend(backend), 'find', look, jobs),
    cancel: ({ backend, jobs, reason }) => this.#calls.cancel(this.#backend(backend), jobs, reason),
    collect: ({ job, tasks }) => this.#calls.collect(job, tasks),
    forget: ({ backend, jobs }) => {
      for (const job of jobs) this.#backend(backend).forget(job);
    },
    expand: ({ placeholder }) => this.#calls.expand(placeholder),
    wake: ({ atMonotonic }) => this.#wake(atMonotonic),
    finish: ({ outcome }) => {
      if (outcome === 'stopped') this.#newLeader(this.chance.between(0, 60_000));
      else this.outcome = outcome;
    },
  };

  #backend(name: string): SimulatedBackend {
    return this.#backends.get(name) as SimulatedBackend;
  }

  /** The latest request replaces the one before. */
  #wake(atMonotonic: number): void {
    this.#alarm += 1;
    const alarm = this.#alarm;
    const ms = atMonotonic - this.timeline.monotonic;
    this.timeline.inLeader(Math.max(0.01, ms), () => {
      if (alarm !== this.#alarm) return;
      if (this.timeline.monotonic < atMonotonic) this.#wake(atMonotonic);
      else this.#take({ type: 'wake' });
    });
  }

  #note(mark: string, what: unknown): void {
    if (!this.#isTracing) return;
    const seconds = (this.timeline.now / 1000).toFixed(1);
    this.trace.push(`${seconds} ${mark} ${typeof what === 'string' ? what : JSON.stringify(what)}`);
  }
}

const real: MakeScheduler = (options) => new Scheduler(options);

/** Runs one seed. @throws Violation with the seed and the last of what happened */
export function simulate(seed: number, make: MakeScheduler = real): SimulationResult {
  try {
    return new World(seed, make, false).run();
  } catch (error) {
    throw explained(seed, make, error);
  }
}

/** Runs a failed seed again, this time with a record. */
function explained(seed: number, make: MakeScheduler, error: unknown): Error {
  const world = new World(seed, make, true);
  try {
    world.run();
  } catch {
    // The same again; now there is a trace.
  }
  const reason = error instanceof Error ? error.message : String(error);
  const trace = world.trace.slice(-60).map((line) => line.slice(0, 400));
  const told = `seed ${seed}: ${reason}\n(again: ORCHESTRATE_SEED=${seed})\n${trace.join('\n')}`;
  return new Violation(told, { cause: error });
}

/**
 * The whole record of one seed, for a person who looks for the reason of a failure.
 * @public
 */
export function traceOf(seed: number, make: MakeScheduler = real): readonly string[] {
  const world = new World(seed, make, true);
  try {
    world.run();
  } catch (error) {
    world.trace.push(error instanceof Error ? (error.stack ?? error.message) : String(error));
  }
  return world.trace;
}
