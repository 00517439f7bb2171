/** What a job takes from the machine while it runs. */
export interface Need {
  readonly cpus: number;
  readonly memoryBytes: number;
  readonly gpus: number;
}

/** What the machine gives to jobs. */
export interface Capacity extends Need {
  /** Most jobs at once; no bound of its own when left out. */
  readonly slots?: number;
}

/** Against fractions of cores that do not add up in binary: ten jobs of 0.1 fit into one core. */
const SLACK = 1e-9;

/** Keeps account of what running jobs hold. Pure. */
export class Admission {
  readonly capacity: Capacity;
  #jobs = 0;
  #cpus = 0;
  #memoryBytes = 0;
  #gpus = 0;

  constructor(capacity: Capacity) {
    this.capacity = capacity;
  }

  /** Why a job can never run here, or `undefined` when it can. */
  refusal(need: Need): string | undefined {
    if (need.cpus > this.capacity.cpus + SLACK) {
      return `asks for ${need.cpus} cpus; this machine gives jobs ${this.capacity.cpus} (option cpus)`;
    }
    if (need.memoryBytes > this.capacity.memoryBytes) {
      return `asks for ${need.memoryBytes} bytes of memory; this machine gives jobs ${this.capacity.memoryBytes} (option memoryBytes)`;
    }
    if (need.gpus > this.capacity.gpus) {
      return `asks for ${need.gpus} gpus; this machine gives jobs ${this.capacity.gpus} (option gpus)`;
    }
    return undefined;
  }

  fits(need: Need): boolean {
    return (
      (this.capacity.slots === undefined || this.#jobs < this.capacity.slots) &&
      this.#cpus + need.cpus <= this.capacity.cpus + SLACK &&
      this.#memoryBytes + need.memoryBytes <= this.capacity.memoryBytes &&
      this.#gpus + need.gpus <= this.capacity.gpus
    );
  }

  /** Whether there is any point in looking for a job that fits. */
  get full(): boolean {
    const { slots, cpus } = this.capacity;
    return (slots !== undefined && this.#jobs >= slots) || this.#cpus >= cpus - SLACK;
  }

  /** Adopted jobs are taken in whether or not they fit: they run already. */
  take(need: Need): void {
    this.#jobs += 1;
    this.#cpus += need.cpus;
    this.#memoryBytes += need.memoryBytes;
    this.#gpus += need.gpus;
  }

  give(need: Need): void {
    this.#jobs -= 1;
    this.#cpus = this.#jobs === 0 ? 0 : this.#cpus - need.cpus;
    this.#memoryBytes -= need.memoryBytes;
    this.#gpus -= need.gpus;
  }
}

/** Whether one need is covered by what another holds. */
export function covers(held: Need, need: Need): boolean {
  return need.cpus <= held.cpus && need.memoryBytes <= held.memoryBytes && need.gpus <= held.gpus;
}
