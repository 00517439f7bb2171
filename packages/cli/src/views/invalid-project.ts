import { isProjectProblems, renderProblems } from '@orchestrate/engine/project';
import { type Paint, plainPaint } from '../output/paint.ts';
import { countOf } from '../output/quantity-text.ts';

/** Every problem of a project with its place, the line and a caret; at the end how many there are. */
export function renderInvalidProject(error: unknown, paint: Paint): string[] {
  if (!isProjectProblems(error)) return [];
  const { problems } = error;
  const errors = problems.filter((problem) => problem.severity === 'error').length;
  const warnings = problems.length - errors;
  const counts = [
    countOf(errors, 'problem'),
    ...(warnings > 0 ? [countOf(warnings, 'warning')] : []),
  ].join(' and ');
  const text = renderProblems(problems, { color: paint !== plainPaint });
  return [...text.trimEnd().split('\n'), '', paint('bad', `${counts}; nothing was started`)];
}
