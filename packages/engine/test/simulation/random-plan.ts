import type { BackendTraits, Need, RetryPolicy, TaskSet } from '@orchestrate/core';
import type { Chance } from './chance.ts';

/** What a simulated run is made of. */
export interface RandomPlan {
  readonly sets: readonly TaskSet[];
  readonly limits: Readonly<Record<string, number>>;
  readonly backends: ReadonlyMap<string, BackendTraits>;
  readonly failFast: boolean;
  /** Names of sets of functions. */
  readonly functions: ReadonlySet<string>;
}

const BASE: BackendTraits = {
  work: ['command', 'shell', 'functions'],
  containers: false,
  sharedFilesystem: true,
  pushes: true,
  enforcesTime: true,
  enforcesMemory: true,
  outlivesLeader: true,
  settleSeconds: 0,
  pollSeconds: 1,
};

function backends(chance: Chance): Map<string, BackendTraits> {
  const local: BackendTraits = {
    ...BASE,
    slots: chance.whole(1, 4),
    ...(chance.is(0.3) ? { maxLiveJobs: chance.whole(1, 5) } : {}),
    enforcesTime: chance.is(0.7),
    outlivesLeader: chance.is(0.8),
  };
  const cluster: BackendTraits = {
    ...BASE,
    pushes: chance.is(0.3),
    settleSeconds: chance.whole(5, 30),
    pollSeconds: chance.whole(1, 10),
    ...(chance.is(0.5) ? { slots: chance.whole(1, 8) } : {}),
    ...(chance.is(0.5) ? { maxLiveJobs: chance.whole(1, 10) } : {}),
    enforcesTime: chance.is(0.5),
  };
  return new Map([
    ['local', local],
    ['cluster', cluster],
  ]);
}

function retry(chance: Chance): RetryPolicy {
  return {
    attempts: chance.whole(1, 3),
    on: chance.is(0.7) ? ['user-error', 'timeout', 'out-of-memory'] : ['timeout'],
    delay: { seconds: chance.between(0, 5), factor: 2, maxSeconds: 60, jitter: 0.2 },
    infrastructureAttempts: chance.whole(3, 20),
  };
}

/** Draws sets with needs of every kind, groups, limits, checks and expansions. */
class Drawing {
  readonly sets: TaskSet[] = [];
  readonly functions = new Set<string>();
  readonly limits: Record<string, number> = {};
  readonly #chance: Chance;

  constructor(chance: Chance) {
    this.#chance = chance;
    this.limits['narrow'] = chance.whole(1, 2);
    this.limits['wide'] = chance.whole(2, 6);
    this.limits['members'] = chance.whole(1, 3);
  }

