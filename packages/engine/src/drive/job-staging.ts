import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, readFileSync, renameSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  type FunctionCall,
  type FunctionPack,
  type FunctionWork,
  isPlainObject,
  type JobSpec,
  type Json,
  type JsonObject,
  ownModule,
  type Staging,
  type TaskSet,
  type TaskSpec,
} from '@orchestrate/core';
import { STATE_FOLDER } from '../journal/state-folder.ts';
import type { LoadedProject } from '../project/loaded-project.ts';
import { fieldOf, withoutKeys } from '../project/plain.ts';
import { runError } from '../run-errors.ts';
import type { Place } from './places.ts';

type StagedCall = import('@orchestrate/staging').StagedCall;
type StagedInput = import('@orchestrate/staging').StagedInput;
type StagedOutput = import('@orchestrate/staging').StagedOutput;
type StagedStorage = import('@orchestrate/staging').StagedStorage;

/** What a job moves itself, of one task. */
export interface StagedFiles {
  readonly inputs: StagedInput[];
  readonly outputs: StagedOutput[];
}

/** What a {@link JobStaging} needs. */
export interface JobStagingParts {
  readonly loaded: Pick<
    LoadedProject,
    'name' | 'directory' | 'storages' | 'effective' | 'references' | 'settings'
  >;
  readonly run: string;
  readonly version: string;
  readonly cache: { readonly folder: string; readonly maxBytes: number };
}

/** A rendered job, with what its tasks move themselves, by position. */
export interface StagedJob {
  readonly job: JobSpec;
  /** Of the work as it is written: commands and functions alike. */
  readonly names: readonly string[];
  readonly files: readonly StagedFiles[];
}

/**
 * Jobs that move their inputs and outputs themselves. Each becomes a call of a function that does the moving around the work,
 * so that every backend that takes functions can do it, with code that needs nothing installed where the job runs.
 */
export class JobStaging {
  readonly #parts: JobStagingParts;
  readonly #storages = new Map<string, StagedStorage>();
  #module: string | undefined;

  constructor(parts: JobStagingParts) {
    this.#parts = parts;
  }

  /** Who moves what a task reads and leaves. A check is polled, and looks at what is there: the leader brings it what it reads. */
  ofTask({ staging }: Pick<TaskSpec, 'staging'>, { check }: Pick<TaskSet, 'check'>): Staging {
    if (check !== undefined) return 'leader';
    return staging ?? this.#parts.loaded.settings.staging ?? 'leader';
  }

  /** Whether the job of a task may be told secrets with the options of its storages. */
  tellsSecret({ staging, inputs, outputs }: TaskSpec): boolean {
    const { effective, references, settings } = this.#parts.loaded;
    if ((staging ?? settings.staging) !== 'job') return false;
    if (inputs === undefined && outputs === undefined) return false;
    return references.hasSecret(JSON.stringify(fieldOf(effective, 'storage') ?? null));
  }

