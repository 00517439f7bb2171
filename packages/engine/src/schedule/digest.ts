import type { RunState } from './run-state.ts';
import { IS_TO_CANCEL } from './task-table.ts';

/** A fingerprint of the durable state of a run; what one leader knows beside it does not enter. */
export function digestOf(run: RunState): string {
  const { tasks } = run;
  let hash = 0x811c9dc5;
  const mix = (value: number): void => {
    hash = Math.imul(hash ^ (value & 0xffff), 0x01000193);
    hash = Math.imul(hash ^ (value >>> 16), 0x01000193);
  };
  for (let task = 0; task < tasks.count; task += 1) {
    mix(tasks.state[task] as number);
    mix((tasks.flags[task] as number) & IS_TO_CANCEL);
    mix(tasks.unmet[task] as number);
    mix(tasks.job[task] as number);
    mix(tasks.attempts[task] as number);
    mix(((tasks.charged[task] as number) << 16) | (tasks.uncharged[task] as number));
    mix(((tasks.ranOutOfMemory[task] as number) << 8) | (tasks.ranOutOfTime[task] as number));
  }
  const waits = [...run.waits].sort(([a], [b]) => a - b);
  const checks = [...run.checks].sort(([a], [b]) => a - b);
  const jobs = [...run.jobs.values()]
    .sort((a, b) => a.number - b.number)
    .map((job) => [
      job.number,
      job.left,
      job.state,
      job.isConfirmed,
      job.submittedAt,
      job.startedAt,
    ]);
  const sets = run.graph.nodes.map((node) => [
    node.first,
    node.waits,
    node.left,
    node.open,
    node.isDone,
    node.isExpanded,
    node.group === undefined ? 0 : [...node.group.isOpen].join(''),
  ]);
  const rest = JSON.stringify([
    run.isDraining,
    run.isPaused,
    run.isCancelled,
    run.outcome ?? null,
    [...run.pausedBackends].sort(),
    [...run.readiness.unexpandable].map((node) => node.index).sort((a, b) => a - b),
    waits,
    checks,
    jobs,
    sets,
    [...run.notNeeded].sort((a, b) => a - b),
    run.jobs.next,
  ]);
  for (let at = 0; at < rest.length; at += 1) mix(rest.charCodeAt(at));
  return `${tasks.count}-${(hash >>> 0).toString(16)}`;
}
