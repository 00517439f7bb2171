import { iterate } from './sequence.ts';
import { isList, type PyObject, type PyValue } from './value.ts';

/** Answers the next item each time it is called, and `undefined` when there is none. */
export type Pull = () => PyValue | undefined;

/** What generators make: can be gone through once, and goes on where it was left. */
export class PyIterator implements PyObject {
  readonly pyType: string;
  /** The next item, `undefined` when there is none. */
  readonly next: Pull;

  constructor(next: Pull, pyType = 'generator') {
    this.next = next;
    this.pyType = pyType;
  }

  attribute(): undefined {
    return undefined;
  }

  text(): string {
    return `<${this.pyType} object>`;
  }

  /** Without `return`, so that leaving a loop early does not end it. */
  iterate(): Iterable<PyValue> {
    return {
      [Symbol.iterator]: () => ({
        next: (): IteratorResult<PyValue> => {
          const value = this.next();
          return value === undefined ? { done: true, value } : { done: false, value };
        },
      }),
    };
  }
}

/** Goes through items, also those that are made while it does. */
export function pullFrom(items: Iterable<PyValue>): Pull {
  const iterator = items[Symbol.iterator]();
  return () => {
    const step = iterator.next();
    return step.done === true ? undefined : step.value;
  };
}

/** Goes through a value; lists by place, which is faster and sees them grow. Throws for what cannot be iterated. */
export function pull(value: PyValue): Pull {
  if (value instanceof PyIterator) return value.next;
  if (!isList(value)) return pullFrom(iterate(value));
  let place = 0;
  return () => {
    const item = value[place];
    place += 1;
    return item;
  };
}
