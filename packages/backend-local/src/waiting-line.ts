/** How far behind the first one a job is looked for that can start earlier. */
const WINDOW = 64;
/** How often the first one may be passed before everybody waits for it. */
const PATIENCE = 32;

/**
 * First in, first out; while the first does not fit, later ones that do may pass it, but only so often that a big job
 * does not starve. Pure.
 */
export class WaitingLine<T> {
  #items: T[] = [];
  #head = 0;
  #passed = 0;

  get length(): number {
    return this.#items.length - this.#head;
  }

  get first(): T | undefined {
    return this.#items[this.#head];
  }

  push(item: T): void {
    this.#items.push(item);
  }

  /** Puts items that were taken out already back to the front, in their order. */
  pushFront(items: readonly T[]): void {
    this.#items.splice(0, this.#head, ...items);
    this.#head = 0;
  }

  /** Takes out the next item that fits. */
  take(fits: (item: T) => boolean): T | undefined {
    const first = this.first;
    if (first === undefined) return undefined;
    if (fits(first)) {
      this.#passed = 0;
      return this.#shift();
    }
    if (this.#passed >= PATIENCE) return undefined;
    const end = Math.min(this.#items.length, this.#head + WINDOW);
    for (let position = this.#head + 1; position < end; position += 1) {
      const item = this.#items[position];
      if (item === undefined || !fits(item)) continue;
      this.#items.splice(position, 1);
      this.#passed += 1;
      return item;
    }
    return undefined;
  }

  /** Takes out one item, wherever it is. Whether it was there. */
  remove(item: T): boolean {
    const position = this.#items.indexOf(item, this.#head);
    if (position === -1) return false;
    if (position === this.#head) this.#passed = 0;
    this.#items.splice(position, 1);
    return true;
  }

  #shift(): T | undefined {
    const item = this.#items[this.#head];
    this.#head += 1;
    if (this.#head > 1_024 && this.#head * 2 > this.#items.length) {
      this.#items = this.#items.slice(this.#head);
      this.#head = 0;
    }
    return item;
  }
}
