import type { Need, Results, TaskSet } from '@orchestrate/core';
import { graphDigest } from '../plan/plan-project.ts';
import type { Plan, PlannedSet } from '../plan/plan-types.ts';
import { runError } from '../run-errors.ts';
import { type ChosenMembers, chooseMembers, type MemberWishes } from './choose-members.ts';
import { targetsOf } from './lineage.ts';
import { groupOf, isIn, type MemberGroup, memberGroups, scopeOf } from './member-group.ts';
import { KeptTasks, partOf, wholeResults } from './part-of-set.ts';

/** The part of a plan with the members that were chosen. */
export interface MemberSelection {
  readonly plan: Plan;
  /** Number of members. */
  readonly members: number;
  /** Sets that come after all members of a group and are left out because not all of them are there. */
  readonly leftOut: readonly string[];
}

/** Whether a need says only in which order things happen: the other is of another batch, and need not have succeeded. */
function isOrder(set: TaskSet, need: Need): boolean {
  return need.after === 'end' && !isIn(need.set, scopeOf(set.name));
}

/** What members need within their group has to be there too. */
function completed(group: MemberGroup, indices: readonly number[]): readonly number[] {
  const own = new Set(group.sets.map(({ name }) => name));
  const needs = group.sets.flatMap(({ needs: all = [] }) =>
    all.flatMap((need) => (need.how === 'edges' && own.has(need.set) ? [need] : [])),
  );
  const found = new Set(indices);
  for (const index of found)
    for (const need of needs) for (const target of targetsOf(need, index)) found.add(target);
  return [...found].sort((a, b) => a - b);
}

class MemberPlan {
  readonly #plan: Plan;
  readonly #groups: ReadonlyMap<string, MemberGroup>;
  readonly #chosen: ChosenMembers;
  /** Only what was asked for and what that needs; otherwise all but what was taken away. */
  readonly #isNarrow: boolean;
  /** Tasks of every set that could be there: all of them, or these. Sets that could not are not in it. */
  readonly #possible = new Map<string, KeptTasks | undefined>();
  readonly #repeated: readonly string[];

