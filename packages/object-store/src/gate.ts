/** Lets so many through at a time, in order of arrival. */
export class Gate {
  #free: number;
  readonly #waiting: (() => void)[] = [];
  #head = 0;

  constructor(places: number) {
    this.#free = places;
  }

  /** Takes places if so many are free at this moment. */
  tryEnter(places = 1): boolean {
    if (this.#free < places) return false;
    this.#free -= places;
    return true;
  }

  async enter(): Promise<void> {
    if (this.tryEnter()) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#waiting.push(resolve);
    await promise;
  }

  leave(places = 1): void {
    for (let count = 0; count < places; count += 1) this.#leaveOne();
  }

  #leaveOne(): void {
    const next = this.#waiting[this.#head];
    if (next === undefined) {
      this.#free += 1;
      return;
    }
    this.#head += 1;
    if (this.#head > 1024 && this.#head * 2 > this.#waiting.length) {
      this.#waiting.splice(0, this.#head);
      this.#head = 0;
    }
    next();
  }

  async through<T>(act: () => Promise<T>): Promise<T> {
    await this.enter();
    try {
      return await act();
    } finally {
      this.leave();
    }
  }
}
