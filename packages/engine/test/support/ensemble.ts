import type { Need, TaskSet } from '@orchestrate/core';
import { writer } from './chain.ts';
import { setOf } from './project.ts';

/** A task that does nothing. */
export const NOTHING = { work: { kind: 'command', argv: ['nothing'] } } as const;

/** A task by itself. */
export function lone(name: string, needs: readonly Need[] = []): TaskSet {
  return setOf(name, [NOTHING], { hasInputs: false, hasOutputs: false, needs });
}

/** A parameter of members. */
export const DEPTHS = [100, 200, 300, 400];

/** The sets of one ensemble or batch: something before, two tasks for each member, and something after all. */
export function ensemble(
  group: string,
  more: {
    readonly labels?: readonly string[];
    readonly before?: readonly Need[];
    readonly verb?: string;
  } = {},
): TaskSet[] {
  const labels = more.labels ?? DEPTHS.map((depth) => `depth=${depth}.0`);
  const name = group.replaceAll('.', '_');
  const specs = labels.map((label) => writer(`${name}-${label}`, `${group} ${label}`));
  const common = {
    labels,
    group: { name: group },
    hasInputs: false,
    parameters: (index: number) => ({ depth: DEPTHS[index] ?? 0, ice: index % 2 === 0 }),
  };
  const checks = labels.map((label) => ({
    work: { kind: 'command', argv: [more.verb ?? 'nothing', label] } as const,
  }));
  return [
    lone(`${group}.before`, more.before),
    setOf(`${group}.job`, specs, { ...common, needs: [{ set: `${group}.before`, how: 'all' }] }),
    setOf(`${group}.check`, checks, {
      ...common,
      needs: [{ set: `${group}.job`, how: 'aligned' }],
      hasOutputs: false,
    }),
    lone(`${group}.after`, [{ set: `${group}.check`, how: 'all', after: 'end' }]),
  ];
}