  constructor(plan: Plan, wishes: MemberWishes) {
    this.#plan = plan;
    this.#groups = memberGroups(plan);
    const { only = [], where = [], failed } = wishes;
    this.#isNarrow = only.length > 0 || where.length > 0 || failed !== undefined;
    const chosen = chooseMembers([...this.#groups.values()], wishes);
    this.#chosen = new Map(
      [...chosen].flatMap(([name, indices]) => {
        const group = this.#groups.get(name);
        return group === undefined ? [] : [[name, completed(group, indices)] as const];
      }),
    );
    this.#repeated = this.#groupsThatRepeat();
    for (const entry of plan.sets) this.#weigh(entry);
  }

  /** Groups of first cycles: a placeholder comes after them. */
  #groupsThatRepeat(): string[] {
    const placeholders = this.#plan.sets.flatMap(({ set }) =>
      set.expand === undefined ? [] : [set],
    );
    const names = placeholders.flatMap(({ needs = [] }) => needs.map((need) => need.set));
    return [...this.#chosen.keys()].filter((group) =>
      this.#groups.get(group)?.sets.some(({ name }) => names.includes(name)),
    );
  }

  /** Whether a set goes with every cycle of a repetition, whoever is in it. */
  #goesWithCycle(set: TaskSet): boolean {
    return set.expand !== undefined || this.#repeated.some((group) => isIn(set.name, group));
  }

  #isWhole(group: MemberGroup): boolean {
    const chosen = this.#chosen.get(group.name);
    return chosen === undefined ? this.#isNarrow : chosen.length === group.size;
  }

  #groupsIn(scope: string): readonly MemberGroup[] {
    return [...this.#groups.values()].filter(({ name }) => isIn(name, scope));
  }

  /** Finds out which tasks of a set could be there. */
  #weigh(entry: PlannedSet): void {
    const { set } = entry;
    const group = this.#groups.get(groupOf(entry) ?? '');
    if (group !== undefined && this.#isTakenAway(group)) return;
    const needs = (set.needs ?? []).filter((need) => !isOrder(set, need) && need.set !== set.name);
    const cycles = group === undefined && this.#goesWithCycle(set);
    if (group === undefined && !cycles && !this.#mayGather(set, needs)) return;
    if (needs.some((need) => this.#isLacking(need, cycles))) return;
    const own = group === undefined ? undefined : this.#chosen.get(group.name);
    const indices = this.#withNeeds(set, needs, own);
    if (indices?.length === 0) return;
    const isAll = indices === undefined || indices.length === set.size;
    this.#possible.set(set.name, isAll ? undefined : new KeptTasks(indices, set.size));
  }

  #isTakenAway({ name }: MemberGroup): boolean {
    return !this.#isNarrow && !this.#chosen.has(name);
  }

  /** What gathers after the end of members stands for all groups of its flow or batch. */
  #mayGather({ name }: TaskSet, needs: readonly Need[]): boolean {
    if (!needs.some(({ after }) => after === 'end')) return true;
    return this.#groupsIn(scopeOf(name)).every((group) => this.#isWhole(group));
  }

  /** Whether a need cannot be met: the other is not there, or all of it is needed and only some is there. */
  #isLacking(need: Need, cycles: boolean): boolean {
    if (!this.#possible.has(need.set)) return !(cycles && need.after === 'end');
    return need.how === 'all' && this.#possible.get(need.set) !== undefined && !cycles;
  }

  /** Tasks of a set of which all that they need is there. */
  #withNeeds(
    { size }: TaskSet,
    needs: readonly Need[],
    own: readonly number[] | undefined,
  ): readonly number[] | undefined {
    let indices = own;
    for (const need of needs) {
      const other = this.#possible.get(need.set);
      if (other === undefined || need.how === 'all') continue;
      indices = (indices ?? Array.from({ length: size }, (_, index) => index)).filter((index) =>
        targetsOf(need, index).every((target) => other.has(target)),
      );
    }
    return indices;
  }

  /** Sets that come after chosen members, in their flow. */
  #followers(): { readonly there: ReadonlySet<string>; readonly leftOut: readonly string[] } {
    const there = new Set<string>();
    const leftOut = new Set<string>();
    for (const entry of this.#plan.sets) {
      const { set, flow } = entry;
      const group = groupOf(entry);
      const follows = (set.needs ?? []).some(
        (need) =>
          (there.has(need.set) || leftOut.has(need.set)) &&
          isIn(need.set, flow) &&
          !isOrder(set, need),
      );
      if (group === undefined ? !follows : !this.#chosen.has(group)) continue;
      if (this.#possible.has(set.name) && this.#isAsked(set)) there.add(set.name);
      else leftOut.add(set.name);
    }
    return { there, leftOut: [...leftOut] };
  }

  /** Groups nobody asked for may be there because others need them; what gathers then is not asked for. */
  #isAsked(set: TaskSet): boolean {
    const gathers = set.needs?.some((need) => need.after === 'end' && !isOrder(set, need));
    if (set.group !== undefined || gathers !== true || this.#goesWithCycle(set)) return true;
    return this.#groupsIn(scopeOf(set.name)).every(({ name }) => this.#chosen.has(name));
  }

  /** The sets to be there, with everything they need. */
  #wanted(followers: ReadonlySet<string>): ReadonlySet<string> {
    const wanted = new Set(this.#isNarrow ? followers : this.#possible.keys());
    for (const { set } of this.#plan.sets.toReversed()) {
      if (!wanted.has(set.name)) continue;
      for (const need of set.needs ?? []) {
        if (!isOrder(set, need) && this.#possible.has(need.set)) wanted.add(need.set);
      }
    }
    return wanted;
  }

  select(): MemberSelection {
    const { there, leftOut } = this.#followers();
    const wanted = this.#wanted(there);
    const hasMembers = this.#plan.sets.some(
      (entry) => this.#chosen.has(groupOf(entry) ?? '') && wanted.has(entry.set.name),
    );
    if (!hasMembers) {
      throw runError(
        'MEMBER_NONE',
        `the members chosen need all members of another group, which are not chosen: ${[...this.#chosen.keys()].join(', ')}`,
      );
    }
    const kept = new Map(
      [...this.#possible].flatMap(([name, tasks]) =>
        tasks === undefined || !wanted.has(name) ? [] : [[name, tasks] as const],
      ),
    );
    const sets = this.#plan.sets
      .filter(({ set }) => wanted.has(set.name))
      .map((entry) => ({ ...entry, set: this.#part(entry.set, kept, wanted) }));
    return {
      plan: {
        ...this.#plan,
        sets,
        tasks: sets.reduce((sum, { set }) => sum + (set.expand === undefined ? set.size : 0), 0),
        digest: graphDigest(sets),
      },
      members: [...this.#chosen.values()].reduce((sum, { length }) => sum + length, 0),
      leftOut: leftOut.filter((name) => !wanted.has(name)),
    };
  }

  #part(set: TaskSet, kept: ReadonlyMap<string, KeptTasks>, wanted: ReadonlySet<string>): TaskSet {
    const own = kept.get(set.name)?.indices;
    const isTouched = (set.needs ?? []).some((need) => kept.has(need.set) || !wanted.has(need.set));
    if (own === undefined && !isTouched && set.expand === undefined) return set;
    const part = partOf(set, {
      ...(own === undefined ? {} : { own }),
      kept,
      keeps: (need) => wanted.has(need.set),
      inGroup: true,
    });
    return set.expand === undefined ? part : this.#expanding(part, set, kept);
  }

  /** A placeholder whose sets are chosen like those of the plan once they are known. */
  #expanding(part: TaskSet, { name, expand }: TaskSet, kept: ReadonlyMap<string, KeptTasks>) {
    const into = (results: Results): TaskSet[] =>
      (expand?.into(wholeResults(results, kept)) ?? [])
        .filter((set) => this.#comesLater(set, scopeOf(name)))
        .map((set) => (set.expand === undefined ? set : this.#expanding(set, set, kept)));
    return Object.create(part, { expand: { value: { into }, enumerable: true } }) as TaskSet;
  }

  #comesLater(set: TaskSet, scope: string): boolean {
    if (isIn(set.name, scope)) return true;
    if (this.#isNarrow) return false;
    const stands = set.group === undefined && set.expand === undefined;
    return !stands || this.#groupsIn(scopeOf(set.name)).every((group) => this.#isWhole(group));
  }
}

/**
 * The part of a plan with the members that are meant and what they need. Members of a group stay aligned. What comes after all
 * members of a group is left out where not all of them are there, and so is what needs it.
 * @throws MEMBER_UNKNOWN, MEMBER_AMBIGUOUS, MEMBER_NONE
 */
export function selectMembers(plan: Plan, wishes: MemberWishes): MemberSelection {
  return new MemberPlan(plan, wishes).select();
}
