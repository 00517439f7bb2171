import type { SlurmId } from './array-ids.ts';

interface WithId {
  readonly id: SlurmId;
}

/** Lines of squeue or sacct, to be looked up by job and array index. */
export class QueueView<Line extends WithId & { readonly state: string }> {
  readonly #whole = new Map<string, Line>();
  readonly #single = new Map<string, Line>();
  readonly #ranges = new Map<string, { first: number; last: number; line: Line }[]>();

  constructor(lines: readonly Line[]) {
    for (const line of lines) {
      const { job, tasks } = line.id;
      if (tasks.length === 0) this.#whole.set(job, line);
      for (const [first, last] of tasks) {
        if (first === last) this.#single.set(`${job}_${first}`, line);
        else {
          const ranges = this.#ranges.get(job);
          if (ranges === undefined) this.#ranges.set(job, [{ first, last, line }]);
          else ranges.push({ first, last, line });
        }
      }
    }
  }

  /** The line of one allocation. A job that is no array has index 0. */
  find(job: string, index: number): Line | undefined {
    const single = this.#single.get(`${job}_${index}`);
    if (single !== undefined) return single;
    const range = this.#ranges.get(job)?.find(({ first, last }) => first <= index && index <= last);
    return range?.line ?? (index === 0 || this.#isWhole(job) ? this.#whole.get(job) : undefined);
  }

  #isWhole(job: string): boolean {
    return this.#whole.has(job) && !this.#ranges.has(job);
  }
}
