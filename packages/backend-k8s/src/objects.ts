/** Objects of Kubernetes, as far as they are read or written here. Times are texts of RFC 3339. */

/** What every object says of itself. */
interface Metadata {
  readonly name: string;
  readonly namespace?: string;
  readonly uid?: string;
  readonly resourceVersion?: string;
  readonly creationTimestamp?: string;
  readonly deletionTimestamp?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** Any object. */
export interface Thing {
  readonly metadata: Metadata;
}

/** Something that holds of an object, or does not. */
export interface Condition {
  readonly type: string;
  readonly status: 'True' | 'False' | 'Unknown';
  readonly reason?: string;
  readonly message?: string;
  readonly lastTransitionTime?: string;
}

/** A Job of `batch/v1`. */
export interface Job extends Thing {
  readonly spec?: { readonly suspend?: boolean };
  readonly status?: {
    readonly active?: number;
    readonly terminating?: number;
    readonly startTime?: string;
    readonly completionTime?: string;
    /** Of an Indexed Job: `0,2-4`. */
    readonly completedIndexes?: string;
    readonly failedIndexes?: string;
    readonly conditions?: readonly Condition[];
  };
}

/** How a container ended. */
export interface Terminated {
  readonly exitCode: number;
  readonly signal?: number;
  readonly reason?: string;
  readonly message?: string;
  readonly startedAt?: string;
  readonly finishedAt?: string;
}

/** State of a container. */
export interface ContainerStatus {
  readonly name: string;
  readonly state?: {
    readonly waiting?: { readonly reason?: string; readonly message?: string };
    readonly running?: { readonly startedAt?: string };
    readonly terminated?: Terminated;
  };
}

/** A Pod of `v1`. */
export interface Pod extends Thing {
  readonly spec?: { readonly nodeName?: string };
  readonly status?: {
    readonly phase?: 'Pending' | 'Running' | 'Succeeded' | 'Failed' | 'Unknown';
    readonly reason?: string;
    readonly message?: string;
    readonly startTime?: string;
    readonly conditions?: readonly Condition[];
    readonly initContainerStatuses?: readonly ContainerStatus[];
    readonly containerStatuses?: readonly ContainerStatus[];
  };
}

/** A list as the API server answers it. */
export interface ListOf<T extends Thing> {
  readonly metadata: { readonly resourceVersion: string; readonly continue?: string };
  readonly items: readonly T[];
}

/** Name of the container that does the work. */
export const MAIN = 'main';

/** Labels and annotations of ours. */
export const OURS = {
  /** Label: the Job is of the backend with this digest of its folder. */
  owner: 'orchestrate.dev/owner',
  /** Label: the run. */
  run: 'orchestrate.dev/run',
  /** Annotation: digest of what was submitted. */
  spec: 'orchestrate.dev/spec',
  /** Annotation: the name of the task. */
  task: 'orchestrate.dev/task',
  /** Annotation: where its log belongs on the leader. */
  log: 'orchestrate.dev/log',
  /** Annotation: Secret with its environment. */
  environment: 'orchestrate.dev/environment',
  /** Label: a program of ours itself, for the project with this digest of its folder. */
  leaderOf: 'orchestrate.dev/leader-of',
  /** Label: what that program is there for. */
  use: 'orchestrate.dev/use',
  /** Annotation: it is to end, and as what. */
  cancel: 'orchestrate.dev/cancel',
} as const;

/** Milliseconds since 1970 of a text of RFC 3339. */
export function timeOf(text: string | undefined): number | undefined {
  const time = text === undefined ? Number.NaN : Date.parse(text);
  return Number.isNaN(time) ? undefined : time;
}

/** Reason and message of Kubernetes in one line. */
export function said(reason: string | undefined, message: string | undefined): string | undefined {
  if (message === undefined || message === '') return reason;
  return reason === undefined || reason === '' ? message : `${reason}: ${message}`;
}

/** The thing that was made last. */
export function latest<T extends Thing>(things: readonly T[]): T | undefined {
  let last: T | undefined;
  for (const thing of things) {
    const made = thing.metadata.creationTimestamp ?? '';
    if (last === undefined || made >= (last.metadata.creationTimestamp ?? '')) last = thing;
  }
  return last;
}
