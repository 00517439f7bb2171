import { didYouMean } from '@orchestrate/core';
import type { Problems } from '../pyyaml/problem.ts';
import { attributesOf } from './batch-warnings.ts';
import type { Hook, UpstreamBatch, UpstreamEnsemble, UpstreamTask } from './model.ts';
import { isRunHook } from './read-task.ts';
import { attributeOf } from './task-types.ts';

type Content = Omit<UpstreamEnsemble, 'file' | 'warnings'>;

/** Traps in hooks. */
export function warnOfHooks(ensemble: Content, problems: Problems): void {
  warnOfHook('pre_process', ensemble.preProcess, problems);
  for (const batch of ensemble.batches) {
    const names = attributesOf(batch, ensemble);
    for (const [hook, tasks] of Object.entries(batch.hooks) as [Hook, readonly UpstreamTask[]][]) {
      warnOfHook(hook, tasks, problems);
      for (const task of tasks) warnOfReferences(task, names, problems);
    }
    warnOfPostRun(batch, problems);
  }
  warnOfHook('post_process', ensemble.postProcess, problems);
}

const IGNORED = ['execute', 'move', 'remove'];

function warnOfHook(hook: Hook, tasks: readonly UpstreamTask[], problems: Problems): void {
  for (const [index, task] of tasks.entries()) {
    const { type, place } = task;
    if (IGNORED.includes(type)) {
      const message = `upstream goes on with the next task when \`${type}\` fails`;
      problems.warning(place, { kind: 'failure-ignored', message });
    }
    if (type === 'remove' && tasks.slice(0, index).some((earlier) => earlier.type === 'move')) {
      problems.warning(place, {
        kind: 'move-then-remove',
        message:
          'upstream removes the run also when the `move` before it failed, and with it the only copy',
      });
    }
    if (type === 'jobs') warnOfJobs(task, hook, problems);
    warnOfArguments(task, hook, problems);
  }
}

function warnOfJobs(task: UpstreamTask, hook: Hook, problems: Problems): void {
  problems.warning(task.arguments.get('match')?.place ?? task.place, {
    kind: 'job-name-prefix',
    message:
      'upstream counts every job whose name begins with `match`, up to 0.6 also those of other users',
  });
  if (isRunHook(hook)) return;
  problems.warning(task.place, {
    kind: 'task-outside-run',
    message: `\`jobs\` in ${hook} makes upstream loop without end on Slurm`,
    hint: 'move it to pre_run',
  });
}

function warnOfArguments(task: UpstreamTask, hook: Hook, problems: Problems): void {
  const cwd = task.arguments.get('cwd');
  if (cwd !== undefined && isRunHook(hook)) {
    const message = `\`cwd\` has no effect in ${hook}: tasks of a run work in the run's folder`;
    problems.warning(cwd.place, { kind: 'cwd-ignored', message });
  }
  for (const name of ['log', 'fail']) {
    const flag = task.arguments.get(name);
    if (flag === undefined || typeof flag.value === 'boolean') continue;
    const message = `\`${name}\` is no truth value; Python takes any text but the empty one, and any number but 0, as true`;
    problems.warning(flag.place, { kind: 'truth-of-text', message, hint: 'write true or false' });
  }
  const excludes = task.type === 'move' && task.arguments.has('exclude');
  const includes = task.type === 'move' && task.arguments.has('include');
  if (!excludes && !includes) return;
  problems.warning(task.place, {
    kind: 'move-filter',
    message: excludes
      ? 'upstream drops `exclude` of a `move`'
      : 'upstream adds an exclude of all else to `include`, so that only the top level of the folder is copied',
  });
}

function warnOfReferences(
  task: UpstreamTask,
  names: ReadonlySet<string>,
  problems: Problems,
): void {
  for (const { value, place } of task.arguments.values()) {
    const attribute = attributeOf(value);
    if (attribute === undefined) continue;
    const known = names.has(attribute);
    problems.warning(place, {
      kind: known ? 'run-reference' : 'run-reference-unknown',
      message: known
        ? `the whole text stands for the attribute \`${attribute}\` of the run`
        : `the text stands for the attribute \`${attribute}\` of the run, and no run has it unless -x gives it${didYouMean(attribute, names)}`,
      ...(known ? {} : { hint: 'begin a command with `./`' }),
    });
  }
}

/** A job that failed counts as completed upstream; only a strict check at the beginning keeps `post_run` from going on. */
function warnOfPostRun(batch: UpstreamBatch, problems: Problems): void {
  const [first] = batch.hooks.post_run;
  if (first === undefined) return;
  const fail = first.arguments.get('fail')?.value;
  const strict = first.type === 'check' && fail !== undefined && fail !== false;
  if (strict) return;
  problems.warning(first.place, {
    kind: 'post-run-after-failure',
    message:
      'upstream works through post_run also when the job failed, timed out or was not submitted',
    hint: 'begin post_run with a check with `fail: true`',
  });
}
