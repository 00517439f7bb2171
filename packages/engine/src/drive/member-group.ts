import type { NamedTask, TaskSet } from '@orchestrate/core';
import type { Plan, PlannedSet } from '../plan/plan-types.ts';

/** The members of one ensemble, or of one batch of it: sets in one group, aligned, of equal size. */
export interface MemberGroup {
  /** `sens`, `old.west`. */
  readonly name: string;
  readonly sets: readonly TaskSet[];
  readonly size: number;
  /** Its members by name: the name of the group and their label. */
  readonly members: readonly Member[];
}

/** One member; `set` is the name of its group. */
export interface Member extends NamedTask {
  readonly label: string;
}

/** Name of the group a planned set is in; placeholders are in none. */
export function groupOf({ set }: PlannedSet): string | undefined {
  return set.expand === undefined ? set.group?.name : undefined;
}

function membersOf(group: string, { size, label }: { size: number; label(i: number): string }) {
  return Array.from({ length: size }, (_, index): Member => {
    const own = label(index);
    return { name: `${group}/${own}`, set: group, index, label: own };
  });
}

/** The groups of a plan, by name. */
export function memberGroups(plan: Plan): ReadonlyMap<string, MemberGroup> {
  const sets = Map.groupBy(
    plan.sets.filter((entry) => groupOf(entry) !== undefined),
    (entry) => groupOf(entry) ?? '',
  );
  return new Map(
    [...sets].flatMap(([name, entries]) => {
      const [first] = entries;
      if (first === undefined) return [];
      const { set } = first;
      const labelled = { size: set.size, label: (index: number) => set.label(index) };
      const group = {
        name,
        sets: entries.map((entry) => entry.set),
        size: set.size,
        members: membersOf(name, labelled),
      };
      return [[name, group] as const];
    }),
  );
}

/** `old.west` of `old.west.post_batch-1`: what stands before the last part of a name; the name itself when it has one part. */
export function scopeOf(name: string): string {
  const border = name.lastIndexOf('.');
  return border < 0 ? name : name.slice(0, border);
}

/** Whether something is a part of a flow or a batch, or is it. */
export function isIn(name: string, scope: string): boolean {
  return name === scope || name.startsWith(`${scope}.`);
}

/** Whether a group is meant by its name, by that of its flow, or by that of its batch. */
export function isGroupNamed(group: string, wanted: string): boolean {
  return wanted !== '' && `.${group}.`.includes(`.${wanted}.`);
}