  /** The job as a call that moves what it reads and leaves around what it does. @throws TASK_SPEC_INVALID */
  wrap({ job, names, files }: StagedJob): JobSpec {
    const used = new Set(
      files.flatMap(({ inputs, outputs }) => [...inputs, ...outputs].map(({ storage }) => storage)),
    );
    const storages = Object.fromEntries([...used].map((name) => [name, this.#storage(name)]));
    const { loaded, run, version, cache } = this.#parts;
    const module = this.#stagedModule();
    const calls = callsOf(job.work).map(({ work, call }, at): FunctionCall => {
      const task = names[at] ?? job.name;
      const { inputs, outputs } = files[at] ?? { inputs: [], outputs: [] };
      const args: StagedCall = {
        work,
        project: loaded.directory,
        storages,
        inputs,
        outputs,
        cache,
        by: { project: loaded.name, run, version, task },
      };
      return { ...call, args: args as unknown as Json };
    });
    const ordered = job.work.kind === 'functions' && job.work.ordered;
    const work: FunctionPack = { kind: 'functions', module, export: 'staged', ordered, calls };
    const moved = new Set(
      files.flatMap(({ inputs, outputs }) => [...inputs, ...outputs].map(({ path }) => path)),
    );
    const code = [
      module,
      ...Object.values(storages).map((one) => one.module),
      ...ownModule(job.work),
    ];
    const reads = [...(job.reads ?? []).filter((path) => !moved.has(path)), ...code];
    const writes = (job.writes ?? []).filter((path) => !moved.has(path));
    const { writes: _all, ...rest } = job;
    return {
      ...rest,
      work,
      reads,
      ...(writes.length === 0 ? {} : { writes }),
      environment: { ...job.environment, ORCHESTRATE_STORAGES: this.#options(used) },
    };
  }

  /** Options as they are written, their references resolved: what a plugin's schema reads where the job runs. */
  #options(names: ReadonlySet<string>): string {
    const { effective, references } = this.#parts.loaded;
    const section = fieldOf(effective, 'storage');
    const options = [...names].map((name) => {
      const entry = fieldOf(section, name);
      return [
        name,
        references.resolveDeep(
          isPlainObject(entry) ? withoutKeys(entry as JsonObject, ['use']) : {},
        ),
      ] as const;
    });
    return JSON.stringify(Object.fromEntries(options));
  }

  #storage(name: string): StagedStorage {
    const known = this.#storages.get(name);
    if (known !== undefined) return known;
    const provider = this.#parts.loaded.storages.get(name);
    const from = provider?.from ?? '';
    const file = this.#codeOf(from);
    if (provider === undefined || file === undefined) {
      throw runError(
        'TASK_SPEC_INVALID',
        `storage ${name}: its plugin ${from} has no code for jobs (\`./standalone\` in its package.json), so they cannot move files of it; write \`staging: leader\``,
        { details: { storage: name, package: from } },
      );
    }
    // A file of the project is where jobs see it already, beside what it imports.
    const isOwn =
      file.startsWith(this.#parts.loaded.directory + sep) &&
      !file.includes(`${sep}node_modules${sep}`);
    const module = isOwn ? file : this.#brought(file);
    const storage = { module, use: provider.plugin.name };
    this.#storages.set(name, storage);
    return storage;
  }

  /** The file with all that a plugin needs, or that of a plugin which is a file of the project. */
  #codeOf(from: string): string | undefined {
    const { directory } = this.#parts.loaded;
    if (/^\.\.?\//.test(from)) return resolve(directory, from);
    try {
      return createRequire(join(directory, '/')).resolve(`${from}/standalone`);
    } catch {
      return undefined;
    }
  }

  #stagedModule(): string {
    if (this.#module !== undefined) return this.#module;
    const manifest = import.meta.resolve('@orchestrate/staging/package.json');
    const file = fileURLToPath(new URL('dist/standalone.js', manifest));
    this.#module = this.#brought(file);
    return this.#module;
  }

  /** A copy below the project, where jobs see it, by its digest, since jobs of an earlier run may still use theirs. */
  #brought(file: string): string {
    const { directory } = this.#parts.loaded;
    const content = readFileSync(file);
    const digest = createHash('sha256').update(content).digest('hex').slice(0, 16);
    const to = join(directory, STATE_FOLDER, 'runtime', `job-${digest}.mjs`);
    if (existsSync(to)) return to;
    mkdirSync(join(directory, STATE_FOLDER, 'runtime'), { recursive: true });
    const part = `${to}.${process.pid}.part`;
    copyFileSync(file, part);
    renameSync(part, to);
    return to;
  }
}

/** What a job is told of a place. */
export function stagedPlace(
  { storageName, key, folder }: Place,
  told: { readonly name: string; readonly address: string; readonly path: string },
): StagedOutput {
  return { ...told, storage: storageName, key, folder };
}

/** What a job does as calls: a function pack call by call, a command as one. */
function callsOf(
  work: JobSpec['work'],
): readonly { readonly work: StagedCall['work']; readonly call: Omit<FunctionCall, 'args'> }[] {
  if (work.kind !== 'functions') return [{ work, call: {} }];
  const { module, export: exported } = work;
  return work.calls.map(({ args, ...call }) => {
    const own: FunctionWork = { kind: 'function', module, export: exported, args };
    return { work: own, call };
  });
}
