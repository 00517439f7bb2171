import type { JobSpec } from '@orchestrate/core';

/** What of a job's files has to be known to bring them home, also after the leader was started again. */
export interface HomeFiles {
  /** The job's folder; left out where it is the whole project. */
  readonly directory?: string;
  readonly writes: readonly string[];
  readonly logs: readonly string[];
}

/** Every file a job prints to: its own log, and those of calls that have one. */
export function logsOf({ logPath, work }: JobSpec): string[] {
  const calls = work.kind === 'functions' ? work.calls : [];
  return [logPath, ...calls.flatMap((call) => call.logPath ?? [])];
}

/** How the files of jobs get to where they run, and back. Paths are those of the leader. */
export interface JobFiles {
  /** Where jobs see a path of the leader. */
  pathOf(path: string): string;
  /** A text of a job with the leader's paths in it, as jobs need it. */
  textOf(text: string, job: JobSpec): string;
  /** Whether folders have to be made where a job runs. */
  readonly isApart: boolean;
  /** Brings what jobs need to where they run. @throws what stops all of them */
  send(jobs: readonly JobSpec[], signal?: AbortSignal): Promise<void>;
  /** What is to be remembered of a job for {@link fetch}. */
  homeFiles(job: JobSpec): HomeFiles | undefined;
  /** Brings home what jobs left. */
  fetch(files: readonly HomeFiles[]): Promise<void>;
}

/** Files that jobs see under the same paths as the leader. */
export const sharedFiles: JobFiles = {
  isApart: false,
  pathOf: (path) => path,
  textOf: (text) => text,
  send: () => Promise.resolve(),
  homeFiles: () => undefined,
  fetch: () => Promise.resolve(),
};
