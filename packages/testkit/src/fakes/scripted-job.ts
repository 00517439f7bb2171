import type {
  Clock,
  FailureClass,
  JobExit,
  JobSpec,
  JobStatus,
  PackProgress,
} from '@orchestrate/core';
import type { CallOutcome, JobScript, JobStep } from './job-script.ts';
import type { Timers } from './manual-clock.ts';

const POLL_MILLISECONDS = 10;

/** What a {@link ScriptedJob} needs of the world around it. */
export interface JobWorld {
  readonly time: Clock & Timers;
  readonly enforcesTime: boolean;
  readonly enforcesMemory: boolean;
  /** Called after every change. */
  changed(job: ScriptedJob, what: 'state' | 'log'): void;
}

/** A job that a script plays instead of a machine. */
export class ScriptedJob {
  readonly spec: JobSpec;
  readonly readyAt: number;
  state: 'queued' | 'running' | 'ended' = 'queued';
  log = '';
  readonly #script: JobScript;
  readonly #world: JobWorld;
  readonly #steps: Iterator<JobStep>;
  readonly #timers: Disposable[] = [];
  readonly #calls: [position: number, outcome: CallOutcome][] = [];
  #told = 0;
  #startedAt: number | undefined;
  #exit: JobExit | undefined;

  constructor(spec: JobSpec, script: JobScript, world: JobWorld) {
    this.spec = spec;
    this.#script = script;
    this.#world = world;
    this.#steps = (script.steps ?? [])[Symbol.iterator]();
    this.readyAt = world.time.monotonic() + 1000 * (script.queueSeconds ?? 0);
  }

  start(): void {
    this.state = 'running';
    this.#startedAt = this.#world.time.now();
    this.#world.changed(this, 'state');
    const seconds = this.spec.resources.timeSeconds;
    if (this.#world.enforcesTime && seconds !== undefined)
      this.#after(1000 * seconds, () => this.end('timeout', `exceeded ${seconds} s`));
    this.#after(0, () => this.#go());
  }

  /** Asks the job to end; it takes as long as the script says. */
  stop(reason: FailureClass): void {
    if (this.state === 'ended') return;
    const seconds = this.state === 'queued' ? 0 : (this.#script.endSeconds ?? 0);
    if (seconds === 0) this.end(reason, `ended on request: ${reason}`);
    else this.#after(1000 * seconds, () => this.end(reason, `ended on request: ${reason}`));
  }

  /** Ends the job at once. */
  end(outcome: JobExit['outcome'], message: string): void {
    this.#finish({ outcome, message });
  }

  /** Drops the job without an end, as a crash of the machine does. */
  drop(): void {
    for (const timer of this.#timers) timer[Symbol.dispose]();
    this.state = 'ended';
  }

  status(): JobStatus {
    return this.#status(this.#calls);
  }

  /** As {@link status}, with the progress since the last call of this. */
  news(): JobStatus {
    const fresh = this.#calls.slice(this.#told);
    this.#told = this.#calls.length;
    return this.#status(fresh);
  }

  #status(calls: readonly [number, CallOutcome][]): JobStatus {
    return {
      key: this.spec.key,
      state: this.state,
      ...(this.#startedAt === undefined ? {} : { startedAt: this.#startedAt }),
      ...(this.#exit === undefined ? {} : { exit: this.#exit }),
      ...(this.spec.work.kind === 'functions' ? { progress: progressOf(calls) } : {}),
    };
  }

  #after(milliseconds: number, call: () => void): void {
    const at = this.#world.time.monotonic() + milliseconds;
    this.#timers.push(
      this.#world.time.setTimer(at, () => {
        if (this.state !== 'ended') call();
      }),
    );
  }

  /** Plays steps until one of them takes time. */
  #go(): void {
    while (this.state === 'running') {
      const next = this.#steps.next();
      if (next.done === true) {
        this.#finish(this.#ownExit());
        return;
      }
      const waitMilliseconds = this.#play(next.value);
      if (waitMilliseconds !== undefined) {
        this.#after(waitMilliseconds, () => this.#go());
        return;
      }
      if (next.value.do === 'until' && !next.value.holds()) {
        this.#poll(next.value.holds);
        return;
      }
    }
  }

  #poll(holds: () => boolean): void {
    this.#after(POLL_MILLISECONDS, () => {
      if (holds()) this.#go();
      else this.#poll(holds);
    });
  }

  #play(step: JobStep): number | undefined {
    switch (step.do) {
      case 'wait':
        return 1000 * step.seconds;
      case 'until':
        return undefined;
      case 'print':
        this.log += step.text;
        this.#world.changed(this, 'log');
        return undefined;
      case 'effect':
        step.run();
        return undefined;
      case 'take-memory':
        this.#takeMemory(step.bytes);
        return undefined;
      case 'call':
        this.#call(step.position, step.outcome);
        return undefined;
      case 'end':
        this.#finish(step.exit);
        return undefined;
    }
  }

  #takeMemory(bytes: number): void {
    const limit = this.spec.resources.memoryBytes ?? Number.POSITIVE_INFINITY;
    if (this.#world.enforcesMemory && bytes > limit)
      this.end('out-of-memory', `exceeded ${limit} bytes`);
  }

  #call(position: number, outcome: CallOutcome): void {
    this.#calls.push([position, outcome]);
    const { work } = this.spec;
    if ('failure' in outcome && work.kind === 'functions' && work.ordered)
      this.#finish(this.#ownExit());
  }

  #ownExit(): JobExit {
    for (const [, outcome] of this.#calls)
      if ('failure' in outcome) return { outcome: outcome.failure, message: outcome.message };
    return { outcome: 'succeeded', code: 0 };
  }

  #finish(exit: JobExit): void {
    this.drop();
    this.#exit = { ...exit, endedAt: this.#world.time.now() };
    this.#world.changed(this, 'state');
  }
}

function progressOf(calls: readonly [number, CallOutcome][]): PackProgress {
  const good = calls.filter(([, outcome]) => !('failure' in outcome));
  return {
    succeeded: good.map(([position]) => [position, position] as const),
    values: good.flatMap(([position, outcome]) =>
      'value' in outcome && outcome.value !== undefined ? [[position, outcome.value] as const] : [],
    ),
    failed: calls.flatMap(([position, outcome]) =>
      'failure' in outcome
        ? [{ position, failure: outcome.failure, message: outcome.message }]
        : [],
    ),
  };
}
