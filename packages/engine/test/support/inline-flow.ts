import { createHash } from 'node:crypto';
import {
  type FlowContext,
  isFlowError,
  type Json,
  type Results,
  silentLogger,
  type TaskSet,
} from '@orchestrate/core';
import { parse } from 'yaml';
import { InlineFlowConfig } from '../../src/inline-flow/flow-schema.ts';
import { planInlineFlow } from '../../src/inline-flow/plan-flow.ts';

/** What a flow is planned with, in a test. */
export function contextOf(more: Partial<FlowContext> = {}): FlowContext {
  return {
    name: 'f',
    projectName: 'demo',
    projectDirectory: '/project',
    log: silentLogger,
    readText: () => 'site,depth\nnorth,1.0\nsouth,2.50\n',
    sha256: (text) => createHash('sha256').update(text).digest('hex'),
    upstream: [],
    planTasks: () => ({ sets: [] }),
    ...more,
  };
}

/** Results of tasks by set, in order. */
export function resultsOf(values: Readonly<Record<string, readonly Json[]>>): Results {
  return {
    result: (set, index) => values[set]?.[index],
    size: (set) => values[set]?.length ?? 0,
  };
}

/** Before anything has run. */
export const NONE = resultsOf({});

/** Plans a flow written in YAML: its sets by name, without that of the flow. */
export function plan(yaml: string, more: Partial<FlowContext> = {}): Map<string, TaskSet> {
  const { sets } = planInlineFlow(InlineFlowConfig.parse(parse(yaml)), contextOf(more));
  return new Map(sets.map((set) => [set.name.replace(/^f\./, ''), set]));
}

/** What an act throws, `undefined` when it does not. */
function thrownBy(act: () => unknown): unknown {
  try {
    act();
    return undefined;
  } catch (error) {
    return error;
  }
}

/** What is wrong with a flow as a whole; '' when nothing is. */
export function planProblems(yaml: string, more: Partial<FlowContext> = {}): string {
  const error = thrownBy(() => plan(yaml, more));
  return isFlowError(error) && error.code === 'INLINE_FLOW_INVALID' ? error.message : '';
}
