import { hash } from 'node:crypto';
import { realpathSync, statSync } from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { canonicalJson, type Json, type JsonObject } from '@orchestrate/core';
import { projectError } from '../errors.ts';
import type { Builtin, LoadedPlugin } from '../plugins/builtin.ts';
import { PluginRegistry } from '../plugins/plugin-registry.ts';
import type { Checking } from './check-config.ts';
import { checkFlows, checkName } from './check-flows.ts';
import { checkProviders, hasProvider } from './check-providers.ts';
import { checkReferences } from './check-references.ts';
import type { ConfiguredFlow, LoadedProject, Problem, RunSettings } from './loaded-project.ts';
import { parsePath } from './path-text.ts';
import { plainOf, withoutKeys } from './plain.ts';
import { ProblemList, problemAt } from './problem-list.ts';
import { applyProfiles } from './profiles.ts';
import { projectProblems } from './project-problems.ts';
import { type Environment, ProjectReferences } from './project-references.ts';
import { ProjectFile } from './project-schema.ts';
import { ProjectSources } from './project-sources.ts';
import { scanProject } from './scan.ts';
import { explainIssues } from './schema-issues.ts';
import { applySettings } from './set-option.ts';
import { type Node, nodeAt, type Path, spotAt } from './tree.ts';

/** What a project is loaded from. */
export interface LoadOptions {
  /** The project file, or the folder of a `project.yaml`; relative to `cwd`. */
  readonly file: string;
  /** Folder the command was called in: what shown file names are relative to. */
  readonly cwd: string;
  /** Profiles to lay over the project, in order. */
  readonly profiles?: readonly string[];
  /** `path.to.key=value`, applied last, in order. */
  readonly set?: readonly string[];
  /** For `${env:NAME}` and `${secret:NAME}`. */
  readonly env: Environment;
  readonly builtins: readonly Builtin[];
}

/** A problem somebody else found in a part of the project, to be located: see {@link LoadedProjectFile.locate}. */
export interface Misplaced {
  /** `flows.report.tasks.plot.run`, or its parts. */
  readonly path: string | Path;
  readonly message: string;
  readonly hint?: string;
}

/** A loaded project that still knows where its parts were written. */
export interface LoadedProjectFile extends LoadedProject {
  /** Plugins that were loaded for it, with where they came from. */
  readonly plugins: readonly LoadedPlugin[];
  /** Names of its profiles. */
  readonly profiles: readonly string[];
  /** Gives a problem that came up later (while planning) its place in the file. */
  locate(problem: Misplaced): Problem;
}

/**
 * Reads, merges and checks a project: the file with its includes, then the profiles, then each `--set`. Nothing is made
 * and nothing is run. All problems are found before any is thrown.
 * @throws PROJECT_INVALID ({@link ProjectProblems}), PROJECT_NOT_FOUND
 */
export async function loadProject(options: LoadOptions): Promise<LoadedProjectFile> {
  const file = findFile(resolve(options.cwd, options.file), options);
  const directory = dirname(file);
  const references = new ProjectReferences(directory, options.env);
  const problems = new ProblemList();
  const fail = (): never => {
    throw projectProblems(
      relative(options.cwd, file) || file,
      redacted(problems.sorted(), references),
    );
  };
  const written = new ProjectSources(directory, options.cwd, problems).read(file);
  if (written === undefined) return fail();
  const profiled = applyProfiles(written, options.profiles ?? [], problems);
  const root = applySettings(profiled, options.set ?? [], problems);
  const checking: Checking = {
    root,
    problems,
    registry: new PluginRegistry(directory, options.builtins),
  };
  const parts = await checkParts(checking, references);
  if (problems.errors > 0 || parts === undefined) return fail();
  return Object.freeze({
    ...parts,
    directory,
    file,
    references,
    plugins: checking.registry.loaded,
    warnings: redacted(problems.sorted(), references),
    locate: (problem: Misplaced) => locate(root, problem),
  });
}

function findFile(given: string, { file, cwd }: LoadOptions): string {
  try {
    const path = statSync(given).isDirectory() ? join(given, 'project.yaml') : given;
    statSync(path);
    return join(realpathSync(dirname(path)), basename(path));
  } catch (error) {
    throw projectError('PROJECT_NOT_FOUND', `there is no project file "${file}" in ${cwd}`, {
      details: { file, cwd },
      cause: error,
    });
  }
}

type Parts = Omit<
  LoadedProjectFile,
  'directory' | 'file' | 'references' | 'plugins' | 'warnings' | 'locate'
>;

