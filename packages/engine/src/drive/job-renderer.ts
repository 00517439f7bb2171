import { lstatSync, mkdirSync } from 'node:fs';
import { dirname, isAbsolute, join, sep } from 'node:path';
import {
  confinePath,
  DEFAULT_RETRY,
  escalate,
  type FunctionCall,
  type JobSpec,
  jobKey,
  type Resources,
  type RunId,
  type TaskInput,
  type TaskOutput,
  type TaskSet,
  type TaskSpec,
} from '@orchestrate/core';
import type { References } from '../project/references.ts';
import { runError } from '../run-errors.ts';
import type { PlannedJob } from '../schedule/messages.ts';
import { inputPath, type Leftovers, outputPath } from './aside.ts';
import { Confinement } from './file-identity.ts';
import { type JobStaging, type StagedFiles, stagedPlace } from './job-staging.ts';
import { mayShareJob } from './pack-key.ts';
import {
  type PathsOfTask,
  replaceTokens,
  replaceTokensDeep,
  replaceTokensInScript,
} from './path-tokens.ts';
import { originOf, type Place, type Places } from './places.ts';
import type { RunBook } from './run-book.ts';
import type { RunFolder } from './run-folder.ts';
import type { Stager } from './stager.ts';

/** What rendering is made of. */
export interface RendererParts {
  readonly run: RunId;
  readonly projectDirectory: string;
  readonly book: RunBook;
  readonly places: Places;
  readonly folder: RunFolder;
  readonly references: References;
  readonly leftovers: Leftovers;
  readonly stager: Stager;
  readonly jobStaging: JobStaging;
}

/** What has to be moved around a job. */
interface Moves {
  /** By the leader, before the job is submitted. */
  readonly fetches: Promise<unknown>[];
  /** Paths of tasks that have been seen to: a pack asks for those of its first task twice. */
  readonly paths: Map<number, PathsOfTask>;
  /** By the job itself, by task; absent where the leader does it all. */
  readonly staged?: Map<number, StagedFiles>;
  hasStaged: boolean;
}

const ENVIRONMENT_REFERENCE = /\$\{env:([A-Za-z_][A-Za-z0-9_]*)\}/g;

