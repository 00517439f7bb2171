import { repr } from '../python/text.ts';
import type { PyDict, PyObject, PyValue } from '../python/value.ts';

/** `namespace(...)`: attributes that code in inner scopes can change. */
export class PyNamespace implements PyObject {
  readonly pyType = 'Namespace';
  readonly #attributes: PyDict;

  constructor(attributes: PyDict) {
    this.#attributes = attributes;
  }

  attribute(name: string): PyValue | undefined {
    return this.#attributes.get(name);
  }

  set(name: string, value: PyValue): void {
    this.#attributes.set(name, value);
  }

  text(): string {
    return `<Namespace ${repr(this.#attributes)}>`;
  }
}
