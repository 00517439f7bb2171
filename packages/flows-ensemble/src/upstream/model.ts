import type { PyDict, PyValue } from '../python/value.ts';
import type { Problem } from '../pyyaml/problem.ts';

/** A place in the configuration; line and column count from 1. */
export interface Place {
  readonly line: number;
  readonly column: number;
  /** Characters before it in the file. */
  readonly offset: number;
  /** `ensemble.batches[0].post_run[2]`. */
  readonly path: string;
}

/** The task types of model-ensembler; the list has not changed from 0.4 to 0.7. */
export type TaskType = 'jobs' | 'quota' | 'check' | 'submit' | 'execute' | 'move' | 'remove';

/** The lists of tasks of a batch. */
export type BatchHook = 'pre_batch' | 'pre_run' | 'post_run' | 'post_batch';

/** All lists of tasks. */
export type Hook = BatchHook | 'pre_process' | 'post_process';

/** One argument of a task, as written: a text that begins with `run.` still stands for an attribute of the run. */
export interface UpstreamArgument {
  readonly value: PyValue;
  readonly place: Place;
}

/** One task of a hook. */
export interface UpstreamTask {
  readonly type: TaskType;
  /** Arguments that were given a value; names and types fit the task type. */
  readonly arguments: ReadonlyMap<string, UpstreamArgument>;
  readonly place: Place;
}

/** One run of a batch: a member of the ensemble. */
export interface UpstreamRun {
  /** Its own parameters, in the order of the file; every key is a Python name. */
  readonly parameters: PyDict;
  readonly place: Place;
}

/** One batch, with what `batch_config` adds to it. */
export interface UpstreamBatch {
  readonly name: string;
  /** Relative to {@link basedir}, or absolute. */
  readonly templatedir: string;
  /** Paths inside the template folder, each ending in `.j2`. */
  readonly templates: readonly string[];
  /** Relative to the folder of the call, or absolute. */
  readonly basedir: string;
  /** Relative to the run's folder. */
  readonly jobFile: string | undefined;
  /** Slurm partition; absent when the batch has none. */
  readonly cluster: string | undefined;
  /** Most runs at a time, 1 or more. */
  readonly maxruns: number;
  /** Most jobs at a time, 1 or more. */
  readonly maxjobs: number;
  readonly repeat: boolean;
  readonly hooks: Readonly<Record<BatchHook, readonly UpstreamTask[]>>;
  readonly runs: readonly UpstreamRun[];
  /** The batch keys that templates see, in the order and with the defaults of upstream. */
  readonly visible: PyDict;
  readonly place: Place;
}

/** A configuration of model-ensembler 0.5 to 0.7, checked. */
export interface UpstreamEnsemble {
  /** As it was given to the reader. */
  readonly file: string;
  readonly vars: PyDict;
  readonly preProcess: readonly UpstreamTask[];
  readonly postProcess: readonly UpstreamTask[];
  readonly batches: readonly UpstreamBatch[];
  /** Every reliance on a trap of YAML 1.1 or of model-ensembler, in the order of the file. */
  readonly warnings: readonly Problem[];
}
