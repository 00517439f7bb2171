import { matchTasks as match, type NamedTask } from '@orchestrate/core';
import { printable } from '../output/printable.ts';

/** Tasks a person may mean by a text; whatever names a task on the screen names it here. */
export function matchTasks<T extends NamedTask>(text: string, tasks: readonly T[]): readonly T[] {
  return match(text, tasks, printable);
}
