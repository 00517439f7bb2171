import { basename, dirname, join, resolve } from 'node:path';
import type { FunctionContext, Json } from '@orchestrate/core';
import { stepError } from '../errors.ts';
import { isInside, realPlace } from '../move/local-target.ts';
import { readArgs } from '../read-args.ts';
import { throwIfStopped } from '../stopped.ts';
import { MakeDirectoryArgs } from './args.ts';
import { copyTemplate } from './copy-template.ts';

/**
 * Makes a folder, with the content of a template if one is given, whole or not at all. Result: `{ made, directory }`.
 * @throws STEP_ARGUMENTS, STEP_EXISTS, STEP_PATH, STEP_SPACE, STEP_DENIED, STEP_UNAVAILABLE, STEP_STOPPED
 */
export function makeDirectory(args: Json, context: FunctionContext): Json {
  const read = readArgs('makeDirectory', MakeDirectoryArgs, args);
  throwIfStopped(context.signal);
  const directory = resolve(read.directory);
  // The folder itself is not there in general, and looking for it in vain costs more than looking for its parent.
  const place = join(realPlace(dirname(directory)), basename(directory));
  if (read.template !== undefined && isInside(place, realPlace(read.template)))
    throw stepError('STEP_PATH', `${directory} lies in its template ${read.template}.`, {
      details: { path: directory, template: read.template },
    });
  return { made: copyTemplate({ ...read, directory }), directory };
}
