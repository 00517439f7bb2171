import type { ParameterSpace, Results } from '@orchestrate/core';
import type { InstanceSpace } from './instance-space.ts';
import type { TaskConfig } from './task-schema.ts';
import type { TaskText } from './task-texts.ts';
import type { UpstreamFlows } from './upstream-flows.ts';

/** A task of the flow with all that is known about its instances before anything runs. */
export interface PlannedTask {
  readonly name: string;
  /** `flow.task`. */
  readonly set: string;
  readonly config: TaskConfig;
  readonly texts: readonly TaskText[];
  /** First names that its texts use. */
  readonly roots: ReadonlySet<string>;
  /** Whether it has one instance per member of the flow (and perhaps more). */
  readonly perMember: boolean;
  /** Its own parameters. */
  readonly own: ParameterSpace | undefined;
  /** Identities of its dimensions, from the outermost. */
  readonly identities: readonly string[];
  /** Whether its instances depend on results. */
  readonly dynamic: boolean;
  /** Tasks it waits for as a whole. */
  readonly barriers: ReadonlySet<string>;
  /** Its instances. Results are needed when it is dynamic. */
  space(results: Results): InstanceSpace;
}

/** What the tasks of a flow have in common. */
export interface FlowFrame {
  readonly name: string;
  readonly projectName: string;
  readonly projectDirectory: string;
  /** The members, when the flow has any. */
  readonly members: ParameterSpace | undefined;
  readonly tasks: ReadonlyMap<string, PlannedTask>;
  readonly upstream: UpstreamFlows;
}
