import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RunId } from '@orchestrate/core';
import { z } from 'zod';
import { RunFolder } from './run-folder.ts';
import type { RunOptions } from './run-types.ts';

/** What a run was restricted to when it began. */
export type RunSelection = Pick<RunOptions, 'only' | 'members'>;

/** File in the folder of a run that was restricted. */
export const SELECTION_FILE = 'selection.json';

const Texts = z.array(z.string()).exactOptional();
const Selection = z.object({
  only: Texts,
  members: z
    .object({
      only: Texts,
      skip: Texts,
      where: Texts,
      failed: z.array(z.object({ set: z.string(), label: z.string() })).exactOptional(),
    })
    .exactOptional(),
});

/** What is to be kept of a restriction, so that the run can be gone on with without saying it again; `undefined` without one. */
export function selectionRecord({ only = [], members }: RunSelection): object | undefined {
  if (only.length === 0 && members === undefined) return undefined;
  return { only, ...(members === undefined ? {} : { members }) };
}

/** What a run was restricted to; nothing when it was not, or when that is not to be read any more. */
export function selectionOf(projectDirectory: string, run: RunId): RunSelection {
  const file = join(new RunFolder(projectDirectory, run).directory, SELECTION_FILE);
  try {
    return Selection.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    return {};
  }
}
