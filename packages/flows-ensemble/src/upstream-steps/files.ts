import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { FunctionContext, Json } from '@orchestrate/core';
import { isFlowError } from '@orchestrate/core';
import { move, remove } from '@orchestrate/steps';
import { z } from 'zod';
import { ensembleError } from '../errors.ts';

const MoveArgs = z.strictObject({
  from: z.string(),
  to: z.string(),
  include: z.array(z.string()),
  exclude: z.array(z.string()),
  manifest: z.string(),
  ignoreErrors: z.boolean(),
});

const VARIABLE = /\$(?:\{([A-Za-z_][A-Za-z0-9_]*)\}|([A-Za-z_][A-Za-z0-9_]*))/g;

/** Variables of the environment in a path, as the shell of upstream puts them in. Unknown ones are nothing. */
function expandVariables(
  text: string,
  environment: Readonly<Record<string, string | undefined>>,
): string {
  return text.replaceAll(VARIABLE, (_all, braced?: string, plain?: string) => {
    return environment[braced ?? plain ?? ''] ?? '';
  });
}

/** A path as the shell of upstream, working in the directory of the member, takes it. On other hosts it is as it is. */
export function placeFrom(
  directory: string,
  text: string,
  environment: Readonly<Record<string, string | undefined>>,
): string {
  const path = expandVariables(text.replace(/^~(?=\/|$)/, '${HOME}'), environment);
  return /^(\/|[^/]+:)/.test(path) ? path : join(directory, path);
}

/** Copies the directory of a member, verified. Result as of the step `move`; `{ failed }` where failures are ignored. */
export async function moveMember(given: Json, context: FunctionContext): Promise<Json> {
  const { ignoreErrors, to, ...args } = MoveArgs.parse(given);
  // What an earlier copy was verified by says nothing of this one.
  rmSync(args.manifest, { force: true });
  try {
    return await move({ ...args, to: placeFrom(args.from, to, process.env) }, context);
  } catch (error) {
    if (!ignoreErrors || !isFlowError(error)) throw error;
    process.stderr.write(`${error.code}: ${error.message}; ignored here\n`);
    return { failed: error.message };
  }
}

const RemoveArgs = z.strictObject({
  directory: z.string(),
  base: z.string(),
  disposable: z.array(z.string()),
  verifiedBy: z.string().optional(),
  /** File that remembers that the directory of a member was removed here. */
  mark: z.string().optional(),
});

const Removed = z.object({ removed: z.boolean(), files: z.number(), bytes: z.number() });

/** Without it a later run could not tell a member that is archived from one whose directory somebody has taken away. */
function remember(mark: string): void {
  mkdirSync(dirname(mark), { recursive: true });
  writeFileSync(mark, '');
}

/**
 * Removes the directory of a member once all of it is verified elsewhere. Result as of the step `remove`, and `gone`: whether
 * it is not there any more, whoever removed it.
 * @throws ENSEMBLE_UNVERIFIED where nothing was copied before, and what the step `remove` throws
 */
export async function removeMember(given: Json, context: FunctionContext): Promise<Json> {
  const { verifiedBy, mark, ...args } = RemoveArgs.parse(given);
  if (verifiedBy === undefined || !existsSync(verifiedBy)) {
    if (!existsSync(args.directory)) return { removed: false, gone: true };
    throw ensembleError(
      'ENSEMBLE_UNVERIFIED',
      `${args.directory} is not removed: no copy of it was verified before`,
      { details: { directory: args.directory } },
    );
  }
  // Also when the folder is gone: a removal that was killed may have left its content under another name.
  const removed = await remove({ ...args, verifiedBy }, context);
  if (mark !== undefined) remember(mark);
  return { ...Removed.parse(removed), gone: !existsSync(args.directory) };
}
