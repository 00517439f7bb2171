import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FunctionPack, JobExit, JobSpec } from '@orchestrate/core';
import { type ContainerRuntime, containerCommand } from './container-command.ts';
import { containerProgram } from './container-end.ts';
import { directStart, isUnsteered } from './direct-start.ts';
import { argvOf, type CommandLine, jobLine, LONGEST_INLINE_SCRIPT } from './job-line.ts';
import type { LocalJob } from './local-job.ts';
import type { ProgramFinder } from './program-path.ts';
import { writtenName } from './written-name.ts';

/** What turning jobs into text for a keeper takes. */
export interface HandoverSettings {
  readonly directory: string;
  readonly programs: ProgramFinder;
  readonly searchPath: string | undefined;
  /** Whether shells do what their text says and nothing else, as far as what jobs inherit is concerned. */
  readonly isUnsteered: boolean;
  readonly container: ContainerRuntime | undefined;
  readonly containerBinds: readonly string[];
}

/** Text for a keeper, or how the job ends without ever having started. */
export type Handover = { readonly text: string } | { readonly exit: JobExit };

/** Where a script goes that is too long for an argument. */
function scriptPath(directory: string, key: string): string {
  return join(directory, `${key}.sh`);
}

/** Whether a script may have been put aside for a job; of an adopted one it is not known. */
export function mayHaveScript({ spec }: LocalJob): boolean {
  if (spec === undefined) return true;
  return spec.work.kind === 'shell' && spec.work.script.length > LONGEST_INLINE_SCRIPT;
}

/** Removes what was put aside for a job. */
export function removeScript(directory: string, key: string): void {
  rmSync(scriptPath(directory, key), { force: true });
}

function argvAndScript(job: JobSpec, settings: HandoverSettings): readonly string[] {
  if (job.work.kind === 'functions') return [];
  if (job.work.kind === 'command' || job.work.script.length <= LONGEST_INLINE_SCRIPT) {
    return argvOf(job.work);
  }
  const path = scriptPath(settings.directory, job.key);
  writeFileSync(path, job.work.script, { mode: 0o600 });
  return argvOf(job.work, path);
}

function commandText(job: JobSpec, settings: HandoverSettings): Handover {
  const argv = argvAndScript(job, settings);
  const { timeSeconds } = job.resources;
  const common = {
    key: job.key,
    logPath: job.logPath,
    ...(timeSeconds === undefined ? {} : { watchSeconds: Math.ceil(timeSeconds) + 2 }),
  };
  if (job.image !== undefined && settings.container !== undefined) {
    const script = scriptPath(settings.directory, job.key);
    const command = containerCommand(settings.container, job, argv, [
      ...settings.containerBinds,
      ...(argv.includes(script) ? [script] : []),
    ]);
    const known = containerProgram(settings.container);
    const line: CommandLine = {
      ...common,
      directory: job.directory,
      ...command,
      ...(known === undefined ? {} : { containerProgram: known }),
    };
    return { text: jobLine(line) };
  }
  const search = job.environment['PATH'] ?? settings.searchPath;
  const name = argv[0] ?? '';
  const found = settings.programs.find(name, search, job.directory);
  if ('problem' in found) {
    return { exit: { outcome: 'user-error', code: found.code, message: found.problem } };
  }
  const written = writtenName(job, name, settings.searchPath);
  const args = argv.slice(1);
  const direct =
    settings.isUnsteered && isUnsteered(job.environment)
      ? directStart(found.path, args)
      : undefined;
  return {
    text: jobLine({
      ...common,
      directory: job.directory,
      program: found.path,
      ...(written === undefined ? {} : { written }),
      args,
      environment: job.environment,
      ...(direct === undefined ? {} : { direct }),
    }),
  };
}

function packText(job: JobSpec, pack: FunctionPack): string {
  const { key, directory, environment, logPath, resources } = job;
  const { timeSeconds } = resources;
  return `${JSON.stringify({ key, directory, environment, logPath, timeSeconds, pack })}\n`;
}

/** What a keeper is sent for a job. */
export function handoverOf(job: JobSpec, settings: HandoverSettings): Handover {
  if (job.work.kind === 'functions') return { text: packText(job, job.work) };
  return commandText(job, settings);
}
