import { backoffSeconds, type Clock, failureOrigin, type Logger } from '@orchestrate/core';
import type { Effect, Input } from '../schedule/messages.ts';
import type { Collector, JobOrigin } from './collector.ts';
import { Gate } from './gate.ts';
import { pauseFor } from './pause-for.ts';
import type { Names, Timers } from './run-types.ts';

type Collected = Input & { readonly type: 'collected' };
type Collect = Effect & { readonly type: 'collect' };

/** Jobs collected at once. */
const COLLECTED_AT_ONCE = 32;
const PAUSES = { seconds: 0.5, factor: 2, maxSeconds: 30, jitter: 0 };

/** What a {@link PatientCollector} needs. */
export interface PatientCollectorParts {
  readonly collector: Collector;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly names: Names;
  readonly log: Logger;
  /** For how long publishing is tried again before the leader gives up. */
  readonly patienceSeconds: number;
}

/**
 * Collects jobs, and does not let go of finished work because a disk is full or a store is away: what is ready lies aside,
 * so publishing alone is tried again until it works. A leader that stops meanwhile leaves the job to the next one.
 */
export class PatientCollector {
  readonly #parts: PatientCollectorParts;
  readonly #gate = new Gate(COLLECTED_AT_ONCE);

  constructor(parts: PatientCollectorParts) {
    this.#parts = parts;
  }

  /** `undefined` when it was stopped, or its patience ended, before everything was published. */
  async collect(
    effect: Collect,
    from: JobOrigin,
    signal: AbortSignal,
  ): Promise<Collected | undefined> {
    const { collector, clock, log, patienceSeconds } = this.#parts;
    const until = clock.monotonic() + patienceSeconds * 1000;
    const good: Collected['good'][number][] = [];
    const bad: Collected['bad'][number][] = [];
    let { tasks } = effect;
    for (let round = 1; ; round += 1) {
      // What an earlier round has published is no longer aside, as with an earlier leader's work.
      const collected = await this.#gate.through(() =>
        collector.collect({ ...effect, tasks }, round > 1 && from === 'own' ? 'inherited' : from),
      );
      const waiting = collected.bad.filter(
        ({ failure }) => failure !== 'lost' && failureOrigin(failure) === 'infrastructure',
      );
      good.push(...collected.good);
      bad.push(...collected.bad.filter((one) => !waiting.includes(one)));
      if (waiting.length === 0) return { type: 'collected', good, bad };
      if (round === 1) this.#tell(waiting);
      if (clock.monotonic() >= until) {
        log.error({ seconds: patienceSeconds }, 'outputs could still not be published; giving up');
        return undefined;
      }
      await pauseFor(
        backoffSeconds(PAUSES, round, () => 0),
        this.#parts,
        signal,
      );
      if (signal.aborted) return undefined;
      tasks = waiting.map(({ task }) => task);
    }
  }

  #tell(waiting: Collected['bad']): void {
    const { names, log } = this.#parts;
    const [first] = waiting;
    if (first === undefined) return;
    log.warn(
      { task: names.task(first.task), tasks: waiting.length, reason: first.message },
      'finished work cannot be published yet; it is kept and tried again',
    );
  }
}
