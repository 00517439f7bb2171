import type { JournalEntry, Ranges } from '@orchestrate/engine';

interface SetSpan {
  readonly name: string;
  readonly first: number;
  readonly size: number;
  /** Milliseconds since 1970. */
  from: number | undefined;
  to: number | undefined;
}

/** Learns from facts how long each set took under the latest leader, from its first start to its last end. */
export class SetTimes {
  readonly #sets: SetSpan[] = [];

  /** Folds one entry in. */
  add({ at, fact }: JournalEntry): void {
    switch (fact.type) {
      case 'sets-added':
        for (const { name, first, size } of fact.sets) {
          if (size > 0) this.#sets.push({ name, first, size, from: undefined, to: undefined });
        }
        this.#sets.sort((left, right) => left.first - right.first);
        return;
      case 'leader-began':
        // The time in which nobody led the run was not spent on any set.
        for (const set of this.#sets) {
          set.from = undefined;
          set.to = undefined;
        }
        return;
      case 'submitting':
        for (const { tasks } of fact.jobs) {
          const [first] = tasks;
          if (first !== undefined) this.#begin(typeof first === 'number' ? first : first[0], at);
        }
        return;
      case 'succeeded':
        this.#end(fact.tasks, at);
        return;
      case 'attempt-failed':
        this.#end([fact.task], at);
        return;
      default:
    }
  }

  /** Seconds by set name, for sets of which something has ended. */
  seconds(): ReadonlyMap<string, number> {
    return new Map(
      this.#sets.flatMap(({ name, from, to }) =>
        from === undefined || to === undefined ? [] : [[name, (to - from) / 1000] as const],
      ),
    );
  }

  #begin(task: number, at: number): void {
    const set = this.#setOf(task);
    if (set !== undefined) set.from ??= at;
  }

  #end(tasks: Ranges, at: number): void {
    for (const range of tasks) {
      for (const task of typeof range === 'number' ? [range] : range) {
        const set = this.#setOf(task);
        if (set !== undefined) set.to = at;
      }
    }
  }

  #setOf(task: number): SetSpan | undefined {
    let low = 0;
    let high = this.#sets.length - 1;
    while (low <= high) {
      const middle = (low + high) >> 1;
      const set = this.#sets[middle];
      if (set === undefined) return undefined;
      if (task < set.first) high = middle - 1;
      else if (task >= set.first + set.size) low = middle + 1;
      else return set;
    }
    return undefined;
  }
}
