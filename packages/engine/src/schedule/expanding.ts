import { isFlowError, type TaskSet } from '@orchestrate/core';
import { checkGraph } from './graph-check.ts';
import type { Input } from './messages.ts';
import { skipAfterPlaceholder, skipAllDoomed } from './skipping.ts';
import type { Turn } from './turn.ts';

/** Asks the flow what placeholders become whose needs are done. */
export function expand(turn: Turn): void {
  for (const node of turn.run.readiness.expandable) {
    if (turn.leader.expanding.has(node)) continue;
    turn.leader.expanding.add(node);
    turn.want({ type: 'expand', placeholder: node.set.name });
  }
}

/** The flow has answered. A repeated answer is ignored: the placeholder is no longer waiting for one. */
export function onExpanded(
  turn: Turn,
  input: Extract<Input, { type: 'expanded' }>,
  stash: Map<string, readonly TaskSet[]>,
): void {
  const { run, leader } = turn;
  const node = run.graph.placeholder(input.placeholder);
  if (node === undefined || !run.readiness.expandable.has(node)) return;
  leader.expanding.delete(node);
  try {
    checkGraph(input.sets, {
      limits: leader.options.limits,
      backends: leader.options.backends,
      defaultBackend: leader.options.defaultBackend,
      known: run.graph,
      placeholder: input.placeholder,
    });
  } catch (error) {
    if (!isFlowError(error)) throw error;
    failed(turn, input.placeholder, `${error.code}: ${error.message}`);
    return;
  }
  stash.set(input.placeholder, input.sets);
  let first = run.tasks.count;
  const sets = input.sets.map((set) => {
    const record = run.graph.record(set, first);
    first += record.size;
    return record;
  });
  turn.emit({ type: 'sets-added', placeholder: input.placeholder, sets });
  stash.delete(input.placeholder);
  if (needsLost(turn, input.sets)) skipAllDoomed(turn);
}

/** Whether new sets need something that will never be done. */
function needsLost(turn: Turn, sets: readonly TaskSet[]): boolean {
  const { graph } = turn.run;
  return sets.some((set) =>
    set.needs?.some((need) => {
      const on = graph.find(need.set);
      return on?.isBroken === true;
    }),
  );
}

export function onExpandFailed(turn: Turn, input: Extract<Input, { type: 'expand-failed' }>): void {
  const node = turn.run.graph.placeholder(input.placeholder);
  if (node === undefined || !turn.run.readiness.expandable.has(node)) return;
  turn.leader.expanding.delete(node);
  failed(turn, input.placeholder, input.message);
}

function failed(turn: Turn, placeholder: string, message: string): void {
  turn.emit({ type: 'expand-failed', placeholder, message });
  const node = turn.run.graph.placeholder(placeholder);
  if (node !== undefined) skipAfterPlaceholder(turn, node);
  if (turn.leader.options.failFast === true) turn.leader.isClosing = true;
}