/** Checks everything that can be checked without making anything. */
async function checkParts(
  checking: Checking,
  references: ProjectReferences,
): Promise<Parts | undefined> {
  const { root, registry, problems } = checking;
  const plain = asMap(plainOf(root));
  const shared = checkShared(checking, plain);
  await addPlugins(checking, plain['plugins']);
  const [storage, backendEntries] = [asMap(plain['storage']), asMap(plain['backends'])];
  const storages = await checkProviders(checking, 'storage', 'storage', storage);
  const backends = await checkProviders(checking, 'backend', 'backends', backendEntries);
  const names = [
    ...new Set([
      ...Object.keys(backendEntries),
      ...registry.namesOf('backend').filter((name) => name === 'local'),
    ]),
  ];
  const wanted = asMap(plain['defaults'])['backend'];
  checkName(checking, ['defaults', 'backend'], wanted, names, 'backend');
  const defaultBackend = defaultOf(wanted, Object.keys(backendEntries));
  if (defaultBackend === undefined) reportUnplaced(checking, asMap(plain['flows']));
  else if (
    !hasProvider(checking, 'backend', backendEntries, defaultBackend) &&
    wanted === undefined
  ) {
    problems.error(root.at, ['backends'], 'there is no backend', 'name one under `backends`');
  }
  const flows = await checkFlows(checking, asMap(plain['flows']), { backends: names });
  const scan = scanProject(root);
  checkReferences(scan, references, defaultBackend ?? '', problems);
  if (shared === undefined || defaultBackend === undefined) return undefined;
  const effective = withoutKeys(plain, ['$schema', 'profiles', 'include']);
  return {
    name: shared.name,
    effective,
    digest: hash('sha256', [canonicalJson(effective), ...scan.writtenForms].join('\n'), 'hex'),
    storages,
    backends,
    defaultBackend,
    settings: settingsOf(shared.run),
    limits: shared.limits ?? {},
    flows: flows satisfies readonly ConfiguredFlow[],
    profiles: Object.keys(shared.profiles ?? {}),
  };
}

function checkShared({ root, problems }: Checking, plain: JsonObject): ProjectFile | undefined {
  const result = ProjectFile.safeParse(plain);
  if (result.success) return result.data;
  for (const one of explainIssues(result.error.issues, { schema: ProjectFile, node: root })) {
    problems.error(spotAt(root, one.path, one.point), one.path, one.message, one.hint);
  }
  return undefined;
}

async function addPlugins(
  { root, registry, problems }: Checking,
  entries: Json | undefined,
): Promise<void> {
  const list: readonly Json[] = Array.isArray(entries) ? entries : [];
  const seen = new Set<string>();
  for (const [index, entry] of list.entries()) {
    if (typeof entry !== 'string' || seen.has(entry)) continue;
    seen.add(entry);
    const complaint = await registry.add(entry);
    const path = ['plugins', index];
    if (complaint !== undefined)
      problems.error(spotAt(root, path), path, complaint.message, complaint.hint);
  }
}

/** The backend for work that names none; `undefined` where that would be a guess. */
function defaultOf(wanted: Json | undefined, written: readonly string[]): string | undefined {
  if (typeof wanted === 'string') return wanted;
  if (written.length === 1) return written[0];
  return written.length === 0 || written.includes('local') ? 'local' : undefined;
}

/** With several backends and no default, every flow has to choose. */
function reportUnplaced({ root, problems }: Checking, flows: JsonObject): void {
  for (const [name, flow] of Object.entries(flows)) {
    if (asMap(flow)['backend'] !== undefined) continue;
    const path = ['flows', name];
    const message = 'names no backend, and the project has several';
    problems.error(
      spotAt(root, path, 'key'),
      path,
      message,
      'add `backend:`, or `defaults: { backend: ... }` for all flows',
    );
  }
}

function settingsOf(run: ProjectFile['run']): RunSettings {
  return {
    keepGoing: run?.keepGoing ?? true,
    ...(run?.patience === undefined ? {} : { patienceSeconds: run.patience }),
  };
}

function locate(root: Node, { path, message, hint }: Misplaced): Problem {
  const parts = typeof path === 'string' ? (parsePath(path) ?? []) : path;
  const point = nodeAt(root, parts)?.kind === 'scalar' ? 'value' : 'key';
  return problemAt('error', spotAt(root, parts, point), parts, { message, hint });
}

/** Files may hold in the open what is elsewhere used as a secret; excerpts must not show it. */
function redacted(problems: readonly Problem[], references: ProjectReferences): readonly Problem[] {
  if (references.secretValues.length === 0) return problems;
  return problems.map((problem) => ({
    ...problem,
    path: references.redact(problem.path),
    message: references.redact(problem.message),
    ...(problem.hint === undefined ? {} : { hint: references.redact(problem.hint) }),
    ...(problem.excerpt === undefined
      ? {}
      : { excerpt: [references.redact(problem.excerpt[0]), problem.excerpt[1]] as const }),
  }));
}

function asMap(value: Json | undefined): JsonObject {
  const isMap = typeof value === 'object' && value !== null && !Array.isArray(value);
  return isMap ? (value as JsonObject) : {};
}