function invalid(task: string, message: string): Error {
  return runError('TASK_SPEC_INVALID', `${task}: ${message}`, { details: { task } });
}

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
    const moves = this.#movesOf(planned, specs);
    const job = this.#render(planned, specs, moves);
    if (moves.fetches.length > 0) await Promise.all(moves.fetches);
    if (!moves.hasStaged) return job;
    const { jobStaging, book } = this.#parts;
    const names = planned.tasks.map((task) => book.registry.task(task));
    const files = planned.tasks.map((task) => moves.staged?.get(task) ?? NOTHING_STAGED);
    return jobStaging.wrap({ job, names, files });
  }

  #movesOf({ tasks }: PlannedJob, [spec]: readonly TaskSpec[]): Moves {
    const { book, jobStaging } = this.#parts;
    const set = book.at(tasks[0] ?? 0)?.[0].entry.set;
    const isStaged =
      spec !== undefined && set !== undefined && jobStaging.ofTask(spec, set) === 'job';
    return {
      fetches: [],
      paths: new Map(),
      hasStaged: false,
      ...(isStaged ? { staged: new Map() } : {}),
    };
  }

  #render(planned: PlannedJob, specs: readonly TaskSpec[], moves: Moves): JobSpec {
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
    const paths = { ...this.#paths(planned.job, first, spec, moves), attempt };
    const [work, extra] = this.#work(planned, specs, name, paths, moves);
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
      ...filesOf(work, paths),
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
    moves: Moves,
  ): readonly [JobSpec['work'], Readonly<Record<string, string>>] {
    const work = specs[0]?.work;
    if (work === undefined) throw invalid(name, 'it has nothing to do');
    if (work.kind === 'function') {
      const calls = this.#calls(planned, specs, moves);
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

  #calls(planned: PlannedJob, specs: readonly TaskSpec[], moves: Moves): FunctionCall[] {
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
      const hasPaths = spec.inputs !== undefined || spec.outputs !== undefined;
      const paths = hasPaths ? this.#paths(planned.job, task, spec, moves) : NO_PATHS;
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

  #paths(job: number, task: number, spec: TaskSpec, moves: Moves): PathsOfTask {
    const inputs: Record<string, string> = {};
    const outputs: Record<string, string> = {};
    if (spec.inputs === undefined && spec.outputs === undefined) return { inputs, outputs };
    const known = moves.paths.get(task);
    if (known !== undefined) return known;
    moves.paths.set(task, { inputs, outputs });
    const { places, folder } = this.#parts;
    const aside = folder.aside(job, task);
    for (const input of spec.inputs ?? []) {
      inputs[input.name] = this.#input(input, { job, task, aside }, moves);
    }
    for (const output of spec.outputs ?? []) {
      const path = outputPath(places, output, aside);
      outputs[output.name] = this.#output(job, output, path);
      const place = places.of(output.address);
      if (moves.staged === undefined || place.path !== undefined) continue;
      const { name, mayBeEmpty } = output;
      const address = places.normal(place);
      const empty = mayBeEmpty === true ? { mayBeEmpty } : {};
      stagedOf(moves, task).outputs.push({
        ...stagedPlace(place, { name, address, path }),
        ...empty,
      });
    }
    return { inputs, outputs };
  }

  /** What an input is to the work: a path, to which it is brought if it is far away, or a URL. */
  #input(
    { name, address, as }: TaskInput,
    { job, task, aside }: { readonly job: number; readonly task: number; readonly aside: string },
    moves: Moves,
  ): string {
    const { places, leftovers, book, stager, projectDirectory } = this.#parts;
    const place = places.of(address);
    if (place.path !== undefined) return place.path;
    if (as === 'address') return urlOf(place, name);
    const path = inputPath(aside, name, place.key);
    leftovers.addFolder(job, dirname(path));
    const normal = places.normal(place);
    const generation = book.inputSeen(task, normal);
    if (moves.staged === undefined) {
      moves.fetches.push(stager.bring(place, normal, path, generation));
      return path;
    }
    const origin = originOf(place, projectDirectory);
    const told = stagedPlace(place, { name, address: normal, path });
    const seen = generation === undefined ? {} : { generation };
    stagedOf(moves, task).inputs.push({ ...told, origin, ...seen });
    return path;
  }

  /** Makes room for an output, and answers its path. */
  #output(job: number, output: TaskOutput, path: string): string {
    const { places, folder, leftovers } = this.#parts;
    const place = places.of(output.address);
    if (output.inPlace === true) {
      if (!places.isInside(place.storageName, path)) {
        throw invalid(output.name, `${output.address} leaves its storage through a symbolic link`);
      }
      if (lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true) {
        throw invalid(output.name, `${output.address} is a symbolic link`);
      }
      folder.make(place.folder ? path : dirname(path));
    } else if (place.folder) {
      mkdirSync(path, { recursive: true });
      leftovers.addFolder(job, path);
    } else leftovers.addFile(job, path);
    return path;
  }
}

const NOTHING_STAGED: StagedFiles = { inputs: [], outputs: [] };

/** The list of what a job moves of a task, begun with the first entry. */
function stagedOf(moves: Moves, task: number): StagedFiles {
  const known = moves.staged?.get(task);
  if (known !== undefined) return known;
  const made: StagedFiles = { inputs: [], outputs: [] };
  moves.staged?.set(task, made);
  moves.hasStaged = true;
  return made;
}

/** The URL of an input that the work reads by itself. */
function urlOf({ storage, storageName, key, folder }: Place, name: string): string {
  const url = storage.url?.(key);
  if (url !== undefined) return folder ? `${url}/` : url;
  throw invalid(name, `storage ${storageName} has no URLs; leave out \`as: address\``);
}

/** What a job reads and writes, for backends that have to bring it there and back. */
function filesOf(work: JobSpec['work'], own: PathsOfTask): Pick<JobSpec, 'reads' | 'writes'> {
  const reads: string[] = [];
  const writes: string[] = [];
  // By far the most calls of large packs have neither.
  for (const { inputs, outputs } of work.kind === 'functions' ? work.calls : [own]) {
    // An input that is handed over as a URL is nobody's to bring.
    if (inputs !== undefined) reads.push(...Object.values(inputs).filter(isAbsolute));
    if (outputs !== undefined) writes.push(...Object.values(outputs));
  }
  return {
    ...(reads.length === 0 ? {} : { reads }),
    ...(writes.length === 0 ? {} : { writes }),
  };
}

const NO_PATHS: PathsOfTask = { inputs: {}, outputs: {} };
const NULL_CALL: FunctionCall = { args: null };

const SECRET_ELSEWHERE =
  'a secret stands outside of `environment`; hand it over in an environment variable';

/** Calls of larger packs are nameless: nobody reads a million names. */
const NAMED_CALLS = 64;
