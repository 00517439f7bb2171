import { type FlowError, isFlowError, type JsonObject } from '@orchestrate/core';
import { projectError } from '../errors.ts';
import type { Problem } from './loaded-project.ts';

/** What is thrown for a project that cannot be used: code `PROJECT_INVALID`, with every problem found, sorted by place. */
export type ProjectProblems = FlowError & { readonly problems: readonly Problem[] };

/** Makes the error for a list of problems; the warnings found beside them are in it too. */
export function projectProblems(file: string, problems: readonly Problem[]): ProjectProblems {
  const errors = problems.filter(({ severity }) => severity === 'error');
  const [first] = errors;
  const place = first === undefined ? '' : `: ${placeText(first)}: ${first.message}`;
  const more = errors.length > 1 ? `${file} has ${errors.length} problems, the first` : file;
  const message = errors.length > 1 ? `${more}${place}` : `the project is not valid${place}`;
  const details = { problems: problems.map((problem): JsonObject => ({ ...problem })) };
  return Object.assign(projectError('PROJECT_INVALID', message, { details }), { problems });
}

/** Whether an error carries located problems. */
export function isProjectProblems(error: unknown): error is ProjectProblems {
  return isFlowError(error) && error.code === 'PROJECT_INVALID' && 'problems' in error;
}

/** `project.yaml:8:16 backends.hpc.partition`; a `--set` has no line to name. */
export function placeText({ file, line, column, path }: Problem): string {
  const place = file.startsWith('--set ') ? file : `${file}:${line}:${column}`;
  return path === '' || place === `--set ${path}` ? place : `${place} ${path}`;
}
