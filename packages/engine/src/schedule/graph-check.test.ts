import { type BackendTraits, isFlowError, type RunId, type TaskSet } from '@orchestrate/core';
import { describe, expect, it } from 'vitest';
import { checkGraph } from './graph-check.ts';
import type { Input } from './messages.ts';
import { Scheduler } from './scheduler.ts';

const TRAITS: BackendTraits = {
  work: ['command'],
  containers: false,
  sharedFilesystem: true,
  pushes: true,
  enforcesTime: true,
  enforcesMemory: true,
  outlivesLeader: true,
  settleSeconds: 0,
  pollSeconds: 1,
};

function set(name: string, more: Partial<TaskSet> = {}): TaskSet {
  return {
    name,
    size: 3,
    digest: name,
    label: (index) => `${index}`,
    spec: () => ({ work: { kind: 'command', argv: ['true'] } }),
    ...more,
  };
}

function check(sets: readonly TaskSet[], limits: Record<string, number> = {}): string {
  try {
    checkGraph(sets, { limits, backends: new Map([['local', TRAITS]]), defaultBackend: 'local' });
    return 'good';
  } catch (error) {
    return isFlowError(error) ? `${error.code}: ${error.message}` : String(error);
  }
}

function edges(offsets: number[], targets: number[]) {
  return { offsets: Uint32Array.from(offsets), targets: Uint32Array.from(targets) };
}

describe('groups of an expansion', () => {
  it('may take slots that what the placeholder waited for has given back', () => {
    const quiet = { size: 2, hasInputs: false, hasOutputs: false, reuse: false };
    const group = (name: string) => ({ ...quiet, group: { name, limit: 'one' } });
    const after = [{ set: 'f.a', how: 'all', after: 'end' }] as const;
    const more = [
      set('f.b', { ...group('second'), needs: after }),
      set('f.c', { ...group('second'), needs: [...after, { set: 'f.b', how: 'aligned' }] }),
    ];
    const scheduler = new Scheduler({
      run: 'abcdefgh' as RunId,
      sets: [
        set('f.a', group('first')),
        set('f.next', { size: 0, needs: after, expand: { into: () => more } }),
      ],
      limits: { one: 1 },
      backends: new Map([['local', TRAITS]]),
      defaultBackend: 'local',
      random: () => 0.5,
    });
    const at = { now: 1, monotonic: 1 };
    const ended = (job: number): Input => ({
      type: 'statuses',
      backend: 'local',
      source: 'watch',
      statuses: [{ job, state: 'ended', exit: { outcome: 'succeeded' } }],
    });
    scheduler.step({ type: 'begin' }, at);
    scheduler.step(ended(0), at);
    scheduler.step(ended(1), at);

    const { facts } = scheduler.step({ type: 'expanded', placeholder: 'f.next', sets: more }, at);

    expect(facts.map(({ type }) => type)).toEqual(['sets-added', 'submitting']);
  });
});

describe('checkGraph', () => {
  it('names the path of a cycle among sets', () => {
    const sets = [
      set('a', { needs: [{ set: 'c', how: 'all' }] }),
      set('b', { needs: [{ set: 'a', how: 'all' }] }),
      set('c', { needs: [{ set: 'b', how: 'aligned' }] }),
    ];

    expect(check(sets)).toMatch(/^GRAPH_CYCLE: tasks need each other: .*a.* -> .*c/);
  });

  it('names the tasks of a cycle inside a set', () => {
    const needs = [{ set: 'a', how: 'edges', ...edges([0, 1, 2, 3], [2, 0, 1]) } as const];

    expect(check([set('a', { needs })])).toBe(
      'GRAPH_CYCLE: tasks need each other: a[2] -> a[1] -> a[0] -> a[2]',
    );
  });

  it('allows sets that need each other as long as no task does', () => {
    const sets = [
      set('a', { needs: [{ set: 'b', how: 'edges', ...edges([0, 0, 1, 2], [0, 1]) }] }),
      set('b', { needs: [{ set: 'a', how: 'aligned' }] }),
    ];

    expect(check(sets)).toBe('good');
  });

  it('finds a chain of 200,000 tasks free of cycles', () => {
    const size = 200_000;
    const offsets = Array.from({ length: size + 1 }, (_, at) => Math.max(0, at - 1));
    const targets = Array.from({ length: size - 1 }, (_, at) => at);
    const needs = [{ set: 'a', how: 'edges', ...edges(offsets, targets) } as const];

    expect(check([set('a', { size, needs })])).toBe('good');
  });

  it.each([
    ['GRAPH_SET_UNKNOWN', set('a', { needs: [{ set: 'z', how: 'all' }] })],
    ['GRAPH_SET_DUPLICATE', set('other')],
    ['GRAPH_SIZE_MISMATCH', set('a', { size: 2, needs: [{ set: 'other', how: 'aligned' }] })],
    [
      'GRAPH_SIZE_MISMATCH',
      set('a', { needs: [{ set: 'other', how: 'edges', ...edges([0], []) }] }),
    ],
    [
      'GRAPH_SIZE_MISMATCH',
      set('a', { needs: [{ set: 'other', how: 'edges', ...edges([0, 1, 1, 1], [9]) }] }),
    ],
    ['GRAPH_BACKEND_UNKNOWN', set('a', { backend: 'mars' })],
    ['GRAPH_LIMIT_UNKNOWN', set('a', { limits: { few: 1 } })],
    ['GRAPH_LIMIT_EXCEEDED', set('a', { limits: { two: 3 } })],
  ])('refuses with %s', (code, bad) => {
    expect(check([set('other'), bad], { two: 2 })).toContain(`${code}: `);
  });

  it('refuses a group whose members would wait for each other while they hold a slot', () => {
    const group = { name: 'member', limit: 'two' };
    const sets = [
      set('first', { group }),
      set('all', { needs: [{ set: 'first', how: 'all' }] }),
      set('last', {
        group,
        needs: [
          { set: 'first', how: 'aligned' },
          { set: 'all', how: 'all' },
        ],
      }),
    ];

    expect(check(sets, { two: 2 })).toContain('GRAPH_LIMIT_DEADLOCK: ');
    expect(check(sets, { two: 3 })).toBe('good');
  });

  it('refuses a group whose tasks take from the limit the group holds', () => {
    const group = { name: 'member', limit: 'two' };

    expect(check([set('a', { group, limits: { two: 1 } })], { two: 2 })).toContain(
      'GRAPH_LIMIT_DEADLOCK: ',
    );
  });

  it('lets the first task of a group wait for other members', () => {
    const group = { name: 'member', limit: 'one' };
    const sets = [
      set('a', { group, needs: [{ set: 'b', how: 'edges', ...edges([0, 0, 1, 2], [0, 1]) }] }),
      set('b', { group, needs: [{ set: 'a', how: 'aligned' }] }),
    ];

    expect(check(sets, { one: 1 })).toBe('good');
  });
});
