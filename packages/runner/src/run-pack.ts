import type { FunctionPack, JobExit, PackProgress } from '@orchestrate/core';
import { OutputCapture } from './output-capture.ts';
import { PackRun } from './pack-run.ts';

/** Options of {@link runPack}. */
export interface RunPackOptions {
  /** Aborted to cancel: the call that runs is told, the rest is not run. */
  readonly signal?: AbortSignal;
  /** Folder from which packages are looked for. Default: the working directory. */
  readonly from?: string;
  /** File for what calls print that have none of their own. Default: the output of this process. */
  readonly logPath?: string;
  /** What became of calls since the last time. Together all reports say everything once. */
  readonly onProgress?: (progress: PackProgress) => void;
}

/**
 * Makes the calls of a pack in this process, one after another, and says how it went. While it runs, the working directory
 * and environment are those of the process, and `process.stdout` and `process.stderr` are directed to the logs of the calls.
 * Never throws: a module that cannot be loaded and calls that fail are in the exit.
 */
export async function runPack(pack: FunctionPack, options: RunPackOptions = {}): Promise<JobExit> {
  using capture = new OutputCapture();
  const run = new PackRun(pack, {
    from: options.from ?? process.cwd(),
    signal: options.signal ?? new AbortController().signal,
    logPath: options.logPath,
    capture,
    report: (progress) => {
      if (!progress.isEmpty) options.onProgress?.(progress.take());
    },
  });
  return await run.run();
}
