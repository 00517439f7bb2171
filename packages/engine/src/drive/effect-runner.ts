import { setMaxListeners } from 'node:events';
import {
  type ComputeBackend,
  isFlowError,
  type JobKey,
  type JobSpec,
  type JobStatus,
  jobKey,
  type Logger,
  type RunId,
  type TaskSet,
  type TaskSpec,
} from '@orchestrate/core';
import type { Effect, Input, PlannedJob } from '../schedule/messages.ts';
import type { Leftovers } from './aside.ts';
import type { JobOrigin } from './collector.ts';
import { type LogScrubber, ofRun } from './job-log.ts';
import type { JobRenderer } from './job-renderer.ts';
import type { PatientCollector } from './patient-collector.ts';
import type { Preparer } from './preparer.ts';
import type { RunBook } from './run-book.ts';

/** What carrying out effects needs. */
export interface EffectParts {
  readonly run: RunId;
  readonly backends: ReadonlyMap<string, ComputeBackend>;
  readonly book: RunBook;
  readonly preparer: Preparer;
  readonly renderer: JobRenderer;
  readonly collector: PatientCollector;
  readonly scrubber: LogScrubber;
  readonly leftovers: Leftovers;
  readonly log: Logger;
  /** Sets of a placeholder, checked. */
  readonly expand: (placeholder: string) => readonly TaskSet[];
}

type Rendered = readonly TaskSpec[] | Error;
type EffectOf<Type extends Effect['type']> = Extract<Effect, { readonly type: Type }>;

