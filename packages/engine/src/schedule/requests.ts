import { rangesOf } from '../events/ranges.ts';
import { cancelLive } from './clocks.ts';
import { PENDING, READY, WAITING } from './codes.ts';
import type { Input } from './messages.ts';
import { ascending } from './outcomes.ts';
import { skipDependents } from './skipping.ts';
import type { Turn } from './turn.ts';

type Asked = Extract<Input, { type: 'asked' }>;

/** What a person asks of the run. */
export function onAsked(turn: Turn, input: Asked): void {
  if (input.request === 'detach') {
    turn.leader.hasFinished = true;
    turn.want({ type: 'finish', outcome: 'stopped', reason: 'detached; live jobs go on' });
    return;
  }
  if (input.request !== 'cancel') {
    turn.emit({ type: 'asked', request: input.request });
    return;
  }
  const known = input.tasks?.filter((task) => task >= 0 && task < turn.run.tasks.count);
  const tasks = known === undefined ? undefined : ascending([...new Set(known)]);
  if (tasks?.length === 0) return;
  turn.emit({
    type: 'asked',
    request: 'cancel',
    ...(tasks === undefined ? {} : { tasks: rangesOf(tasks) }),
  });
  if (tasks === undefined) cancelIdle(turn);
  else cancelThese(turn, tasks);
  cancelLive(turn);
}

function isIdle(turn: Turn, task: number): boolean {
  const state = turn.run.tasks.state[task];
  return state === PENDING || state === READY || state === WAITING;
}

function cancelThese(turn: Turn, tasks: readonly number[]): void {
  const idle = tasks.filter((task) => isIdle(turn, task));
  if (idle.length === 0) return;
  turn.emit({ type: 'cancelled', tasks: rangesOf(idle) });
  for (const task of idle) skipDependents(turn, task);
}

/** Cancels everything that is not live. Looks at every task; done once per request. */
export function cancelIdle(turn: Turn): void {
  const { run } = turn;
  const idle: number[] = [];
  for (let task = 0; task < run.tasks.count; task += 1) {
    if (isIdle(turn, task)) idle.push(task);
  }
  if (idle.length > 0) turn.emit({ type: 'cancelled', tasks: rangesOf(idle) });
  run.readiness.unexpanded.clear();
  run.readiness.expandable.clear();
}

/** After a replay: goes on with what was asked before and may not have been carried out. */
export function resumeCancelling(turn: Turn, wanted: readonly number[]): void {
  if (turn.run.isCancelled) cancelIdle(turn);
  else cancelThese(turn, wanted);
  cancelLive(turn);
}
