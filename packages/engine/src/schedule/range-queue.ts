/**
 * A first-in, first-out queue of task numbers in which neighbours share one entry: a set of a million tasks that become
 * ready at once costs as much as one.
 */
export class RangeQueue {
  #firsts: number[] = [];
  #lasts: number[] = [];
  #head = 0;
  #length = 0;

  /** How many numbers are in the queue. */
  get length(): number {
    return this.#length;
  }

  push(task: number): void {
    this.pushRange(task, task);
  }

  /** Adds `first` to `last`, both included. */
  pushRange(first: number, last: number): void {
    const end = this.#lasts.length - 1;
    if (end >= this.#head && this.#lasts[end] === first - 1) this.#lasts[end] = last;
    else {
      this.#firsts.push(first);
      this.#lasts.push(last);
    }
    this.#length += last - first + 1;
  }

  /** The first number, or -1. */
  peek(): number {
    return this.#firsts[this.#head] ?? -1;
  }

  /** Removes the first number and returns it, or -1. */
  pop(): number {
    const first = this.#firsts[this.#head];
    if (first === undefined) return -1;
    this.#length -= 1;
    if (first < (this.#lasts[this.#head] as number)) {
      this.#firsts[this.#head] = first + 1;
    } else {
      this.#head += 1;
      if (this.#head > 64 && this.#head * 2 > this.#firsts.length) this.#compact();
    }
    return first;
  }

  #compact(): void {
    this.#firsts = this.#firsts.slice(this.#head);
    this.#lasts = this.#lasts.slice(this.#head);
    this.#head = 0;
  }
}