  draw(): void {
    const count = this.#chance.whole(1, 5);
    for (let at = 0; at < count; at += 1) this.#drawOne(at);
    if (this.#chance.is(0.3)) this.#drawGroup();
  }

  #drawOne(at: number): void {
    const chance = this.#chance;
    const size = chance.is(0.1) ? 0 : chance.whole(1, chance.is(0.2) ? 30 : 8);
    const name = `s${at}`;
    if (chance.is(0.12)) {
      this.sets.push(this.#placeholder(name));
      return;
    }
    this.sets.push(this.#set(name, size, this.#needs(name, size)));
  }

  #set(name: string, size: number, needs: readonly Need[]): TaskSet {
    const chance = this.#chance;
    const isFunction = chance.is(0.5);
    if (isFunction) this.functions.add(name);
    const isCheck = !isFunction && chance.is(0.1);
    return {
      name,
      size,
      digest: name,
      label: (index) => `${index}`,
      spec: () => ({ work: { kind: 'command', argv: ['true'] } }),
      hasInputs: chance.is(0.3),
      hasOutputs: chance.is(0.4),
      reuse: chance.is(0.3),
      ...(chance.is(0.15) ? { when: () => true } : {}),
      needs,
      backend: chance.is(0.5) ? 'local' : 'cluster',
      priority: chance.is(0.2) ? chance.whole(-1, 2) : 0,
      ...(chance.is(0.3) ? { limits: { [chance.pick(['narrow', 'wide'])]: 1 } } : {}),
      ...(chance.is(0.1) ? { limits: { wide: 2 } } : {}),
      retry: retry(chance),
      ...(isCheck ? { check: { everySeconds: 5, timeoutSeconds: chance.whole(10, 200) } } : {}),
      ...(chance.is(0.1) ? { queueSeconds: chance.whole(5, 60) } : {}),
      ...(chance.is(0.1) ? { idleSeconds: chance.whole(20, 60) } : {}),
    };
  }

  #needs(name: string, size: number): Need[] {
    const chance = this.#chance;
    const needs: Need[] = [];
    const after = (on?: TaskSet): Pick<Need, 'after'> =>
      on?.expand === undefined && chance.is(0.2) ? { after: 'end' } : {};
    if (size > 1 && chance.is(0.25)) needs.push({ set: name, how: 'edges', ...chainEdges(size) });
    for (const on of this.sets) {
      if (!chance.is(0.4)) continue;
      const terms = { set: on.name, ...after(on) };
      if (on.expand !== undefined || chance.is(0.4)) needs.push({ ...terms, how: 'all' });
      else if (on.size === size) needs.push({ ...terms, how: 'aligned' });
      else needs.push({ ...terms, how: 'edges', ...this.#edges(size, on.size) });
    }
    return needs;
  }

  #edges(size: number, onSize: number): { offsets: Uint32Array; targets: Uint32Array } {
    const targets: number[] = [];
    const offsets = [0];
    for (let index = 0; index < size; index += 1) {
      for (let target = 0; target < onSize; target += 1) {
        if (this.#chance.is(2 / onSize)) targets.push(target);
      }
      offsets.push(targets.length);
    }
    return { offsets: Uint32Array.from(offsets), targets: Uint32Array.from(targets) };
  }

  /** The parts are drawn once, so that the flow is pure: asked again, it gives the same sets. */
  #placeholder(name: string): TaskSet {
    const chance = this.#chance;
    const first = this.#set(`${name}.a`, chance.whole(0, 5), []);
    const ends: Pick<Need, 'after'> = chance.is(0.3) ? { after: 'end' } : {};
    const second = this.#set(`${name}.b`, first.size, [
      { set: `${name}.a`, how: 'aligned', ...ends },
    ]);
    const parts: TaskSet[] = chance.is(0.2) ? [] : [first, second];
    if (chance.is(0.3)) {
      const needs: Need[] = [{ set: parts.length > 0 ? `${name}.b` : name, how: 'all' }];
      if (parts.length > 0) parts.push(this.#set(`${name}.c`, 1, needs));
    }
    const needs = this.sets
      .filter(() => chance.is(0.5))
      .map((on): Need => ({ set: on.name, how: 'all' }));
    return {
      ...this.#set(name, 0, needs),
      backend: 'local',
      limits: {},
      expand: { into: () => parts },
    };
  }

  #drawGroup(): void {
    const chance = this.#chance;
    const size = chance.whole(1, 6);
    const length = chance.whole(2, 4);
    const group = { name: 'g', ...(chance.is(0.8) ? { limit: 'members' } : {}) };
    for (let at = 0; at < length; at += 1) {
      const before = `g${at - 1}`;
      const ends: Pick<Need, 'after'> = chance.is(0.2) ? { after: 'end' } : {};
      const needs: Need[] =
        at === 0 ? this.#needs('g0', size) : [{ set: before, how: 'aligned', ...ends }];
      this.sets.push({ ...this.#set(`g${at}`, size, needs), group });
    }
  }
}

function chainEdges(size: number): { offsets: Uint32Array; targets: Uint32Array } {
  const offsets = Uint32Array.from({ length: size + 1 }, (_, at) => Math.max(0, at - 1));
  return { offsets, targets: Uint32Array.from({ length: size - 1 }, (_, at) => at) };
}

/** A small graph on two backends, different for every seed. */
export function randomPlan(chance: Chance): RandomPlan {
  const drawing = new Drawing(chance);
  drawing.draw();
  return {
    sets: drawing.sets,
    limits: drawing.limits,
    backends: backends(chance),
    failFast: chance.is(0.05),
    functions: drawing.functions,
  };
}
