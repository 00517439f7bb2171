import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import { HOST_VARIABLE, type HostRunOptions, type LeaderHost } from '@orchestrate/core';
import type { LoadedProjectFile } from '@orchestrate/engine';
import type { CommandContext } from '../command-context.ts';
import { cliError } from '../errors.ts';
import { terminalLog } from '../output/terminal-log.ts';
import { openProject } from '../session/open-project.ts';
import { openBackend } from '../session/open-providers.ts';
import { carriedEnvironment } from './carried-environment.ts';

/** Where things of a project are on a host. */
interface Place {
  readonly root: string;
  /** Copy of the project's folder. */
  readonly project: string;
  /** Packages that this project uses. */
  readonly packages: string;
  /** Link to the program Node. */
  readonly node: string;
  /** Our own program. */
  readonly program: string;
}

/** The copy of a project on the host of a backend, and what is there to work on it. */
export interface There {
  readonly loaded: LoadedProjectFile;
  /** Name of the backend. */
  readonly name: string;
  readonly host: LeaderHost;
  readonly place: Place;
  /** Variables for a program of ours there. */
  readonly environment: Readonly<Record<string, string>>;
}

function placeOf(folder: string, project: string): Place {
  const name = basename(project).replace(/[^A-Za-z0-9_-]/g, '_');
  const digest = createHash('sha256').update(project).digest('hex').slice(0, 12);
  const root = `${folder}/leaders/${name}-${digest}`;
  const packages = `${root}/node_modules`;
  return {
    root,
    project: `${root}/project`,
    packages,
    node: `${root}/node`,
    program: `${packages}/@orchestrate/cli/bin/orchestrate.js`,
  };
}

/**
 * Opens the host that `--on` names, for as long as `body` runs.
 * @throws CLI_NO_HOST and what opening a backend throws
 */
export async function withHost<T>(
  context: CommandContext,
  body: (there: There) => Promise<T>,
): Promise<T> {
  const { call, output, environment } = context;
  const name = call.text('on') ?? '';
  const loaded = await openProject(context);
  await using open = await openBackend(loaded, terminalLog(output), name);
  const { host } = open.backend;
  if (host === undefined) {
    throw cliError('CLI_NO_HOST', `the backend ${name} has no machine of its own to lead runs on`, {
      details: { backend: name },
    });
  }
  return await body({
    loaded,
    name,
    host,
    place: placeOf(host.folder, loaded.directory),
    environment: {
      ...carriedEnvironment(loaded, name, environment),
      [HOST_VARIABLE]: name,
    },
  });
}

/** Runs our program on the copy of the project. Exit codes above 125 say that it is not there. */
export async function runThere(
  { host, place, environment, name }: There,
  words: readonly string[],
  options: Pick<HostRunOptions, 'env' | 'onOutput' | 'signal'> = {},
): Promise<{ readonly code: number; readonly stderr: string }> {
  const ended = await host.run([place.node, place.program, ...words], {
    ...options,
    cwd: place.project,
    env: { ...environment, ...options.env },
  });
  if (ended.code !== 126 && ended.code !== 127) return ended;
  throw cliError('CLI_NOT_THERE', `this project has not been brought to ${name} (${host.name})`, {
    details: { backend: name, host: host.name, folder: place.root },
  });
}
