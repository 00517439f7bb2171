import type { Turn } from './turn.ts';

/** Says in the journal when a backend is left alone because of trouble, and when it is well again. */
export function statePauses(turn: Turn): number {
  const { run, leader, mono } = turn;
  let next = Number.POSITIVE_INFINITY;
  for (const backend of leader.backends.values()) {
    const { troubles, name } = backend;
    const worst = troubles.find(({ count }) => count >= leader.policies.pauseAfter);
    const isPaused = run.pausedBackends.has(name);
    if (worst !== undefined && !isPaused) {
      turn.emit({
        type: 'backend-paused',
        backend: name,
        reason: worst.reason,
        untilAsked: false,
      });
    } else if (worst === undefined && isPaused) {
      turn.emit({ type: 'backend-resumed', backend: name });
    }
    for (const { until } of troubles) if (until > mono) next = Math.min(next, until);
  }
  return next;
}
