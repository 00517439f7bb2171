import { accessSync, constants, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { PluginContext } from '@orchestrate/core';
import { Admission } from './admission.ts';
import type { LocalConfig } from './config.ts';
import { isUnsteered } from './direct-start.ts';
import { localError } from './errors.ts';
import { JobTable } from './job-table.ts';
import { KeeperPool } from './keeper-pool.ts';
import type { KeeperSettings } from './keeper-start.ts';
import { LocalBackend } from './local-backend.ts';
import { capacityOf, chooseContainers, chooseShell } from './machine.ts';
import { openProcessTable } from './process-table.ts';
import { ProgramFinder } from './program-path.ts';

/** The folder of the record files, made if missing. */
function openDirectory(stateDirectory: string): string {
  const directory = join(stateDirectory, 'keepers');
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    accessSync(directory, constants.R_OK | constants.W_OK | constants.X_OK);
    return directory;
  } catch (error) {
    throw localError('LOCAL_STATE_UNUSABLE', `cannot keep records of jobs in ${directory}`, {
      details: { directory, clean: true },
      cause: error,
    });
  }
}

/**
 * Opens the backend and takes over the jobs that earlier leaders left on this machine.
 * @throws LOCAL_STATE_UNUSABLE, LOCAL_SHELL_MISSING, LOCAL_CONTAINERS_MISSING
 */
export function openLocalBackend(config: LocalConfig, context: PluginContext): LocalBackend {
  const { log, clock, random, projectDirectory } = context;
  const directory = openDirectory(context.stateDirectory);
  const searchPath = process.env['PATH'];
  const shell = chooseShell(config, process.env);
  const container = chooseContainers(config, process.env);
  const admission = new Admission(capacityOf(config));
  const table = new JobTable(log);
  const settings: KeeperSettings = {
    directory,
    shell,
    graceSeconds: config.graceSeconds,
    projectDirectory,
    ...(config.workerMemoryBytes === undefined
      ? {}
      : { workerMemoryBytes: config.workerMemoryBytes }),
    processes: openProcessTable(process.platform),
    now: () => clock.now(),
    newId: () =>
      `${clock.now().toString(36)}-${process.pid.toString(36)}-${Math.floor(random() * 36 ** 6).toString(36)}`,
  };
  const pool = new KeeperPool({
    table,
    admission,
    settings,
    handover: {
      directory,
      programs: new ProgramFinder(() => clock.monotonic()),
      searchPath,
      isUnsteered: isUnsteered(process.env),
      container,
      containerBinds: [projectDirectory, ...config.containerBinds],
    },
    log,
  });
  pool.adopt();
  return new LocalBackend({ table, pool, admission, container, shell, directory });
}
