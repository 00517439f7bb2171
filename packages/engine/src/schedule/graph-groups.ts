import type { TaskSet } from '@orchestrate/core';

export function checkGroups(
  sets: readonly TaskSet[],
  limits: Readonly<Record<string, number>>,
): void {
  if (limits === undefined || sets.length === 0) return;
}
