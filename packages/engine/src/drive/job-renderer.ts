import { isAbsolute, join, sep } from 'node:path';
import {
  confinePath,
  DEFAULT_RETRY,
  escalate,
  type FunctionCall,
  type JobSpec,
  jobKey,
  type Resources,
  type RunId,
  type TaskSet,
  type TaskSpec,
} from '@orchestrate/core';
import type { References } from '../project/references.ts';
import type { PlannedJob } from '../schedule/messages.ts';
import { Confinement } from './file-identity.ts';
import { invalid, JobFiles, type JobFilesParts, NO_PATHS } from './job-files.ts';
import type { JobStaging } from './job-staging.ts';
import { mayShareJob } from './pack-key.ts';
import {
  type PathsOfTask,
  replaceTokens,
  replaceTokensDeep,
  replaceTokensInScript,
} from './path-tokens.ts';

/** What rendering is made of. */
export interface RendererParts extends JobFilesParts {
  readonly run: RunId;
  readonly references: References;
  readonly jobStaging: JobStaging;
}

const ENVIRONMENT_REFERENCE = /\$\{env:([A-Za-z_][A-Za-z0-9_]*)\}/g;

/** Turns planned jobs into what a backend takes: paths, escalated resources, references resolved at the last moment. */
export class JobRenderer {
  readonly #parts: RendererParts;
  readonly #confinement = new Confinement();

  constructor(parts: RendererParts) {
    this.#parts = parts;
  }

  /** Whether the environment of a task holds secrets, so that its log has to be scrubbed. */
  hasSecret(spec: TaskSpec): boolean {
    if (this.#parts.jobStaging.tellsSecret(spec)) return true;
    if (spec.environment === undefined) return false;
    return Object.values(spec.environment).some((text) => this.#parts.references.hasSecret(text));
  }

  /** Brings remote inputs to this machine and renders the job. @throws TASK_SPEC_INVALID and what storages throw */
  async render(planned: PlannedJob, specs: readonly TaskSpec[]): Promise<JobSpec> {
    const files = this.#filesOf(planned, specs);
    const job = this.#render(planned, specs, files);
    await files.brought();
    const staged = files.stagedOf(planned.tasks);
    if (staged === undefined) return job;
    const { jobStaging, book } = this.#parts;
    const names = planned.tasks.map((task) => book.registry.task(task));
    return jobStaging.wrap({ job, names, files: staged });
  }

  #filesOf({ job, tasks }: PlannedJob, [spec]: readonly TaskSpec[]): JobFiles {
    const { book, jobStaging } = this.#parts;
    const set = book.at(tasks[0] ?? 0)?.[0].entry.set;
    const isByJob =
      spec !== undefined && set !== undefined && jobStaging.ofTask(spec, set) === 'job';
    return new JobFiles(this.#parts, job, isByJob);
  }

  #render(planned: PlannedJob, specs: readonly TaskSpec[], files: JobFiles): JobSpec {
    const { book, run, references } = this.#parts;
    const [first, spec] = [planned.tasks[0] ?? 0, specs[0]];
    const place = book.at(first);
    const set = place?.[0].entry.set;
    if (spec === undefined || place === undefined || set === undefined) {
      throw invalid(`task ${first}`, 'the flow does not know this task');
    }
    const name = book.registry.task(first);
    const logPath = this.#parts.folder.log(set.name, place[1], planned.attempts[0] ?? 1);
    const attempt = planned.attempts[0] ?? 1;
    const paths = { ...files.of(first, spec), attempt };
    const [work, extra] = this.#work(planned, specs, name, paths, files);
    const environment: Record<string, string> = { ...extra };
    for (const [key, text] of Object.entries(spec.environment ?? {})) {
      environment[key] = references.resolve(replaceTokens(text, paths));
    }
    return {
      key: jobKey(run, planned.job),
      name: planned.tasks.length === 1 ? name : `${name} and ${planned.tasks.length - 1} more`,
      work,
      ...(spec.image === undefined ? {} : { image: this.#text(spec.image, name) }),
      directory: this.#directory(spec, name),
      environment,
      resources: this.#resources(set, planned, spec),
      logPath,
      ...files.readsAndWrites(work, paths),
      ...(spec.backendOptions === undefined ? {} : { backendOptions: spec.backendOptions }),
    };
  }

  #resources(set: TaskSet, planned: PlannedJob, spec: TaskSpec): Resources {
    const ranOut = this.#parts.book.ranOut.get(planned.tasks[0] ?? 0);
    const resources =
      ranOut === undefined
        ? (spec.resources ?? {})
        : escalate(spec.resources ?? {}, set.retry ?? DEFAULT_RETRY, ranOut);
    if (resources.timeSeconds === undefined || planned.tasks.length === 1) return resources;
    return { ...resources, timeSeconds: resources.timeSeconds * planned.tasks.length };
  }

  #work(
    planned: PlannedJob,
    specs: readonly TaskSpec[],
    name: string,
    paths: PathsOfTask,
    files: JobFiles,
  ): readonly [JobSpec['work'], Readonly<Record<string, string>>] {
    const work = specs[0]?.work;
    if (work === undefined) throw invalid(name, 'it has nothing to do');
    if (work.kind === 'function') {
      const calls = this.#calls(planned, specs, files);
      const { module, export: exported } = work;
      this.#checkModule(module, name);
      return [{ kind: 'functions', module, export: exported, ordered: planned.ordered, calls }, {}];
    }
    if (work.kind === 'command') {
      const argv = work.argv.map((text) => this.#text(replaceTokens(text, paths), name));
      return [{ kind: 'command', argv }, {}];
    }
    return this.#script(work, replaceTokensInScript(work.script, paths), name);
  }

  /** `${env:NAME}` in a script becomes the shell's own `${NAME}`, so that no value can turn into a command. */
  #script(
    work: TaskSpec['work'] & { readonly kind: 'shell' },
    script: string,
    name: string,
  ): readonly [JobSpec['work'], Readonly<Record<string, string>>] {
    if (this.#parts.references.hasSecret(script)) throw invalid(name, SECRET_ELSEWHERE);
    const extra: Record<string, string> = {};
    const text = script.replaceAll(ENVIRONMENT_REFERENCE, (reference, variable: string) => {
      extra[variable] = this.#parts.references.resolve(reference);
      return `\${${variable}}`;
    });
    return [{ kind: 'shell', script: text, shell: work.shell }, extra];
  }

  #calls(planned: PlannedJob, specs: readonly TaskSpec[], files: JobFiles): FunctionCall[] {
    const { registry } = this.#parts.book;
    const [lead] = specs;
    return specs.map((spec, position) => {
      const task = planned.tasks[position] ?? 0;
      if (lead !== undefined && lead !== spec && !mayShareJob(lead, spec)) {
        throw invalid(
          registry.task(task),
          'functions of one set must share module, export, image, directory, environment, resources and options',
        );
      }
      const paths = files.of(task, spec);
      const attempt = planned.attempts[position] ?? 1;
      return this.#call(task, attempt, spec, paths, specs.length);
    });
  }

  #call(
    task: number,
    attempt: number,
    { work }: TaskSpec,
    paths: PathsOfTask,
    calls: number,
  ): FunctionCall {
    const { book, folder } = this.#parts;
    if (work.kind !== 'function') throw invalid(book.registry.task(task), 'is no function');
    const place = book.at(task);
    const isNamed = calls <= NAMED_CALLS && place !== undefined;
    const args = this.#args(work.args, task, paths, attempt);
    const hasPaths = paths !== NO_PATHS;
    // By far the most frequent kind in large packs; kept small.
    if (!isNamed && !hasPaths && attempt === 1) return args === null ? NULL_CALL : { args };
    return {
      args,
      ...(attempt === 1 ? {} : { attempt }),
      ...(isNamed ? { name: book.registry.task(task) } : {}),
      ...(isNamed && calls > 1
        ? { logPath: folder.log(place[0].entry.record.name, place[1], attempt) }
        : {}),
      ...(hasPaths ? paths : {}),
    };
  }

