import { type FlowContext, isFlowError, type TaskGraph, WrittenNumber } from '@orchestrate/core';
import type { PlaceOf } from '../plan/flow-context.ts';
import { explainIssues } from '../project/schema-issues.ts';
import { Source } from '../project/source.ts';
import type { Node } from '../project/tree.ts';
import { InlineFlowConfig } from './flow-schema.ts';
import { planInlineFlow } from './plan-flow.ts';
import { type FlowProblem, flowInvalid } from './problem.ts';

/**
 * Plans tasks that a plugin describes as they would be written in the project file.
 * @param placeOf where a path of the description was written in the options of the flow; absent: at the same path
 * @throws INLINE_FLOW_INVALID with every problem in `details.problems`
 */
export function planDescribed(
  description: object,
  context: FlowContext,
  placeOf: PlaceOf = (path) => path,
): TaskGraph {
  try {
    return plan(description, context);
  } catch (error) {
    if (!isFlowError(error) || error.code !== 'INLINE_FLOW_INVALID') throw error;
    const problems = error.details['problems'] as unknown as readonly FlowProblem[];
    throw flowInvalid(
      context.name,
      problems.map((problem) => ({ ...problem, path: placeOf(problem.path) })),
    );
  }
}

function plan(description: object, context: FlowContext): TaskGraph {
  const parsed = InlineFlowConfig.safeParse(description);
  if (parsed.success) return planInlineFlow(parsed.data, context);
  const checked = { schema: InlineFlowConfig, node: plainNode(description) };
  throw flowInvalid(context.name, explainIssues(parsed.error.issues, checked));
}

const NOWHERE = { source: new Source('', ''), offset: 0 };

/** A value that was written nowhere, in the form in which complaints about it are worded. */
function plainNode(value: unknown): Node {
  if (Array.isArray(value)) return { kind: 'list', at: NOWHERE, items: value.map(plainNode) };
  if (value instanceof WrittenNumber)
    return { kind: 'scalar', at: NOWHERE, value: value.value, written: value.text };
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value).map(
      ([key, one]) => [key, { keyAt: NOWHERE, node: plainNode(one) }] as const,
    );
    return { kind: 'map', at: NOWHERE, entries: new Map(entries) };
  }
  const isScalar = ['string', 'number', 'boolean'].includes(typeof value);
  return { kind: 'scalar', at: NOWHERE, value: isScalar ? (value as string) : null };
}
