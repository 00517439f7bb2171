import { repr } from './text.ts';
import type { PyDict, PyObject, PyValue } from './value.ts';

/** What `dict.keys()`, `dict.values()` and `dict.items()` answer: follows the dict as it changes. */
export class DictView implements PyObject {
  readonly pyType: string;
  readonly #dict: PyDict;
  readonly #kind: 'keys' | 'values' | 'items';

  constructor(dict: PyDict, kind: 'keys' | 'values' | 'items') {
    this.#dict = dict;
    this.#kind = kind;
    this.pyType = `dict_${kind}`;
  }

  attribute(): undefined {
    return undefined;
  }

  size(): number {
    return this.#dict.size;
  }

  iterate(): readonly PyValue[] {
    switch (this.#kind) {
      case 'keys':
        return this.#dict.keys();
      case 'values':
        return this.#dict.values();
      case 'items':
        return this.#dict.items();
    }
  }

  text(): string {
    return `${this.pyType}(${repr(this.iterate())})`;
  }
}
