import type { FlowError, JsonObject } from '@orchestrate/core';
import { ensembleError } from '../errors.ts';
import type { Problem, Problems } from '../pyyaml/problem.ts';

/** The error for a configuration that cannot be used; the warnings found beside the errors are in it too. */
export function upstreamInvalid(problems: Problems): FlowError {
  const all = problems.sorted();
  const first = all.find(({ severity }) => severity === 'error');
  const place = first === undefined ? problems.file : placed(first);
  const message = problems.errors > 1 ? `${problems.errors} problems, the first: ${place}` : place;
  const details = { problems: all.map((problem): JsonObject => ({ ...problem })) };
  return ensembleError('UPSTREAM_INVALID', message, { details });
}

function placed({ file, line, column, path, message }: Problem): string {
  return `${file}:${line}:${column}${path === '' ? '' : ` ${path}`}: ${message}`;
}
