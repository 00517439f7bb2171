import { existsSync } from 'node:fs';
import { journalPath } from '../journal/state-folder.ts';
import type { Plan } from '../plan/plan-types.ts';
import { openHistory } from '../views/history.ts';
import type { FailedTask, MemberWishes } from './choose-members.ts';
import type { MemberOptions, RunOptions } from './run-types.ts';
import { selectMembers } from './select-members.ts';
import { selectSets } from './select-sets.ts';

/** The part of a plan that a person wants. */
export interface ChosenPlan {
  readonly plan: Plan;
  /** Present when members were chosen: how many. */
  readonly members?: number;
  /** Sets that are left out because they come after all members. */
  readonly leftOut: readonly string[];
}

function failedTasks(projectDirectory: string): readonly FailedTask[] {
  if (!existsSync(journalPath(projectDirectory))) return [];
  using history = openHistory(projectDirectory);
  // A run that can be resumed still has its tasks: it may be the very one that such a wish began.
  const last = history
    .runs()
    .findLast(({ state }) => state !== 'running' && state !== 'unfinished');
  if (last === undefined) return [];
  return [...history.tasks({ states: ['failed'] }, last.run)].map(({ name, set }) => ({
    set,
    label: name.slice(set.length + 1),
  }));
}

/** The options with tasks in place of the wish for those that failed, which means others once something has run. */
export function resolveMembers(
  projectDirectory: string,
  members: MemberOptions,
): MemberOptions & MemberWishes {
  const { failed = false, ...rest } = members;
  if (failed === false) return rest;
  return { ...rest, failed: failed === true ? failedTasks(projectDirectory) : failed };
}

/**
 * The part of a plan that was asked for, or all of it when nothing was.
 * @throws TASK_UNKNOWN, MEMBER_UNKNOWN, MEMBER_AMBIGUOUS, MEMBER_NONE, JOURNAL_*
 */
export function choosePlan(
  plan: Plan,
  { only = [], members }: Pick<RunOptions, 'only' | 'members'>,
): ChosenPlan {
  const part = selectSets(plan, only);
  if (members === undefined) return { plan: part, leftOut: [] };
  return selectMembers(part, resolveMembers(plan.projectDirectory, members));
}