  #args(
    args: FunctionCall['args'],
    task: number,
    paths: PathsOfTask,
    attempt: number,
  ): FunctionCall['args'] {
    if (args === null || typeof args === 'number' || typeof args === 'boolean') return args;
    const text = JSON.stringify(args);
    if (text.includes('\\u0000')) {
      const replaced = replaceTokensDeep(args, { ...paths, attempt });
      return this.#args(replaced, task, NO_PATHS, attempt);
    }
    if (!text.includes('${')) return args;
    if (this.#parts.references.hasSecret(text)) {
      throw invalid(this.#parts.book.registry.task(task), SECRET_ELSEWHERE);
    }
    return this.#parts.references.resolveDeep(args);
  }

  #text(text: string, name: string): string {
    if (!text.includes('${')) return text;
    if (this.#parts.references.hasSecret(text)) throw invalid(name, SECRET_ELSEWHERE);
    return this.#parts.references.resolve(text);
  }

  /** Code of the project stays in the project; installed packages may well be links. */
  #checkModule(module: string, name: string): void {
    const root = this.#parts.projectDirectory;
    if (!isAbsolute(module) || !module.startsWith(root + sep)) return;
    if (module.includes(`${sep}node_modules${sep}`)) return;
    if (this.#confinement.holds(root, join(module, 'x'))) return;
    throw invalid(
      name,
      `its module ${module} leaves the folder of the project through a symbolic link`,
    );
  }

  #directory(spec: TaskSpec, name: string): string {
    const root = this.#parts.projectDirectory;
    if (spec.directory === undefined) return root;
    const directory = join(root, confinePath(spec.directory));
    if (!this.#confinement.holds(root, join(directory, 'x'))) {
      throw invalid(name, `its directory ${spec.directory} leaves the folder of the project`);
    }
    this.#parts.folder.make(directory);
    return directory;
  }
}

const NULL_CALL: FunctionCall = { args: null };

const SECRET_ELSEWHERE =
  'a secret stands outside of `environment`; hand it over in an environment variable';

/** Calls of larger packs are nameless: nobody reads a million names. */
const NAMED_CALLS = 64;
