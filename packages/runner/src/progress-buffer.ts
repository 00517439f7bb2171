import type { FailureClass, Json, PackProgress } from '@orchestrate/core';

/** Collects what became of calls, values as JSON text so that each is turned into text once. */
export class ProgressBuffer {
  #succeeded: [first: number, last: number][] = [];
  #values: (readonly [position: number, text: string])[] = [];
  #failed: PackProgress['failed'][number][] = [];

  get isEmpty(): boolean {
    return this.#succeeded.length === 0 && this.#failed.length === 0;
  }

  succeed(position: number, valueText: string | undefined): void {
    const end = this.#succeeded.at(-1);
    if (end !== undefined && end[1] + 1 === position) end[1] = position;
    else this.#succeeded.push([position, position]);
    if (valueText !== undefined) this.#values.push([position, valueText]);
  }

  fail(position: number, failure: FailureClass, message: string): void {
    this.#failed.push({ position, failure, message });
  }

  /** Everything since the last call, as JSON text of a {@link PackProgress}. */
  takeText(): string {
    const values = this.#values.map(([position, text]) => `[${position},${text}]`).join(',');
    const text = `{"succeeded":${JSON.stringify(this.#succeeded)},"values":[${values}],"failed":${JSON.stringify(this.#failed)}}`;
    this.#clear();
    return text;
  }

  /** Everything since the last call. */
  take(): PackProgress {
    const progress: PackProgress = {
      succeeded: this.#succeeded,
      values: this.#values.map(([position, text]) => [position, JSON.parse(text) as Json] as const),
      failed: this.#failed,
    };
    this.#clear();
    return progress;
  }

  #clear(): void {
    this.#succeeded = [];
    this.#values = [];
    this.#failed = [];
  }
}
