import { realpathSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { canonicalJson, type FlowError, type Json, type JsonObject } from '@orchestrate/core';
import { projectError } from '../errors.ts';
import { hashes } from '../plan/hashes.ts';
import type { Builtin, LoadedPlugin } from '../plugins/builtin.ts';
import { INLINE } from '../plugins/inline-builtin.ts';
import { PluginRegistry } from '../plugins/plugin-registry.ts';
import type { Checking } from './check-config.ts';
import { checkProject } from './check-project.ts';
import {
  type ConfiguredFlow,
  type LoadedProject,
  PLACED_CODES,
  type Problem,
} from './loaded-project.ts';
import { parsePath } from './path-text.ts';
import { ProblemList, problemAt } from './problem-list.ts';
import { applyProfiles } from './profiles.ts';
import { projectProblems } from './project-problems.ts';
import { type Environment, ProjectReferences } from './project-references.ts';
import { ProjectSources, shownPath } from './project-sources.ts';
import { applySettings } from './set-option.ts';
import type { Spot } from './source.ts';
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
  /** What to point at; absent: the value, where it is a single one. */
  readonly point?: 'key';
}

/** A loaded project that still knows where its parts were written. */
export interface LoadedProjectFile extends LoadedProject {
  /** Plugins that were loaded for it, with where they came from. */
  readonly plugins: readonly LoadedPlugin[];
  /** Names of its profiles. */
  readonly profiles: readonly string[];
  /** Gives a problem that came up later (while planning) its place in the file. */
  locate(problem: Misplaced): Problem;
  refusal(errors: ReadonlyMap<string, FlowError>): FlowError;
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
    throw projectProblems(shownPath(options.cwd, file), redacted(problems.sorted(), references));
  };
  const written = new ProjectSources(directory, options.cwd, problems).read(file);
  if (written === undefined) return fail();
  const profiled = applyProfiles(written, options.profiles ?? [], problems);
  const root = applySettings(profiled, options.set ?? [], problems);
  const checking: Checking = {
    root,
    problems,
    registry: new PluginRegistry(directory, [...options.builtins, INLINE]),
  };
  const checked = await checkProject(checking, references);
  if (problems.errors > 0 || checked === undefined) return fail();
  const { writtenForms, ...project } = checked;
  let digest: string | undefined;
  return Object.freeze({
    ...project,
    directory,
    file,
    references,
    get digest() {
      digest ??= digestOf(project.effective, writtenForms);
      return digest;
    },
    plugins: checking.registry.loaded,
    warnings: redacted(problems.sorted(), references),
    locate: (problem: Misplaced) => locate(root, problem),
    refusal: (errors: ReadonlyMap<string, FlowError>) => {
      const found = new ProblemList();
      for (const flow of project.flows) {
        const error = errors.get(flow.name);
        if (error === undefined) continue;
        for (const one of flowProblems(flow, error)) {
          const { spot, path } = placeOf(root, one);
          found.error(spot, path, one.message, one.hint);
        }
      }
      return projectProblems(shownPath(options.cwd, file), redacted(found.sorted(), references));
    },
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

function digestOf(effective: Json, writtenForms: readonly string[]): string {
  const text = [canonicalJson(effective), ...writtenForms].join('\n');
  return hashes().hash('sha256', text, 'hex');
}

/** What a flow found wrong with itself, paths made to start at the project. What has no place is about the whole flow. */
function flowProblems(flow: ConfiguredFlow, error: FlowError): readonly Misplaced[] {
  const { problems } = PLACED_CODES.has(error.code) ? error.details : {};
  const start = ['flows', flow.name, ...(flow.plugin.name === INLINE.name ? [] : ['with'])];
  const named = Array.isArray(problems)
    ? problems.flatMap((problem: Json) => misplaced(problem, start) ?? [])
    : [];
  if (named.length > 0) return named;
  const { code, message, hint } = error;
  return [{ path: start, message: `${code}: ${message}`, ...(hint === '' ? {} : { hint }) }];
}

function misplaced(problem: Json, start: Path): Misplaced | undefined {
  if (typeof problem !== 'object' || problem === null || Array.isArray(problem)) return undefined;
  const { path, message, hint, point } = problem as JsonObject;
  if (typeof message !== 'string') return undefined;
  const parts =
    typeof path === 'string' ? (parsePath(path) ?? []) : Array.isArray(path) ? path : [];
  const inner = parts.filter((part) => typeof part === 'string' || typeof part === 'number');
  return {
    path: [...start, ...inner],
    message,
    ...(typeof hint === 'string' ? { hint } : {}),
    ...(point === 'key' ? { point } : {}),
  };
}

function placeOf(
  root: Node,
  { path, point: wanted }: Misplaced,
): { readonly spot: Spot; readonly path: Path } {
  const parts = typeof path === 'string' ? (parsePath(path) ?? []) : path;
  const point = wanted ?? (nodeAt(root, parts)?.kind === 'scalar' ? 'value' : 'key');
  return { spot: spotAt(root, parts, point), path: parts };
}

function locate(root: Node, problem: Misplaced): Problem {
  const { spot, path } = placeOf(root, problem);
  return problemAt('error', spot, path, problem);
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
