import { statfsSync } from 'node:fs';
import { isAbsolute } from 'node:path';
import type { JobSpec } from '@orchestrate/core';
import type { Admission } from './admission.ts';
import type { ContainerRuntime } from './container-command.ts';
import { environmentProblem } from './job-line.ts';
import { isRecordKey, type JobFacts } from './records.ts';

/** What the job asks of this machine and what a later leader must know of it. */
export function factsOf(job: JobSpec, container: ContainerRuntime | undefined): JobFacts {
  const { cpus, memoryBytes, timeSeconds, gpus } = job.resources;
  return {
    kind: job.work.kind === 'functions' ? 'functions' : 'command',
    logPath: job.logPath,
    cpus: cpus ?? 1,
    memoryBytes: memoryBytes ?? 0,
    gpus: gpus ?? 0,
    ...(memoryBytes === undefined ? {} : { memoryLimited: true }),
    ...(timeSeconds === undefined ? {} : { timeSeconds }),
    ...(job.image === undefined || container === undefined
      ? {}
      : { container: { runtime: container.runtime, program: container.program } }),
  };
}

function workProblem({ work }: JobSpec): string | undefined {
  if (work.kind === 'functions') {
    return work.calls.length === 0 ? 'the pack has no calls' : undefined;
  }
  if (work.kind === 'shell') {
    return work.script.includes('\0') ? 'the script holds a NUL character' : undefined;
  }
  if (work.argv.length === 0) return 'the argument vector is empty';
  return work.argv.some((word) => word.includes('\0'))
    ? 'an argument holds a NUL character'
    : undefined;
}

function pathProblem(job: JobSpec): string | undefined {
  for (const path of [job.directory, job.logPath]) {
    if (!isAbsolute(path)) return `expected an absolute path, got ${JSON.stringify(path)}`;
    if (path.includes('\0')) return 'a path holds a NUL character';
  }
  return undefined;
}

function imageProblem(job: JobSpec, container: ContainerRuntime | undefined): string | undefined {
  if (job.image === undefined) return undefined;
  if (container === undefined) {
    return 'asks for an image, and there is no podman, docker or apptainer here';
  }
  if (job.work.kind === 'functions') {
    return 'function tasks run in a worker process of this machine, not in an image';
  }
  return /^[A-Za-z0-9/.]/.test(job.image)
    ? undefined
    : `not the name of an image: ${JSON.stringify(job.image)}`;
}

function diskProblem(job: JobSpec): string | undefined {
  const { diskBytes } = job.resources;
  if (diskBytes === undefined) return undefined;
  try {
    const { bsize, blocks } = statfsSync(job.directory);
    if (diskBytes <= bsize * blocks) return undefined;
    return `asks for ${diskBytes} bytes of disk; ${job.directory} is on one of ${bsize * blocks}`;
  } catch {
    return undefined;
  }
}

/** Why a job can never run on this machine, or `undefined` when it can. */
export function jobProblem(
  job: JobSpec,
  facts: JobFacts,
  admission: Admission,
  container: ContainerRuntime | undefined,
): string | undefined {
  if (!isRecordKey(job.key)) return `not a job key: ${JSON.stringify(job.key)}`;
  for (const [name, value] of Object.entries(job.environment)) {
    const problem = environmentProblem(name, value);
    if (problem !== undefined) return problem;
  }
  return (
    pathProblem(job) ??
    workProblem(job) ??
    imageProblem(job, container) ??
    admission.refusal({ cpus: facts.cpus, memoryBytes: facts.memoryBytes, gpus: facts.gpus }) ??
    diskProblem(job)
  );
}
