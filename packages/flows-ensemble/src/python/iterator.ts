import type { PyObject, PyValue } from './value.ts';

/** What generators make: can be gone through once, and goes on where it was left. */
export class PyIterator implements PyObject {
  readonly pyType: string;
  readonly #items: Iterator<PyValue>;

  constructor(items: Iterable<PyValue>, pyType = 'generator') {
    this.#items = items[Symbol.iterator]();
    this.pyType = pyType;
  }

  attribute(): undefined {
    return undefined;
  }

  text(): string {
    return `<${this.pyType} object>`;
  }

  /** Without `return`, so that leaving a loop early does not end the generator. */
  iterate(): Iterable<PyValue> {
    const items = this.#items;
    return { [Symbol.iterator]: () => ({ next: () => items.next() }) };
  }
}
