// The scheduler's own cost, without driver, journal or backend: `node --conditions=@orchestrate/source benchmark.ts`.
import type { BackendTraits, RunId, TaskSet } from '@orchestrate/core';
import type { Effect, Input } from '../../src/schedule/messages.ts';
import { Scheduler } from '../../src/schedule/scheduler.ts';

const TRAITS: BackendTraits = {
  work: ['functions'],
  containers: false,
  sharedFilesystem: true,
  pushes: true,
  enforcesTime: true,
  enforcesMemory: true,
  outlivesLeader: false,
  settleSeconds: 0,
  slots: 2,
  pollSeconds: 1,
};
const MS_PER_CALL = 0.005;

function layer(name: string, size: number, needs?: TaskSet['needs']): TaskSet {
  return {
    name,
    size,
    digest: name,
    label: (index) => `${index}`,
    spec: () => ({ work: { kind: 'function', module: 'm', export: 'f', args: null } }),
    hasInputs: false,
    hasOutputs: false,
    reuse: false,
    ...(needs === undefined ? {} : { needs }),
  };
}

function layers(count: number, size: number, how: 'all' | 'aligned'): TaskSet[] {
  return Array.from({ length: count }, (_, at) =>
    layer(`l${at}`, size, at === 0 ? undefined : [{ set: `l${at - 1}`, how }]),
  );
}

function chain(size: number): TaskSet[] {
  const offsets = Uint32Array.from({ length: size + 1 }, (_, at) => Math.max(0, at - 1));
  const targets = Uint32Array.from({ length: size - 1 }, (_, at) => at);
  return [layer('chain', size, [{ set: 'chain', how: 'edges', offsets, targets }])];
}

interface Running {
  readonly job: number;
  readonly calls: number;
}

/** Two workers that take jobs in order and need a fixed time per call, on a clock of their own. */
function measure(name: string, sets: readonly TaskSet[]): void {
  globalThis.gc?.();
  const before = process.memoryUsage();
  const began = performance.now();
  const scheduler = new Scheduler({
    run: 'abcdefgh' as RunId,
    sets,
    limits: {},
    backends: new Map([['local', TRAITS]]),
    defaultBackend: 'local',
    random: () => 0.5,
    packKeyOf: () => 'm#f',
    standsAlone: () => true,
  });
  const built = performance.now();
  const ends: { at: number; running: Running }[] = [];
  const free = [0, 0];
  let mono = 0;
  let jobs = 0;
  let steps = 0;
  let facts = 0;
  let isOver = false;
  const carryOut = (effect: Effect): void => {
    if (effect.type === 'finish') isOver = effect.outcome === 'succeeded';
    if (effect.type !== 'submit') return;
    for (const { job, tasks } of effect.jobs) {
      const worker = (free[0] as number) <= (free[1] as number) ? 0 : 1;
      const at = Math.max(mono, free[worker] as number) + 0.2 + tasks.length * MS_PER_CALL;
      free[worker] = at;
      ends.push({ at, running: { job, calls: tasks.length } });
      jobs += 1;
    }
  };
  const take = (input: Input): void => {
    const result = scheduler.step(input, { now: mono, monotonic: mono });
    steps += 1;
    facts += result.facts.length;
    for (const effect of result.effects) carryOut(effect);
  };
  take({ type: 'begin' });
  while (ends.length > 0 && !isOver) {
    let first = 0;
    for (let at = 1; at < ends.length; at += 1) {
      if ((ends[at]?.at ?? 0) < (ends[first]?.at ?? 0)) first = at;
    }
    const [end] = ends.splice(first, 1);
    if (end === undefined) break;
    mono = end.at;
    take({
      type: 'statuses',
      backend: 'local',
      source: 'watch',
      statuses: [
        {
          job: end.running.job,
          state: 'ended',
          exit: { outcome: 'succeeded' },
          progress: { succeeded: [[0, end.running.calls - 1]], values: [], failed: [] },
        },
      ],
    });
  }
  report(name, scheduler, { began, built, before, jobs, steps, facts, mono });
}

interface Figures {
  readonly began: number;
  readonly built: number;
  readonly before: NodeJS.MemoryUsage;
  readonly jobs: number;
  readonly steps: number;
  readonly facts: number;
  readonly mono: number;
}

function report(name: string, scheduler: Scheduler, figures: Figures): void {
  const { began, built, before, jobs, steps, facts, mono } = figures;
  const done = performance.now();
  const after = process.memoryUsage();
  const tasks = scheduler.taskCount;
  console.log(
    JSON.stringify({
      name,
      tasks,
      succeeded: scheduler.counts().succeeded,
      jobs,
      steps,
      facts,
      buildMilliseconds: Math.round(built - began),
      runMilliseconds: Math.round(done - built),
      microsecondsPerTask: Number((((done - began) * 1000) / tasks).toFixed(3)),
      arrayBytes: after.arrayBuffers - before.arrayBuffers,
      heapBytes: after.heapUsed - before.heapUsed,
      virtualMilliseconds: Math.round(mono),
    }),
  );
}

measure('warm-up', layers(100, 1000, 'all'));
measure('1,000 layers of 1,000, all', layers(1000, 1000, 'all'));
measure('1,000 layers of 1,000, aligned', layers(1000, 1000, 'aligned'));
measure('one chain of 100,000', chain(100_000));
measure('one fan-out of 100,000', [
  layer('root', 1),
  layer('leaves', 100_000, [{ set: 'root', how: 'all' }]),
]);
