import type { Need, RunId, TaskSet } from '@orchestrate/core';
import type { Fact } from '../events/fact.ts';
import type { Journal } from '../journal/journal.ts';
import { checkSets, type Known } from '../plan/check-sets.ts';
import { completeSet } from '../plan/plan-project.ts';
import type { Plan } from '../plan/plan-types.ts';
import { runError } from '../run-errors.ts';
import type { RunBook } from './run-book.ts';
import type { SchedulerPort } from './scheduler-port.ts';
import { Witness } from './witness.ts';

/** Knows every set of a run, those that placeholders became included, and registers them as facts name them. */
export class SetSource {
  readonly #sets = new Map<string, TaskSet>();
  readonly #known: Known;
  readonly #book: RunBook;

  constructor(plan: Plan, known: Known, book: RunBook) {
    for (const { set } of plan.sets) this.#sets.set(set.name, set);
    this.#known = known;
    this.#book = book;
  }

  /** What a placeholder becomes, checked. @throws PLAN_INVALID */
  expand(placeholder: string): readonly TaskSet[] {
    const set = this.#sets.get(placeholder);
    if (set?.expand === undefined) {
      throw runError('PLAN_INVALID', `${placeholder} is no placeholder`);
    }
    const witness = new Witness(this.#book.results);
    // What the placeholder has waited for its parts have waited for, whether they say so or not.
    const barriers: readonly Need[] = (set.needs ?? []).map((need) => ({
      set: need.set,
      how: 'all',
      ...(need.after === undefined ? {} : { after: need.after }),
    }));
    const sets = set.expand.into(witness).map((part) => {
      const digest = witness.mark(part.digest);
      return completeSet(part, set.backend ?? '', barriers, digest);
    });
    for (const part of sets) {
      const flow = placeholder.slice(0, placeholder.indexOf('.') + 1);
      if (part.name === placeholder || part.name.startsWith(flow)) continue;
      throw runError('PLAN_INVALID', `${placeholder} became ${part.name}, expected ${flow}*`);
    }
    const others = new Map(this.#sets);
    others.delete(placeholder);
    for (const part of sets) others.delete(part.name);
    checkSets(sets, this.#known, others);
    const madeFrom = new Set([...witness.used, ...(this.#book.madeFrom.get(placeholder) ?? [])]);
    for (const part of sets) {
      this.#sets.set(part.name, part);
      this.#book.madeFrom.set(part.name, madeFrom);
    }
    return sets;
  }

  fold(fact: Fact, at: number): void {
    if (fact.type === 'sets-added') {
      for (const record of fact.sets) {
        this.#book.registry.add(record, this.#sets.get(record.name), fact.placeholder);
      }
    }
    this.#book.fold(fact, at);
  }
}

/** Feeds the journal of a run to the scheduler and to the driver's fold, in step. Answers whether there was anything. */
export function replay(
  journal: Journal,
  run: RunId,
  scheduler: SchedulerPort,
  source: SetSource,
): boolean {
  let isThere = false;
  for (const entry of journal.reader.entries(run)) {
    isThere = true;
    scheduler.apply(entry.fact, entry.at);
    source.fold(entry.fact, entry.at);
  }
  return isThere;
}
