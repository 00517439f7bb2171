import { PyFunction } from '../python/arguments.ts';
import { fillDict } from '../python/dict-methods.ts';
import { checkItems } from '../python/limits.ts';
import { needInteger } from '../python/method.ts';
import { PyException, typeError, valueError } from '../python/py-exception.ts';
import { PyRange } from '../python/range.ts';
import { str } from '../python/text.ts';
import { type PyArguments, PyDict, type PyObject, type PyValue } from '../python/value.ts';
import { PyNamespace } from './namespace.ts';

/** `cycler(...)`: hands out its items in turn. */
class Cycler implements PyObject {
  readonly pyType = 'Cycler';
  readonly #items: readonly PyValue[];
  #position = 0;

  constructor(items: readonly PyValue[]) {
    if (items.length === 0)
      throw new PyException('RuntimeError', 'at least one item has to be provided');
    this.#items = items;
  }

  attribute(name: string): PyValue | undefined {
    switch (name) {
      case 'current':
        return this.#items[this.#position];
      case 'pos':
        return BigInt(this.#position);
      case 'next':
        return new PyFunction(name, () => this.#next());
      case 'reset':
        return new PyFunction(name, () => {
          this.#position = 0;
          return null;
        });
      default:
        return undefined;
    }
  }

  #next(): PyValue {
    const value = this.#items[this.#position] ?? null;
    this.#position = (this.#position + 1) % this.#items.length;
    return value;
  }

  text(): string {
    return '<jinja2.utils.Cycler object>';
  }
}

function makeJoiner({ positional, named }: PyArguments): PyValue {
  const separator = positional[0] ?? named.get('sep') ?? ', ';
  let used = false;
  return new PyFunction('joiner', () => {
    if (used) return str(separator);
    used = true;
    return '';
  });
}

function makeRange({ positional, named }: PyArguments): PyValue {
  if (named.size > 0) throw typeError('range() takes no keyword arguments');
  const [first, second, third, ...more] = positional;
  if (first === undefined || more.length > 0)
    throw typeError(`range expected 1 to 3 arguments, got ${positional.length}`);
  const integer = (value: PyValue): bigint => {
    if (typeof value === 'bigint') return value;
    return BigInt(needInteger(value));
  };
  const step = third === undefined ? 1n : integer(third);
  if (step === 0n) throw valueError('range() arg 3 must not be zero');
  const range =
    second === undefined
      ? new PyRange(0n, integer(first), step)
      : new PyRange(integer(first), integer(second), step);
  checkItems(range.size());
  return range;
}

function filledDict(given: PyArguments): PyDict {
  if (given.positional.length > 1)
    throw typeError(`dict expected at most 1 argument, got ${given.positional.length}`);
  const dict = new PyDict();
  fillDict(dict, given);
  return dict;
}

function makeGlobals(): ReadonlyMap<string, PyValue> {
  const functions: Readonly<Record<string, (given: PyArguments) => PyValue>> = {
    range: makeRange,
    dict: filledDict,
    cycler: ({ positional }) => new Cycler(positional),
    joiner: makeJoiner,
    namespace: (given) => new PyNamespace(filledDict(given)),
    lipsum: () => {
      throw new PyException('Unsupported', 'lipsum() makes random text, which is refused');
    },
  };
  return new Map(Object.entries(functions).map(([name, run]) => [name, new PyFunction(name, run)]));
}

/** The names that every template sees; none of them keeps anything between calls. */
export const GLOBALS: ReadonlyMap<string, PyValue> = makeGlobals();
