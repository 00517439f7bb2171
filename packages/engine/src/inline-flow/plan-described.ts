import type { FlowContext, TaskGraph } from '@orchestrate/core';
import { InlineFlowConfig } from './flow-schema.ts';
import { planInlineFlow } from './plan-flow.ts';
import { flowInvalid } from './problem.ts';

/**
 * Plans tasks that a plugin describes as they would be written in the project file.
 * @throws INLINE_FLOW_INVALID with every problem in `details.problems`
 */
export function planDescribed(description: object, context: FlowContext): TaskGraph {
  const parsed = InlineFlowConfig.safeParse(description);
  if (parsed.success) return planInlineFlow(parsed.data, context);
  const problems = parsed.error.issues.map(({ path, message }) => ({
    path: path.map((step) => (typeof step === 'symbol' ? String(step) : step)),
    message,
  }));
  throw flowInvalid(context.name, problems);
}
