import { PyException } from './py-exception.ts';
import type { PyObject, PyValue } from './value.ts';

/** What stands for a name, attribute or item that does not exist: prints as nothing, and refuses almost everything else. */
export class PyUndefined implements PyObject {
  readonly pyType = 'Undefined';
  readonly #message: string;
  readonly #strict: boolean;

  /** @param strict also refuse to be printed, looped over, tested and compared */
  constructor(message: string, strict = false) {
    this.#message = message;
    this.#strict = strict;
  }

  refuse(): never {
    throw new PyException('UndefinedError', this.#message);
  }

  attribute(name: string): PyValue | undefined {
    if (/^__.*__$/.test(name)) return undefined;
    return this.refuse();
  }

  item(): never {
    return this.refuse();
  }

  call(): never {
    return this.refuse();
  }

  text(): string {
    return this.#strict ? this.refuse() : '';
  }

  repr(): string {
    return 'Undefined';
  }

  isTrue(): boolean {
    return this.#strict ? this.refuse() : false;
  }

  size(): number {
    return this.#strict ? this.refuse() : 0;
  }

  iterate(): readonly PyValue[] {
    return this.#strict ? this.refuse() : [];
  }

  hash(): unknown {
    return this.#strict ? this.refuse() : PyUndefined;
  }
}
