import { readFileSync, realpathSync } from 'node:fs';
import { join, sep } from 'node:path';
import {
  confinePath,
  type FlowContext,
  type Logger,
  type TaskGraph,
  type TaskSet,
} from '@orchestrate/core';
import type { ConfiguredFlow, LoadedProject } from '../project/loaded-project.ts';
import { runError } from '../run-errors.ts';
import { hashes } from './hashes.ts';

/** A parameter table or template larger than this is a mistake. */
const LARGEST_TEXT_BYTES = 256 * 1024 * 1024;

/** Reads texts below one folder and nowhere else, not even through a symbolic link. */
export function confinedReader(directory: string): (path: string) => string {
  let root: string | undefined;
  return (path) => {
    const file = join(directory, confinePath(path));
    try {
      root ??= realpathSync(directory);
      const real = realpathSync(file);
      if (real !== root && !real.startsWith(root + sep)) {
        throw runError('PROJECT_PATH_LINK', `${path} leads out of the folder of the project`, {
          details: { path },
        });
      }
      const text = readFileSync(real);
      if (text.length > LARGEST_TEXT_BYTES) {
        throw runError(
          'PROJECT_FILE_UNREADABLE',
          `${path} has ${text.length} bytes, expected at most ${LARGEST_TEXT_BYTES}`,
          { details: { path } },
        );
      }
      return text.toString('utf8');
    } catch (error) {
      if (error instanceof Error && 'code' in error && !('retry' in error)) {
        const why = error.code === 'ENOENT' ? 'there is no such file' : error.message;
        throw runError('PROJECT_FILE_UNREADABLE', `${path} cannot be read: ${why}`, {
          details: { path },
          cause: error,
        });
      }
      throw error;
    }
  };
}

/** Where in the options of a flow a path of its description was written. */
export type PlaceOf = NonNullable<Parameters<FlowContext['planTasks']>[1]>;

/** Plans tasks that a plugin describes in the words of the project file. */
export type PlanDescribed = (
  description: object,
  context: FlowContext,
  placeOf?: PlaceOf,
) => TaskGraph;

/** What a flow is handed to plan with. */
export function flowContext(
  loaded: LoadedProject,
  flow: ConfiguredFlow,
  more: {
    readonly log: Logger;
    readonly upstream: readonly TaskSet[];
    readonly planDescribed: PlanDescribed;
    /** Told where a description was written, when a flow says so. */
    readonly described: (placeOf: PlaceOf) => void;
  },
): FlowContext {
  const context: FlowContext = {
    name: flow.name,
    projectName: loaded.name,
    projectDirectory: loaded.directory,
    ...(flow.backend === undefined ? {} : { backend: flow.backend }),
    log: more.log,
    readText: confinedReader(loaded.directory),
    sha256: (text) => hashes().hash('sha256', text, 'hex'),
    upstream: more.upstream,
    planTasks: (description, placeOf) => {
      more.described(placeOf ?? ((path) => path));
      return more.planDescribed(description, context, placeOf);
    },
  };
  return context;
}
