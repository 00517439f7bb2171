import type { JobExit, JobKey, JobSpec, JobStatus, PackProgress, Usage } from '@orchestrate/core';
import type { Need } from './admission.ts';
import type { Keeper } from './keeper.ts';
import { PackProgressLog } from './pack-progress-log.ts';
import type { ForcedReason, JobFacts } from './records.ts';

/** One job this leader knows: submitted by it or adopted from an earlier one. */
export class LocalJob {
  readonly key: JobKey;
  readonly facts: JobFacts;
  readonly need: Need;
  /** Absent when adopted: what a job runs is not recorded, since it may hold secrets. */
  readonly spec: JobSpec | undefined;
  /** `waiting`: with us. `handed`: a keeper has it. `orphaned`: runs on, but its keeper is dead. */
  state: 'waiting' | 'handed' | 'running' | 'orphaned' | 'ended' = 'waiting';
  /** Keeper that has the job, or whose record file tells of its end. */
  keeper: Keeper | undefined;
  startedAt: number | undefined;
  /** When nothing was left that its keeper had to do before it; it has started then, or a moment later. */
  firstAt: number | undefined;
  activityAt: number | undefined;
  /** Why it is being ended by force. */
  forced: ForcedReason | undefined;
  /** Its own process has ended, as the record says; it may have left others behind. */
  mainExit: JobExit | undefined;
  exit: JobExit | undefined;
  /** Its traces are dropped once it has ended. */
  isToForget = false;
  /** Why it waits. */
  reason: string | undefined;
  peakMemoryBytes = 0;
  cpuSeconds: number | undefined;
  readonly progress: PackProgressLog | undefined;

  constructor(key: JobKey, facts: JobFacts, spec?: JobSpec) {
    this.key = key;
    this.facts = facts;
    this.need = { cpus: facts.cpus, memoryBytes: facts.memoryBytes, gpus: facts.gpus };
    this.spec = spec;
    this.progress = facts.kind === 'functions' ? new PackProgressLog() : undefined;
  }

  get live(): boolean {
    return this.state !== 'ended';
  }

  /** What the contract calls the state; `fresh` asks for the progress since the last such call instead of all. */
  status(fresh = false): JobStatus {
    const progress: PackProgress | undefined = fresh
      ? this.progress?.takeFresh()
      : this.progress?.whole();
    return {
      key: this.key,
      state: this.#publicState(),
      ...(this.startedAt === undefined ? {} : { startedAt: this.startedAt }),
      ...(this.activityAt === undefined ? {} : { activityAt: this.activityAt }),
      ...(this.reason === undefined || !this.live ? {} : { reason: this.reason }),
      ...(this.exit === undefined ? {} : { exit: this.exit }),
      ...(progress === undefined ? {} : { progress }),
    };
  }

  #publicState(): JobStatus['state'] {
    switch (this.state) {
      case 'waiting':
      case 'handed':
        return 'queued';
      case 'running':
      case 'orphaned':
        return 'running';
      case 'ended':
        return 'ended';
    }
  }
}

/** What a job has used, as far as it was looked at. */
export function usageOf({ cpuSeconds, peakMemoryBytes }: LocalJob): { readonly usage?: Usage } {
  const usage: Usage = {
    ...(cpuSeconds === undefined ? {} : { cpuSeconds }),
    ...(peakMemoryBytes === 0 ? {} : { peakMemoryBytes }),
  };
  return Object.keys(usage).length === 0 ? {} : { usage };
}
