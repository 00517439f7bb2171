import { PyFunction } from '../python/arguments.ts';
import { equals } from '../python/comparison.ts';
import { type Pull, pull } from '../python/iterator.ts';
import { typeError } from '../python/py-exception.ts';
import { sizeOf } from '../python/sequence.ts';
import { type PyArguments, type PyObject, PyTuple, type PyValue } from '../python/value.ts';
import type { Render } from './render.ts';

/** Runs a recursive loop again, over other values. */
export type Recurse = (values: PyValue, depth: number) => PyValue;

/** `loop`: where a loop is. */
export class LoopContext implements PyObject {
  readonly pyType = 'LoopContext';
  readonly #values: PyValue;
  readonly #render: Render;
  readonly #recursion: { readonly recurse: Recurse; readonly depth: number } | undefined;
  #pull: Pull;
  /** Place of the item that the loop is at, from 0. */
  index = -1;
  #length: number | undefined;
  #ahead: PyValue | undefined;
  #current: PyValue | undefined;
  #before: PyValue | undefined;
  #lastChanged: PyTuple | undefined;

  constructor(
    values: PyValue,
    render: Render,
    recursion?: { readonly recurse: Recurse; readonly depth: number },
  ) {
    this.#values = values;
    this.#pull = pull(values);
    this.#render = render;
    this.#recursion = recursion;
  }

  /** The next item, `undefined` when there is none. */
  next(): PyValue | undefined {
    const value = this.#ahead === undefined ? this.#pull() : this.#ahead;
    this.#ahead = undefined;
    if (value === undefined) return undefined;
    this.index += 1;
    this.#before = this.#current;
    this.#current = value;
    return value;
  }

  #peek(): PyValue | undefined {
    if (this.#ahead === undefined) this.#ahead = this.#pull();
    return this.#ahead;
  }

  isLast(): boolean {
    return this.#peek() === undefined;
  }

  size(): number {
    if (this.#length !== undefined) return this.#length;
    const known = sizeOf(this.#values);
    if (known !== undefined) {
      this.#length = known;
      return known;
    }
    // A generator does not know how many come: take them all, and go on from there.
    const rest: PyValue[] = [];
    for (let value = this.#pull(); value !== undefined; value = this.#pull()) rest.push(value);
    this.#pull = pull(rest);
    this.#length = rest.length + this.index + 1 + (this.#ahead === undefined ? 0 : 1);
    return this.#length;
  }

  attribute(name: string): PyValue | undefined {
    switch (name) {
      case 'index':
        return BigInt(this.index + 1);
      case 'index0':
        return BigInt(this.index);
      case 'first':
        return this.index === 0;
      case 'last':
        return this.isLast();
      case 'length':
        return BigInt(this.size());
      case 'revindex':
        return BigInt(this.size() - this.index);
      case 'revindex0':
        return BigInt(this.size() - this.index - 1);
      default:
        return this.#neighbour(name) ?? this.#other(name);
    }
  }

  #neighbour(name: string): PyValue | undefined {
    if (name === 'previtem') {
      if (this.index === 0) return this.#render.undefined('there is no previous item');
      return this.#before;
    }
    if (name !== 'nextitem') return undefined;
    const next = this.#peek();
    return next === undefined ? this.#render.undefined('there is no next item') : next;
  }

  #other(name: string): PyValue | undefined {
    const depth = this.#recursion?.depth ?? 0;
    switch (name) {
      case 'previtem':
      case 'nextitem':
        return null;
      case 'depth':
        return BigInt(depth + 1);
      case 'depth0':
        return BigInt(depth);
      case 'cycle':
        return new PyFunction(name, ({ positional }) => this.#cycle(positional));
      case 'changed':
        return new PyFunction(name, ({ positional }) => this.#changed(positional));
      default:
        return undefined;
    }
  }

  #cycle(values: readonly PyValue[]): PyValue {
    if (values.length === 0) throw typeError('no items for cycling given');
    return values[this.index % values.length] ?? null;
  }

  #changed(values: readonly PyValue[]): boolean {
    const fresh = new PyTuple(values);
    if (this.#lastChanged !== undefined && equals(this.#lastChanged, fresh)) return false;
    this.#lastChanged = fresh;
    return true;
  }

  call({ positional: [values] }: PyArguments): PyValue {
    if (this.#recursion === undefined)
      throw typeError("The loop must have the 'recursive' marker to be called recursively.");
    if (values === undefined) throw typeError('loop() takes what to loop over');
    return this.#recursion.recurse(values, this.#recursion.depth + 1);
  }

  iterate(): Iterable<PyValue> {
    return {
      [Symbol.iterator]: () => ({
        next: () => {
          const value = this.next();
          return value === undefined
            ? { done: true, value }
            : { done: false, value: new PyTuple([value, this]) };
        },
      }),
    };
  }

  text(): string {
    return `<LoopContext ${this.index + 1}/${this.size()}>`;
  }
}
