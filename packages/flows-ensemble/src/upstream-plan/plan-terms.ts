import type { FlowContext } from '@orchestrate/core';
import type { UpstreamConfig } from '../config/upstream-config.ts';
import type { UpstreamEnsemble } from '../upstream/model.ts';
import type { UpstreamPlaces } from './places.ts';

/** What the tasks of an upstream ensemble are made with. */
export interface PlanTerms {
  readonly context: FlowContext;
  readonly config: UpstreamConfig;
  readonly ensemble: UpstreamEnsemble;
  readonly places: UpstreamPlaces;
  readonly extra: ReadonlyMap<string, string>;
  /** Absolute path of the folder for what is remembered of members. */
  readonly state: string;
  /** Absolute path of the module with the functions that tasks call. */
  readonly module: string;
  /** Backend of everything but jobs; `undefined`: that of the flow. */
  readonly stepsBackend: string | undefined;
  /** Digest over everything the sets depend on beside their names. */
  readonly digest: string;
}

/** A batch, or one cycle of a batch with `repeat`. */
export interface BatchPart {
  /** Names of its sets begin with this. */
  readonly prefix: string;
  /** Positions in the batch's `runs`. */
  readonly members: readonly number[];
  /** From 1. */
  readonly cycle: number;
}
