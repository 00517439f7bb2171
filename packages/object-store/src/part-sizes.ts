import type { ServiceLimits } from './port.ts';

/** Parts of a stream of unknown length double in size after so many, so that no stream meets the limit on their number. */
const GROWS_EVERY = 5000;

/** How large the parts of an object are. */
export class PartSizes {
  /** The size that was asked for, in the measure of the service. */
  readonly partBytes: number;
  readonly #limits: ServiceLimits;

  constructor(wanted: number, limits: ServiceLimits) {
    this.#limits = limits;
    this.partBytes = this.#fit(wanted);
  }

  /** Whether content of this size goes in one request. */
  isOne(bytes: number): boolean {
    return bytes <= Math.min(this.partBytes, this.#limits.putBytes);
  }

  /** For content of a known size: larger parts where there would be too many. */
  forBytes(bytes: number): (index: number) => number {
    const size = Math.max(this.partBytes, this.#fit(bytes / (this.#limits.maxParts - 1)));
    return () => size;
  }

  forUnknown(): (index: number) => number {
    if (this.#limits.maxParts === Number.POSITIVE_INFINITY) return () => this.partBytes;
    const { maxPartBytes } = this.#limits;
    return (index) => Math.min(maxPartBytes, this.partBytes * 2 ** Math.floor(index / GROWS_EVERY));
  }

  #fit(bytes: number): number {
    const { partMultiple, maxPartBytes } = this.#limits;
    const whole = Math.max(1, Math.ceil(bytes / partMultiple)) * partMultiple;
    return Math.min(whole, Math.floor(maxPartBytes / partMultiple) * partMultiple);
  }
}
