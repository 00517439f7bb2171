import type { Json, PackProgress } from '@orchestrate/core';

type Range = readonly [first: number, last: number];

function isEmpty(progress: PackProgress): boolean {
  return (
    progress.succeeded.length === 0 && progress.values.length === 0 && progress.failed.length === 0
  );
}

function append(ranges: Range[], more: readonly Range[]): void {
  for (const [first, last] of more) {
    const end = ranges.at(-1);
    if (end !== undefined && end[1] + 1 === first) ranges[ranges.length - 1] = [end[0], last];
    else ranges.push([first, last]);
  }
}

/** What became of the calls of one pack: as a whole, and since it was last asked. */
export class PackProgressLog {
  readonly #succeeded: Range[] = [];
  readonly #values: (readonly [position: number, value: Json])[] = [];
  readonly #failed: PackProgress['failed'][number][] = [];
  #fresh: PackProgress[] = [];

  add(progress: PackProgress): void {
    if (isEmpty(progress)) return;
    append(this.#succeeded, progress.succeeded);
    for (const value of progress.values) this.#values.push(value);
    for (const failure of progress.failed) this.#failed.push(failure);
    this.#fresh.push(progress);
  }

  /** Everything so far. */
  whole(): PackProgress {
    return {
      succeeded: [...this.#succeeded],
      values: [...this.#values],
      failed: [...this.#failed],
    };
  }

  /** The first position of which nothing has been reported. */
  firstUnreported(): number {
    let next = 0;
    for (const [first, last] of this.#succeeded) next = Math.max(next, first, last + 1);
    for (const { position } of this.#failed) next = Math.max(next, position + 1);
    return next;
  }

  /** What was added since the last call, or `undefined` when nothing was. */
  takeFresh(): PackProgress | undefined {
    const fresh = this.#fresh;
    if (fresh.length === 0) return undefined;
    this.#fresh = [];
    if (fresh.length === 1) return fresh[0];
    const succeeded: Range[] = [];
    for (const part of fresh) append(succeeded, part.succeeded);
    return {
      succeeded,
      values: fresh.flatMap((part) => part.values),
      failed: fresh.flatMap((part) => part.failed),
    };
  }
}
