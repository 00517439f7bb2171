import type { Json } from '@orchestrate/core';
import { inlineError } from './errors.ts';

/** Something wrong with a flow; `path` starts at the flow's entry in the project file. */
export interface FlowProblem {
  readonly path: readonly (string | number)[];
  readonly message: string;
  /** What to do about it, where that is known. */
  readonly hint?: string | undefined;
  /** What to point at; absent: the value, where it is one. */
  readonly point?: 'key' | 'value';
}

/** One error for all problems of a flow. */
export function flowInvalid(flow: string, problems: readonly FlowProblem[]): Error {
  const shown = problems.slice(0, 10).map(({ path, message }) => `${path.join('.')}: ${message}`);
  const more = problems.length > shown.length ? [`and ${problems.length - shown.length} more`] : [];
  const list: Json = problems.map(({ path, message, hint, point }) => ({
    path: [...path],
    message,
    ...(hint === undefined ? {} : { hint }),
    ...(point === 'key' ? { point } : {}),
  }));
  const message = `flow ${flow}: ${[...shown, ...more].join('; ')}`;
  return inlineError('INLINE_FLOW_INVALID', message, { details: { flow, problems: list } });
}
