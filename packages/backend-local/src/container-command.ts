import { isAbsolute, relative } from 'node:path';
import type { JobSpec } from '@orchestrate/core';
import type { ContainerFacts } from './records.ts';

/** A container program as it was found on this machine. */
export interface ContainerRuntime extends ContainerFacts {
  readonly userId: number;
  readonly groupId: number;
  /** Arguments that give the container a first process which passes signals on; none where there is no such program. */
  readonly init: readonly string[];
}

/** How a job with an image is started on the host. */
export interface ContainerCommand {
  readonly program: string;
  readonly args: readonly string[];
  /** For the container program itself, which hands on the variables that are named; values stay out of the arguments. */
  readonly environment: Readonly<Record<string, string>>;
}

/** Folders without those that lie inside another one, in ascending order. */
export function outermost(folders: readonly string[]): string[] {
  const kept: string[] = [];
  for (const folder of [...new Set(folders)].sort()) {
    const inside = kept.some((outer) => {
      const way = relative(outer, folder);
      return way === '' || (!way.startsWith('..') && !isAbsolute(way));
    });
    if (!inside) kept.push(folder);
  }
  return kept;
}

/** An image as apptainer wants it: files and addresses with a scheme as they are, names from a registry with theirs. */
export function apptainerImage(image: string): string {
  return /^[a-z][a-z0-9+.-]*:\/\//.test(image) || image.startsWith('/') || image.endsWith('.sif')
    ? image
    : `docker://${image}`;
}

/** `--mount` takes its value as CSV, so that a colon in a path is no separator; a quote doubles inside quotes. */
function mount(folder: string): string {
  const field = (text: string) => (/[",]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  return `type=bind,${field(`source=${folder}`)},${field(`target=${folder}`)}`;
}

/**
 * Variables that the container program heeds itself: a job that sets its `PATH` must not take away that of podman. They
 * go with their values into the arguments, which is why secrets have no place in them; all others go by name.
 */
const HEEDED = new Set([
  'CONTAINERS_CONF',
  'CONTAINERS_STORAGE_CONF',
  'CONTAINER_HOST',
  'DOCKER_CONFIG',
  'DOCKER_CONTEXT',
  'DOCKER_HOST',
  'HOME',
  'LD_LIBRARY_PATH',
  'LD_PRELOAD',
  'PATH',
  'TMPDIR',
  'XDG_CONFIG_HOME',
  'XDG_DATA_HOME',
  'XDG_RUNTIME_DIR',
]);

function variables(job: JobSpec): Pick<ContainerCommand, 'args' | 'environment'> {
  const all = Object.entries(job.environment);
  return {
    args: [
      '--env=ORCHESTRATE_JOB',
      ...all.map(([name, value]) => `--env=${HEEDED.has(name) ? `${name}=${value}` : name}`),
    ],
    environment: Object.fromEntries(all.filter(([name]) => !HEEDED.has(name))),
  };
}

function limits(job: JobSpec): string[] {
  const { cpus, memoryBytes } = job.resources;
  return [
    ...(cpus === undefined ? [] : [`--cpus=${cpus}`]),
    ...(memoryBytes === undefined ? [] : [`--memory=${Math.ceil(memoryBytes)}b`]),
  ];
}

function user(runtime: ContainerRuntime): string[] {
  if (runtime.runtime === 'docker') return [`--user=${runtime.userId}:${runtime.groupId}`];
  return runtime.userId === 0 ? [] : ['--userns=keep-id'];
}

function apptainerCommand(
  runtime: ContainerRuntime,
  job: JobSpec,
  argv: readonly string[],
  folders: readonly string[],
): ContainerCommand {
  const environment: Record<string, string> = { APPTAINERENV_ORCHESTRATE_JOB: job.key };
  for (const [name, value] of Object.entries(job.environment)) {
    environment[`APPTAINERENV_${name}`] = value;
  }
  return {
    program: runtime.program,
    args: [
      'exec',
      '--cleanenv',
      ...(job.resources.gpus === undefined || job.resources.gpus === 0 ? [] : ['--nv']),
      ...folders.flatMap((folder) => ['--mount', mount(folder)]),
      `--pwd=${job.directory}`,
      apptainerImage(job.image ?? ''),
      ...argv,
    ],
    environment,
  };
}

/**
 * The command that runs a job in its image: an argument vector, never shell text. The working directory and `binds` are
 * seen under their own paths, the program replaces the entry point of the image, files belong to the user who started it,
 * and the container has the job's key as its name.
 */
export function containerCommand(
  runtime: ContainerRuntime,
  job: JobSpec,
  argv: readonly string[],
  binds: readonly string[],
): ContainerCommand {
  const folders = outermost([job.directory, ...binds]);
  if (runtime.runtime === 'apptainer') return apptainerCommand(runtime, job, argv, folders);
  const { args: env, environment } = variables(job);
  const gpus = job.resources.gpus ?? 0;
  return {
    program: runtime.program,
    args: [
      'run',
      '--rm',
      ...runtime.init,
      // Output goes to the log of the job; the container program need not keep it a second time, or put it in a journal.
      '--log-driver=none',
      // Without this, SELinux keeps containers from folders that were not labelled for them.
      '--security-opt=label=disable',
      `--name=${job.key}`,
      `--workdir=${job.directory}`,
      ...user(runtime),
      ...limits(job),
      ...(gpus === 0
        ? []
        : [runtime.runtime === 'docker' ? `--gpus=${gpus}` : '--device=nvidia.com/gpu=all']),
      ...folders.flatMap((folder) => ['--mount', mount(folder)]),
      ...env,
      `--entrypoint=${argv[0] ?? ''}`,
      job.image ?? '',
      ...argv.slice(1),
    ],
    environment,
  };
}