function said(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Carries out effects; every answer goes back through `push`. Nothing here decides anything. */
export class EffectRunner {
  readonly #parts: EffectParts;
  readonly #push: (input: Input) => void;
  readonly #rendered = new Map<number, Rendered>();
  readonly #submitted = new Set<number>();
  /** Jobs of calls that are not answered yet. */
  readonly #submitting = new Map<number, Promise<unknown>>();
  /** Jobs that were submitted here, but that the backend had from an earlier leader. */
  readonly #known = new Set<number>();
  readonly #abort = new AbortController();

  constructor(parts: EffectParts, push: (input: Input) => void) {
    this.#parts = parts;
    this.#push = push;
    // Every call and every pause listens to it; many of them at once are no leak.
    setMaxListeners(0, this.#abort.signal);
  }

  /** Ends calls that are under way; what they had started may go on. */
  stop(): void {
    this.#abort.abort();
    this.#rendered.clear();
  }

  /** Keeps the specs of a job that is about to be submitted, so that they are rendered once. */
  keep(job: number, specs: Rendered): void {
    this.#rendered.set(job, specs);
  }

  carry(effect: Effect): void {
    switch (effect.type) {
      case 'prepare':
        this.#prepare(effect);
        break;
      case 'submit':
        void this.#submit(effect);
        break;
      case 'observe':
      case 'find':
        void this.#look(effect);
        break;
      case 'cancel':
        void this.#cancel(effect);
        break;
      case 'collect':
        void this.#collect(effect);
        break;
      case 'forget':
        void this.#forget(effect);
        break;
      case 'expand':
        this.#expand(effect);
        break;
      case 'wake':
      case 'finish':
        break;
    }
  }

  /** Takes in what a backend says of its own accord. */
  report(
    backend: string,
    statuses: readonly JobStatus[],
    source: 'watch' | 'observe' | 'find',
  ): void {
    const ours = ofRun(this.#parts.run, statuses);
    if (ours.length === 0) return;
    const scrubs: Promise<unknown>[] = [];
    for (const { job, state } of ours) {
      const scrub = state === 'ended' ? this.#parts.scrubber.scrub(job) : undefined;
      if (scrub !== undefined) scrubs.push(scrub);
    }
    const input: Input = { type: 'statuses', backend, source, statuses: ours };
    if (scrubs.length === 0) {
      this.#push(input);
      return;
    }
    Promise.all(scrubs).then(
      () => this.#push(input),
      (error: unknown) => {
        // The end is not told before the log is clean: the scheduler will look again.
        this.#parts.log.error({ err: error, backend }, 'a log could not be freed of secrets');
      },
    );
  }

  #prepare(effect: EffectOf<'prepare'>): void {
    const answers = this.#parts.preparer.prepare(effect.tasks);
    if (!(answers instanceof Promise)) {
      for (const answer of answers) this.#push(answer);
      return;
    }
    answers.then(
      (inputs) => {
        for (const answer of inputs) this.#push(answer);
      },
      (error: unknown) => {
        const failed = effect.tasks.map((task) => ({
          task,
          failure: 'user-error' as const,
          message: said(error),
        }));
        this.#push({ type: 'prepared', run: [], reused: [], failed });
      },
    );
  }

  async #submit(effect: EffectOf<'submit'>): Promise<void> {
    const { backend: name } = effect;
    const backend = this.#parts.backends.get(name);
    const specs: JobSpec[] = [];
    type Outcomes = (Input & { readonly type: 'submit-answered' })['outcomes'][number];
    const outcomes: Outcomes[] = [];
    // Side by side, since some bring inputs from far away.
    const rendered = await Promise.allSettled(effect.jobs.map((planned) => this.#render(planned)));
    for (const [at, one] of rendered.entries()) {
      if (one.status === 'fulfilled') specs.push(one.value);
      else outcomes.push(refusal(effect.jobs[at]?.job ?? -1, one.reason));
    }
    if (outcomes.length > 0) this.#push({ type: 'submit-answered', backend: name, outcomes });
    if (specs.length === 0) return;
    const jobs = effect.jobs
      .map(({ job }) => job)
      .filter((job) => !outcomes.some((one) => one.job === job));
    const answer = Promise.withResolvers<void>();
    try {
      if (backend === undefined) throw new Error(`there is no backend ${name}`);
      for (const job of jobs) {
        this.#submitted.add(job);
        this.#submitting.set(job, answer.promise);
      }
      const answers = await backend.submit(specs, { signal: this.#abort.signal });
      const answered = answers.map(({ key: _key, known, ...answer }, at) => {
        const job = jobs[at] ?? -1;
        if (known === true) this.#known.add(job);
        return { ...answer, job };
      });
      this.#push({ type: 'submit-answered', backend: name, outcomes: answered });
    } catch (error) {
      const clean = isFlowError(error) && error.details['clean'] === true;
      this.#push({ type: 'submit-failed', backend: name, jobs, clean, reason: said(error) });
    } finally {
      for (const job of jobs) this.#submitting.delete(job);
      answer.resolve();
    }
  }

  async #render(planned: PlannedJob): Promise<JobSpec> {
    const kept = this.#rendered.get(planned.job);
    this.#rendered.delete(planned.job);
    if (kept instanceof Error) throw kept;
    const specs = kept ?? planned.tasks.map((task) => this.spec(task));
    const spec = await this.#parts.renderer.render(planned, specs);
    this.#parts.scrubber.note(planned.job, specs, () => {
      const paths = new Set([spec.logPath]);
      if (spec.work.kind === 'functions') {
        for (const { logPath } of spec.work.calls) if (logPath !== undefined) paths.add(logPath);
      }
      return [...paths];
    });
    return spec;
  }

  /** The spec of a task as its flow gives it. */
  spec(task: number): TaskSpec {
    const found = this.#parts.book.at(task);
    const set = found?.[0].entry.set;
    if (found === undefined || set === undefined) throw new Error(`task ${task} is unknown`);
    return this.#parts.preparer.render(set, found[0], found[1]);
  }

  #keys(jobs: readonly number[]): JobKey[] {
    return jobs.map((job) => jobKey(this.#parts.run, job));
  }

  async #look(effect: EffectOf<'observe' | 'find'>): Promise<void> {
    const { backend: name, type: call, jobs } = effect;
    try {
      const backend = this.#parts.backends.get(name);
      if (backend === undefined) throw new Error(`there is no backend ${name} any more`);
      const keys = this.#keys(jobs);
      const options = { signal: this.#abort.signal };
      const statuses =
        call === 'find' ? await backend.find(keys, options) : await backend.observe(keys, options);
      this.report(name, statuses, call);
    } catch (error) {
      this.#push({ type: 'look-failed', backend: name, call, jobs, reason: said(error) });
    }
  }

  async #cancel(effect: EffectOf<'cancel'>): Promise<void> {
    const { backend: name, jobs, reason } = effect;
    try {
      await this.#parts.backends.get(name)?.cancel(this.#keys(jobs), { reason });
    } catch (error) {
      this.#push({ type: 'cancel-failed', backend: name, jobs, reason: said(error) });
    }
  }

  async #collect(effect: EffectOf<'collect'>): Promise<void> {
    const { signal } = this.#abort;
    // The end of a job may be heard before the answer to its submission, which says whose it is.
    await this.#submitting.get(effect.job);
    const from = this.#originOf(effect.job);
    const collected = await this.#parts.collector.collect(effect, from, signal);
    if (collected !== undefined) this.#push(collected);
    // The job keeps what it has made; whoever leads next collects it.
    else if (!signal.aborted) this.#push({ type: 'asked', request: 'detach' });
  }

  #originOf(job: number): JobOrigin {
    if (this.#known.has(job)) return 'forgotten';
    return this.#submitted.has(job) ? 'own' : 'inherited';
  }

  async #forget(effect: EffectOf<'forget'>): Promise<void> {
    const { book, leftovers, scrubber, log } = this.#parts;
    try {
      for (const job of effect.jobs) {
        leftovers.remove(job);
        book.jobs.delete(job);
        scrubber.forget(job);
        this.#submitted.delete(job);
        this.#known.delete(job);
      }
      await this.#parts.backends.get(effect.backend)?.forget?.(this.#keys(effect.jobs));
    } catch (error) {
      log.warn(
        { err: error, backend: effect.backend },
        'traces of ended jobs could not be removed',
      );
    }
  }

  #expand(effect: EffectOf<'expand'>): void {
    const { placeholder } = effect;
    try {
      const sets = this.#parts.expand(placeholder);
      this.#push({ type: 'expanded', placeholder, sets });
    } catch (error) {
      this.#push({ type: 'expand-failed', placeholder, message: said(error) });
    }
  }
}

function refusal(
  job: number,
  error: unknown,
): (Input & { readonly type: 'submit-answered' })['outcomes'][number] {
  const reason = said(error);
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const isPassing =
    code === 'ENOSPC' || code === 'EDQUOT' || (isFlowError(error) && error.retry === 'later');
  return isPassing
    ? { job, outcome: 'busy', reason }
    : { job, outcome: 'rejected', reason, failure: 'user-error' };
}
