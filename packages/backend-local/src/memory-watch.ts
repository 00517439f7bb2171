import { containerProgram } from './container-end.ts';
import { after } from './deadline.ts';
import type { LocalJob } from './local-job.ts';
import type { ProcessRow, ProcessTable } from './process-table.ts';
import { workersOf } from './survivors.ts';

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
  readonly #before = new WeakMap<LocalJob, number | undefined>();

  constructor(processes: ProcessTable, events: MemoryWatchEvents) {
    this.#processes = processes;
    this.#events = events;
    this.#kills = processes.memoryKills();
  }

  stop(): void {
    this.#timer?.[Symbol.dispose]();
    this.#timer = undefined;
  }

  /** Notes that a job starts now. */
  begin(job: LocalJob): void {
    // In a container the kernel keeps the limit, and what it kills need not be the process whose end is the job's.
    const { memoryLimited, container } = job.facts;
    if (memoryLimited === true && container !== undefined) {
      this.#before.set(job, this.#processes.memoryKills());
    }
    this.#timer ??= after(INTERVAL_MS, () => this.#sample());
  }

  /**
   * Whether the kernel has killed a process for want of memory since it was last looked at, or, where the kernel keeps
   * the limit of the job, since the job began.
   */
  kernelKilled(job: LocalJob): boolean {
    const before = this.#before.get(job) ?? this.#kills;
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
      const members = workersOf(job, job.keeper, rows);
      const bytes = members.reduce((sum, row) => sum + row.residentBytes, 0);
      job.peakMemoryBytes = Math.max(job.peakMemoryBytes, bytes);
      if (job.facts.memoryLimited !== true || job.forced !== undefined) continue;
      if (this.#isBeyond(job, members, bytes)) this.#events.exceeded(job);
    }
    this.#kills = this.#processes.memoryKills();
  }

  #isBeyond({ facts }: LocalJob, members: readonly ProcessRow[], bytes: number): boolean {
    const [first] = members;
    // Of a container the kernel may have killed one process, for which others now wait in vain.
    if (containerProgram(facts.container) !== undefined && first !== undefined) {
      if ((this.#processes.groupMemoryKills(first.pid) ?? 0) > 0) return true;
    }
    if (bytes <= facts.memoryBytes) return false;
    const exact = members.reduce(
      (sum, row) => sum + (this.#processes.proportionalBytes(row.pid) ?? row.residentBytes),
      0,
    );
    return exact > facts.memoryBytes;
  }
}
