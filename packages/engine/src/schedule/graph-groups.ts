import type { Need, TaskSet } from '@orchestrate/core';
import { scheduleError } from './errors.ts';
import { sizeOf } from './graph.ts';

interface Member {
  readonly set: TaskSet;
  readonly group: string;
  readonly limit: string;
}

/**
 * A member of a group holds its slot while it waits, so what it waits for must never need a slot it holds. Refuses graphs
 * in which members could wait for each other in a circle through the limits, so that no run can block itself.
 * @throws GRAPH_LIMIT_DEADLOCK, GRAPH_SIZE_MISMATCH
 */
export function checkGroups(
  sets: readonly TaskSet[],
  limits: Readonly<Record<string, number>>,
): void {
  const byGroup = membersByGroup(sets);
  if (byGroup.size === 0) return;
  const byName = new Map(sets.map((set) => [set.name, set]));
  const waits = new Map<string, Map<string, string>>();
  for (const members of byGroup.values()) {
    const limit = members[0]?.limit ?? '';
    const size = members[0]?.set.size ?? 0;
    // With a slot for every member nobody ever waits for one.
    if (limit === '' || (limits[limit] ?? 0) >= size + heldElsewhere(byGroup, members, limit))
      continue;
    waits.set(limit, new Map([...(waits.get(limit) ?? []), ...wantedInside(members, byName)]));
  }
  refuseCircles(waits);
}

function membersByGroup(sets: readonly TaskSet[]): Map<string, Member[]> {
  const byGroup = new Map<string, Member[]>();
  for (const set of sets) {
    if (set.group === undefined || set.expand !== undefined) continue;
    const { name, limit } = set.group;
    const members = byGroup.get(name);
    const first = members?.[0]?.set;
    if (first !== undefined && first.size !== set.size) {
      throw scheduleError(
        'GRAPH_SIZE_MISMATCH',
        `the group ${name} has ${first.size} members in ${first.name} and ${set.size} in ${set.name}`,
        { details: { group: name, expected: first.size, got: set.size } },
      );
    }
    const member: Member = { set, group: name, limit: limit ?? '' };
    if (members === undefined) byGroup.set(name, [member]);
    else members.push(member);
  }
  return byGroup;
}

function heldElsewhere(
  byGroup: ReadonlyMap<string, readonly Member[]>,
  members: readonly Member[],
  limit: string,
): number {
  let slots = 0;
  for (const others of byGroup.values()) {
    const first = others[0];
    if (others !== members && first?.limit === limit) slots += first.set.size;
  }
  for (const { set } of members) slots += sizeOf(set) * (set.limits?.[limit] ?? 0);
  return slots;
}

/** The limits that something takes which an open member may wait for, each with a word on why. */
function wantedInside(
  members: readonly Member[],
  byName: ReadonlyMap<string, TaskSet>,
): Map<string, string> {
  const own = new Set(members.map(({ set }) => set));
  const gate = gateOf(members);
  const wanted = new Map<string, string>();
  const seen = new Set<TaskSet>(gate === undefined ? [] : [gate]);
  const toVisit: TaskSet[] = [];
  const visitNeeds = (set: TaskSet): void => {
    for (const need of set.needs ?? []) {
      const on = byName.get(need.set);
      if (on === undefined) continue;
      if (own.has(on)) noteCrossing(set, on, need);
      if (own.has(on) || seen.has(on)) continue;
      seen.add(on);
      toVisit.push(on);
    }
  };
  const noteCrossing = (set: TaskSet, on: TaskSet, need: Need): void => {
    const { group, limit } = members[0] as Member;
    if (set === gate || need.how === 'aligned') return;
    wanted.set(
      limit,
      `members of ${group} hold ${limit} while ${set.name} waits for all of ${on.name}`,
    );
  };
  for (const { set } of members) {
    for (const limit of Object.keys(set.limits ?? {}))
      wanted.set(limit, `${set.name} takes ${limit}`);
    if (set !== gate) visitNeeds(set);
  }
  for (let set = toVisit.pop(); set !== undefined; set = toVisit.pop()) {
    for (const limit of Object.keys(set.limits ?? {}))
      wanted.set(limit, `${set.name} takes ${limit}`);
    if (set.group?.limit !== undefined)
      wanted.set(set.group.limit, `${set.name} holds ${set.group.limit}`);
    visitNeeds(set);
  }
  return wanted;
}

/** The set every member starts with, if there is one: while it waits, the member holds nothing yet. */
function gateOf(members: readonly Member[]): TaskSet | undefined {
  const names = new Set(members.map(({ set }) => set.name));
  const isStart = ({ set }: Member): boolean =>
    !(set.needs ?? []).some((need) => need.how === 'aligned' && names.has(need.set));
  const starts = members.filter(isStart);
  return starts.length === 1 ? starts[0]?.set : undefined;
}

function refuseCircles(waits: ReadonlyMap<string, ReadonlyMap<string, string>>): void {
  for (const start of waits.keys()) {
    const seen = new Set<string>();
    const toVisit: { limit: string; path: readonly string[] }[] = [{ limit: start, path: [] }];
    for (let at = toVisit.pop(); at !== undefined; at = toVisit.pop()) {
      for (const [next, why] of waits.get(at.limit) ?? []) {
        const path = [...at.path, why];
        if (next === start) {
          throw scheduleError(
            'GRAPH_LIMIT_DEADLOCK',
            `the limit ${start} could block itself: ${path.join('; ')}`,
            { details: { limit: start, path } },
          );
        }
        if (seen.has(next)) continue;
        seen.add(next);
        toVisit.push({ limit: next, path });
      }
    }
  }
}
