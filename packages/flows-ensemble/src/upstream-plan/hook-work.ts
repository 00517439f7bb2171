import type { Json, TaskSet, TaskSpec } from '@orchestrate/core';
import { str } from '../python/text.ts';
import type { PyValue } from '../python/value.ts';
import type { RunContext } from '../upstream/member-context.ts';
import type { UpstreamTask } from '../upstream/model.ts';
import { taskArguments } from '../upstream/task-arguments.ts';
import { commandIn, shellWords } from './command-spec.ts';
import type { PlanTerms } from './plan-terms.ts';

/** Where a task of a hook runs. */
export interface HookSpot {
  /** Absolute path of its folder. */
  readonly directory: string;
  /** The run it belongs to; none in the hooks of a batch or of the ensemble. */
  readonly run?: RunContext;
  readonly id: string;
  /** Absolute path of the batch's basedir, in which alone something may be removed. */
  readonly base: string;
  /** Manifest of the copy that came before in the same hook, with the patterns it left out. */
  readonly moved?: { readonly manifest: string; readonly left: readonly string[] };
  readonly manifest: string;
  /** File that is there once the directory of the run was removed; none outside the hooks of a run. */
  readonly mark?: string;
}

/** Whether a check that fails is an answer rather than a failure: it sends a member away, or ends a repetition. */
export function isGate(task: UpstreamTask, isRepeated: boolean, terms: PlanTerms): boolean {
  if (task.type !== 'check' || !truth(task.arguments.get('fail')?.value)) return false;
  return isRepeated || terms.config.compat === 'upstream';
}

/** How a check is polled; `undefined` for what runs once. */
export function checkPolicy(task: UpstreamTask, { config }: PlanTerms): TaskSet['check'] {
  const polls =
    ['jobs', 'quota'].includes(task.type) ||
    (task.type === 'check' && !truth(task.arguments.get('fail')?.value));
  return polls ? { everySeconds: config.checkEvery, timeoutSeconds: config.patience } : undefined;
}

function truth(value: PyValue | undefined): boolean {
  return value !== undefined && value !== null && value !== false && value !== 0n && value !== '';
}

function text(value: PyValue | undefined): string | undefined {
  return value === undefined || value === null ? undefined : str(value);
}

function texts(value: PyValue | undefined): string[] {
  return Array.isArray(value) ? value.map((item: PyValue) => str(item)) : [];
}

/** Patterns of a copy that say what is left behind on purpose. */
export function leftBehind(task: UpstreamTask): readonly string[] {
  return texts(task.arguments.get('exclude')?.value);
}

/** A call of one of the functions of ensembles. */
export function callOf(terms: PlanTerms, name: string, args: Json): TaskSpec {
  return { work: { kind: 'function', module: terms.module, export: name, args } };
}

/** What a task of a hook does. `gate`: its failure is its result. @throws UPSTREAM_ARGUMENT */
export function hookWork(
  task: UpstreamTask,
  spot: HookSpot,
  terms: PlanTerms,
  gate: boolean,
): TaskSpec {
  const args = taskArguments(task, spot.run);
  const { config } = terms;
  const ignoreErrors = config.compat === 'upstream';
  switch (task.type) {
    case 'check':
    case 'execute': {
      const isCheck = task.type === 'check';
      const shell = text(args.get('shell')) ?? config.shell;
      const log = truth(args.get('log'));
      const ignores = ignoreErrors && !isCheck;
      const argv = shellWords(text(args.get('cmd')) ?? '', { shell, log, ignoreErrors: ignores });
      // In the hooks of a run the folder is always that of the run, whatever `cwd` says.
      const given = spot.run === undefined ? text(args.get('cwd')) : undefined;
      const directory = given === undefined ? spot.directory : resolveIn(spot.directory, given);
      if (!gate) return commandIn(terms.places, directory, argv);
      return callOf(terms, 'askGate', { argv, directory, fails: !isCheck, ...markOf(spot) });
    }
    case 'jobs': {
      const { limit, match } = { limit: text(args.get('limit')), match: text(args.get('match')) };
      return callOf(terms, 'jobsBelow', { limit: Number(limit), match: match ?? '' });
    }
    case 'quota': {
      const mount = text(args.get('mnt'));
      const kilobytes = Number(text(args.get('atleast')));
      return callOf(terms, 'quotaLeft', { kilobytes, ...(mount === undefined ? {} : { mount }) });
    }
    default:
      return fileWork(task, spot, terms, args);
  }
}

function markOf({ mark }: HookSpot): { readonly mark?: string } {
  return mark === undefined ? {} : { mark };
}

/** Whether a task removes the folder of its run. */
export function removesRun(task: UpstreamTask): boolean {
  return task.type === 'remove' && !task.arguments.has('directory');
}

function fileWork(
  task: UpstreamTask,
  spot: HookSpot,
  terms: PlanTerms,
  args: ReadonlyMap<string, PyValue>,
): TaskSpec {
  if (task.type === 'move') {
    return callOf(terms, 'moveMember', {
      from: spot.directory,
      to: `${text(args.get('dest')) ?? ''}/${spot.id}`,
      include: texts(args.get('include')),
      exclude: texts(args.get('exclude')),
      manifest: spot.manifest,
      ignoreErrors: terms.config.compat === 'upstream',
    });
  }
  if (task.type === 'remove') {
    const directory = text(args.get('directory'));
    return callOf(terms, 'removeMember', {
      directory: directory === undefined ? spot.directory : resolveIn(spot.directory, directory),
      base: spot.base,
      disposable: [...(spot.moved?.left ?? [])],
      ...(directory === undefined ? markOf(spot) : {}),
      ...(spot.moved === undefined ? {} : { verifiedBy: spot.moved.manifest }),
    });
  }
  const script = text(args.get('script'));
  const argv = script === undefined ? ['true'] : ['bash', '-c', 'exec bash "$0"', script];
  return commandIn(terms.places, spot.directory, argv);
}

function resolveIn(directory: string, path: string): string {
  return path.startsWith('/') ? path : `${directory}/${path.replace(/^\.\//, '')}`;
}
