import type { JobExit, PackProgress } from '@orchestrate/core';

/** What the runner wrote of a pack; `undefined` for a text that is none of its. */
export function readResult(
  text: string | undefined,
): { readonly exit: JobExit; readonly progress: PackProgress } | undefined {
  if (text === undefined) return undefined;
  try {
    const value = JSON.parse(text) as { exit?: JobExit; progress?: PackProgress };
    if (value.exit === undefined || value.progress === undefined) return undefined;
    return { exit: value.exit, progress: value.progress };
  } catch {
    return undefined; // cut off by a full disk: then the exit code has to do
  }
}
