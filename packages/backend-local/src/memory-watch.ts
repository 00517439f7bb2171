import { after } from './deadline.ts';
import type { LocalJob } from './local-job.ts';
import type { ProcessTable } from './process-table.ts';
import { groupMembers } from './survivors.ts';

/** Milliseconds between two samples, at least. */
const INTERVAL_MS = 250;
/** Sampling may use up one part in this many of a core. */
const SHARE = 50;

/** What watching memory needs from the rest of the backend. */
export interface MemoryWatchEvents {
  running(): Iterable<LocalJob>;
  exceeded(job: LocalJob): void;
}

/**
 * Samples the resident memory of running jobs, for their limits and their records. A job's memory is the sum over its
 * processes; before one is ended for it, pages its processes share are counted once, where the system tells (Linux).
 */
export class MemoryWatch {
  readonly #processes: ProcessTable;
  readonly #events: MemoryWatchEvents;
  #timer: Disposable | undefined;
  #kills: number | undefined;

  constructor(processes: ProcessTable, events: MemoryWatchEvents) {
    this.#processes = processes;
    this.#events = events;
    this.#kills = processes.memoryKills();
  }

  /** Samples from now on, as long as anything runs. */
  arm(): void {
    this.#timer ??= after(INTERVAL_MS, () => this.#sample());
  }

  stop(): void {
    this.#timer?.[Symbol.dispose]();
    this.#timer = undefined;
  }

  /** Whether the kernel has killed a process for want of memory since it was last looked at. */
  kernelKilled(): boolean {
    const before = this.#kills;
    this.#kills = this.#processes.memoryKills();
    return before !== undefined && this.#kills !== undefined && this.#kills > before;
  }

  #sample(): void {
    this.#timer = undefined;
    const jobs = [...this.#events.running()];
    if (jobs.length === 0) return;
    const began = performance.now();
    this.#look(jobs);
    this.#timer = after(Math.max(INTERVAL_MS, (performance.now() - began) * SHARE), () =>
      this.#sample(),
    );
  }

  #look(jobs: readonly LocalJob[]): void {
    const rows = this.#processes.rows();
    for (const job of jobs) {
      if (job.keeper === undefined) continue;
      const members = groupMembers(job.keeper, rows);
      const bytes = members.reduce((sum, row) => sum + row.residentBytes, 0);
      job.peakMemoryBytes = Math.max(job.peakMemoryBytes, bytes);
      const { memoryLimited, memoryBytes } = job.facts;
      if (memoryLimited !== true || bytes <= memoryBytes || job.forced !== undefined) continue;
      const exact = members.reduce(
        (sum, row) => sum + (this.#processes.proportionalBytes(row.pid) ?? row.residentBytes),
        0,
      );
      if (exact > memoryBytes) this.#events.exceeded(job);
    }
    this.#kills = this.#processes.memoryKills();
  }
}
