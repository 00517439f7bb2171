import { containerProgram } from './container-end.ts';
import type { Keeper } from './keeper.ts';
import type { LocalJob } from './local-job.ts';
import type { ProcessTable } from './process-table.ts';

interface Count {
  /** Seconds of the keeper's children before its present job. */
  readonly before?: number | undefined;
  /** The same after its last job, while none has run since. */
  readonly after?: number | undefined;
  /** Reading of records in which `before` was counted; none when that was before the job was handed over. */
  readonly reading?: number | undefined;
}

const NOTHING: Count = {};

/**
 * Processor time of single commands: what the children of their keeper have used more after them than before. Not counted
 * while jobs are so short that they follow each other without anybody looking.
 */
export class CpuAccount {
  readonly #processes: ProcessTable;
  readonly #counts = new WeakMap<Keeper, Count>();

  constructor(processes: ProcessTable) {
    this.#processes = processes;
  }

  /** A job has started, as one reading of the keeper's records tells. */
  started({ keeper, facts }: LocalJob, reading: number): void {
    if (keeper === undefined) return;
    const inside = containerProgram(facts.container) === undefined;
    if (facts.kind !== 'command' || !inside || keeper.jobs.length > 1) {
      this.#counts.delete(keeper);
      return;
    }
    const known = this.#counts.get(keeper)?.after;
    const count =
      known === undefined
        ? { before: this.#processes.childCpuSeconds(keeper.pid), reading }
        : { before: known };
    this.#counts.set(keeper, count);
  }

  /** Processor seconds of a job that has ended; `undefined` where they are not known. */
  ended({ keeper }: LocalJob, ended: number): number | undefined {
    if (keeper === undefined) return undefined;
    const { before, reading } = this.#counts.get(keeper) ?? NOTHING;
    if (before === undefined) return undefined;
    const after = this.#processes.childCpuSeconds(keeper.pid);
    this.#counts.set(keeper, { after });
    // What was counted before may hold the job itself when its start and its end were told at once.
    return after === undefined || reading === ended ? undefined : Math.max(0, after - before);
  }
}
