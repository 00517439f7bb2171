import { accessSync, constants, existsSync, readdirSync } from 'node:fs';
import { availableParallelism, totalmem } from 'node:os';
import type { Capacity } from './admission.ts';
import type { LocalConfig } from './config.ts';
import type { ContainerRuntime } from './container-command.ts';
import { initArguments } from './container-init.ts';
import { localError } from './errors.ts';
import { findProgram } from './program-path.ts';

type Environment = Readonly<Record<string, string | undefined>>;

const MEMORY_SHARE = 0.9;

/** NVIDIA devices of this machine; Linux only. */
function countGpus(): number {
  try {
    return readdirSync('/dev').filter((name) => /^nvidia[0-9]+$/.test(name)).length;
  } catch {
    return 0;
  }
}

/** What this machine gives to jobs, as configured or as found. */
export function capacityOf(config: LocalConfig): Capacity {
  const cpus = config.cpus ?? (config.slots === undefined ? availableParallelism() : undefined);
  return {
    cpus: cpus ?? Math.max(config.slots ?? 1, availableParallelism()),
    memoryBytes: config.memoryBytes ?? Math.floor(totalmem() * MEMORY_SHARE),
    gpus: config.gpus ?? countGpus(),
    ...(config.slots === undefined ? {} : { slots: config.slots }),
  };
}

function isRunnable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

const DASHES = ['/bin/dash', '/usr/bin/dash'];
const SHELLS = ['/bin/sh', '/usr/bin/sh', '/bin/bash', '/usr/bin/bash'];

/**
 * The shell that starts commands. dash starts programs about twice as fast as bash, but drops variables whose names are
 * no shell names, such as functions exported by bash (`BASH_FUNC_module%%`): where there are any, bash is taken.
 * @throws LOCAL_SHELL_MISSING when there is none
 */
export function chooseShell(config: LocalConfig, environment: Environment): string {
  if (config.shell !== undefined) {
    if (isRunnable(config.shell)) return config.shell;
    throw localError('LOCAL_SHELL_MISSING', `shell not found: ${config.shell}`, {
      details: { shell: config.shell },
    });
  }
  const exotic = Object.keys(environment).some((name) => !/^[A-Za-z_][A-Za-z0-9_]*$/.test(name));
  const bash = findProgram('bash', environment['PATH'], '/');
  const candidates = exotic && 'path' in bash ? [bash.path] : [...DASHES, ...SHELLS];
  const shell = candidates.find(isRunnable);
  if (shell === undefined) {
    throw localError(
      'LOCAL_SHELL_MISSING',
      `no POSIX shell found; looked for ${candidates.join(', ')}`,
    );
  }
  return shell;
}

/** Whether docker has a daemon to speak to, as far as that can be told without asking it. */
function hasDaemon(environment: Environment): boolean {
  if (environment['DOCKER_HOST'] !== undefined || environment['DOCKER_CONTEXT'] !== undefined)
    return true;
  const home = environment['HOME'] ?? '/';
  return ['/var/run/docker.sock', `${home}/.docker/run/docker.sock`].some((path) =>
    existsSync(path),
  );
}

const RUNTIMES = ['podman', 'docker', 'apptainer'] as const;

/**
 * The container program to use, if there is one.
 * @throws LOCAL_CONTAINERS_MISSING when one is named that is not there
 */
export function chooseContainers(
  config: LocalConfig,
  environment: Environment,
): ContainerRuntime | undefined {
  if (config.containers === 'none') return undefined;
  const wanted = config.containers === 'auto' ? RUNTIMES : [config.containers];
  for (const runtime of wanted) {
    const found = findProgram(runtime, environment['PATH'], '/');
    if (!('path' in found)) continue;
    if (runtime === 'docker' && config.containers === 'auto' && !hasDaemon(environment)) continue;
    const userId = process.getuid?.() ?? 0;
    const groupId = process.getgid?.() ?? 0;
    const init = initArguments(runtime, process.platform, environment['PATH']);
    return { runtime, program: found.path, userId, groupId, init };
  }
  if (config.containers === 'auto') return undefined;
  throw localError(
    'LOCAL_CONTAINERS_MISSING',
    `container program not found: ${config.containers}`,
    {
      details: { containers: config.containers },
    },
  );
}
