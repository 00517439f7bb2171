import { indexError } from './py-exception.ts';
import type { PyObject, PyValue } from './value.ts';

/** `range(start, stop, step)`. */
export class PyRange implements PyObject {
  readonly pyType = 'range';
  readonly #start: bigint;
  readonly #stop: bigint;
  readonly #step: bigint;

  constructor(start: bigint, stop: bigint, step: bigint) {
    this.#start = start;
    this.#stop = stop;
    this.#step = step;
  }

  size(): number {
    const span = this.#step > 0n ? this.#stop - this.#start : this.#start - this.#stop;
    const step = this.#step > 0n ? this.#step : -this.#step;
    return span <= 0n ? 0 : Number((span + step - 1n) / step);
  }

  attribute(name: string): PyValue | undefined {
    switch (name) {
      case 'start':
        return this.#start;
      case 'stop':
        return this.#stop;
      case 'step':
        return this.#step;
      default:
        return undefined;
    }
  }

  at(place: number): bigint {
    return this.#start + BigInt(place) * this.#step;
  }

  item(key: PyValue): PyValue | undefined {
    if (typeof key !== 'bigint') return undefined;
    const size = this.size();
    const place = Number(key < 0n ? key + BigInt(size) : key);
    if (place < 0 || place >= size) throw indexError('range object index out of range');
    return this.at(place);
  }

  pick(from: number, to: number, step: number): PyValue {
    return new PyRange(this.at(from), this.at(to), this.#step * BigInt(step));
  }

  *iterate(): Generator<PyValue> {
    const size = this.size();
    let value = this.#start;
    for (let place = 0; place < size; place += 1) {
      yield value;
      value += this.#step;
    }
  }

  text(): string {
    const step = this.#step === 1n ? '' : `, ${this.#step}`;
    return `range(${this.#start}, ${this.#stop}${step})`;
  }

  hash(): unknown {
    const size = this.size();
    return `\0range ${size} ${size > 0 ? this.#start : ''} ${size > 1 ? this.#step : ''}`;
  }
}
