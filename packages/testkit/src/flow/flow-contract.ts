import { deepStrictEqual, match, ok, strictEqual } from 'node:assert/strict';
import type { Flow, Need, TaskSet } from '@orchestrate/core';
import type { ContractCase } from '../contract-case.ts';
import { describeCases } from '../contract-case.ts';
import { exampleResults, type FlowExample, flowContext, type MakeFlow } from './flow-bench.ts';
import { assertTaskSpec, sampleOf } from './task-spec-rules.ts';

/** What a flow case works with: the planned sets of one example. */
export interface FlowBench extends AsyncDisposable {
  readonly example: FlowExample<unknown>;
  /** Plans with a flow made anew. */
  plan(): Promise<readonly TaskSet[]>;
}

/** One promise of the flow contract. */
export type FlowCase = ContractCase<undefined, FlowBench>;

function assertEdges(set: TaskSet, need: Extract<Need, { how: 'edges' }>, other: TaskSet): void {
  const { offsets, targets } = need;
  strictEqual(offsets.length, set.size + 1, `${set.name}: offsets has size + 1 entries`);
  strictEqual(offsets[0], 0);
  strictEqual(offsets.at(-1), targets.length);
  offsets.reduce((before, now) => {
    ok(now >= before, `${set.name}: offsets go back`);
    return now;
  }, 0);
  for (const target of targets)
    ok(target < other.size, `${set.name}: there is no task ${target} in ${other.name}`);
}

function assertNeed(set: TaskSet, need: Need, all: ReadonlyMap<string, TaskSet>): void {
  const other = all.get(need.set);
  ok(other !== undefined, `${set.name} needs ${need.set}, which is not there`);
  ok(need.how === 'edges' || other !== set, `${set.name} needs itself`);
  if (other.expand !== undefined) return;
  if (need.how === 'aligned')
    strictEqual(set.size, other.size, `${set.name} and ${need.set} are aligned`);
  if (need.how === 'edges') assertEdges(set, need, other);
}

function assertNoCycle(sets: readonly TaskSet[]): void {
  const byName = new Map(sets.map((set) => [set.name, set]));
  const state = new Map<string, 'open' | 'done'>();
  const visit = (set: TaskSet): void => {
    if (state.get(set.name) === 'done') return;
    ok(state.get(set.name) !== 'open', `${set.name} needs itself in the end`);
    state.set(set.name, 'open');
    for (const need of set.needs ?? []) {
      const other = byName.get(need.set);
      if (other !== undefined && other !== set) visit(other);
    }
    state.set(set.name, 'done');
  };
  for (const set of sets) visit(set);
}

function shape(sets: readonly TaskSet[]): unknown {
  return sets.map(({ name, size, digest, needs, backend, limits, priority, retry }) => ({
    name,
    size,
    digest,
    needs,
    backend,
    limits,
    priority,
    retry,
  }));
}

/** Every promise of the flow contract. */
export const FLOW_CASES: readonly FlowCase[] = [
  {
    name: 'plans the same from the same, in another instance too',
    async run(bench) {
      const [first, second] = [await bench.plan(), await bench.plan()];
      deepStrictEqual(shape(first), shape(second));
      const results = exampleResults(bench.example, first);
      for (const [n, set] of first.entries()) {
        for (const index of sampleOf(set)) {
          strictEqual(set.label(index), second[n]?.label(index));
          deepStrictEqual(set.spec(index, results), second[n]?.spec(index, results));
        }
      }
    },
  },
  {
    name: 'names its sets after itself, each once, with a digest and a size',
    async run(bench) {
      const sets = await bench.plan();
      const prefix = `${bench.example.flowName ?? 'example'}.`;
      strictEqual(new Set(sets.map(({ name }) => name)).size, sets.length, 'names are unique');
      for (const { name, size, digest } of sets) {
        ok(name.startsWith(prefix), `${name} does not begin with ${prefix}`);
        ok(Number.isSafeInteger(size) && size >= 0, `${name} has the size ${size}`);
        match(digest, /^[0-9a-f]{64}$/, `${name}: the digest is a sha256`);
      }
      const tasks = sets.reduce((sum, set) => sum + (set.expand === undefined ? set.size : 0), 0);
      strictEqual(tasks, bench.example.tasks ?? tasks);
    },
  },
  {
    name: 'labels each task of a set differently',
    async run(bench) {
      for (const set of await bench.plan()) {
        if (set.expand !== undefined) continue;
        const labels = new Set(Array.from({ length: set.size }, (_, n) => set.label(n)));
        strictEqual(labels.size, set.size, `${set.name} has two tasks with the same label`);
      }
    },
  },
  {
    name: 'needs only what is there, in the right numbers and without a cycle',
    async run(bench) {
      const sets = await bench.plan();
      const all = [...sets, ...(bench.example.upstream ?? [])];
      const byName = new Map(all.map((set) => [set.name, set]));
      for (const set of sets) for (const need of set.needs ?? []) assertNeed(set, need, byName);
      assertNoCycle(sets);
    },
  },
  {
    name: 'gives every group one size',
    async run(bench) {
      const sizes = new Map<string, number>();
      for (const { name, size, group } of await bench.plan()) {
        if (group === undefined) continue;
        strictEqual(size, sizes.get(group.name) ?? size, `${name} in group ${group.name}`);
        sizes.set(group.name, size);
      }
    },
  },
  {
    name: 'describes tasks that can be run',
    async run(bench) {
      const sets = await bench.plan();
      const results = exampleResults(bench.example, sets);
      for (const set of sets)
        for (const index of sampleOf(set)) assertTaskSpec(set, set.spec(index, results));
    },
  },
];

/**
 * The suite every flow runs over examples of its use, as vitest tests. Examples with the same digest of a set must also
 * describe the same tasks.
 */
export function flowContract<Config>(
  make: MakeFlow<Config>,
  examples: readonly FlowExample<Config>[],
): void {
  for (const example of examples) {
    const bench = async (): Promise<FlowBench> => ({
      example,
      async plan() {
        const flow: Flow = await make(example.config);
        return flow.plan(flowContext(example)).sets;
      },
      async [Symbol.asyncDispose]() {},
    });
    describeCases(`flow contract: ${example.name}`, FLOW_CASES, undefined, bench, 20);
  }
  const across: ContractCase<undefined, AsyncDisposable> = {
    name: 'describes the same tasks wherever a set has the same digest',
    run: () => assertDigests(make, examples),
  };
  const nothing = async (): Promise<AsyncDisposable> => ({ async [Symbol.asyncDispose]() {} });
  describeCases('flow contract: all examples', [across], undefined, nothing, 20);
}

/** Fails when sets of two examples have one digest but other tasks. */
export async function assertDigests<Config>(
  make: MakeFlow<Config>,
  examples: readonly FlowExample<Config>[],
): Promise<void> {
  const seen = new Map<string, unknown>();
  for (const example of examples) {
    const { sets } = (await make(example.config)).plan(flowContext(example));
    const results = exampleResults({ ...example, results: {} }, sets);
    for (const set of sets) {
      const specs = sampleOf(set).map((index) => set.spec(index, results));
      const id = `${set.name} ${set.size} ${set.digest}`;
      deepStrictEqual(specs, seen.get(id) ?? specs, `${example.name}: ${set.name}`);
      seen.set(id, specs);
    }
  }
}
