import type { Results, TaskSet } from '@orchestrate/core';
import { describe, expect, it } from 'vitest';
import { packKeyOf } from './pack-key.ts';

/** A set of functions, or of commands, that take a field of the result of another set. */
function setWith(kind: 'function' | 'command'): TaskSet {
  return {
    name: 'f.two',
    size: 3,
    digest: 'd',
    label: (index) => `n=${index}`,
    spec(index, results) {
      const before = results.result('f.one', index);
      if (before === null || typeof before !== 'object') throw new Error('no fields');
      return kind === 'function'
        ? { work: { kind, module: '/m.js', export: 'f', args: before } }
        : { work: { kind, argv: ['echo', JSON.stringify(before)] } };
    },
    hasInputs: false,
    hasOutputs: false,
  };
}

function resultsOf(...done: readonly number[]): Results {
  return {
    result: (_set, index) => (done.includes(index) ? { n: index } : null),
    size: () => 3,
  };
}

describe('the key of a pack', () => {
  it('is there for functions that differ in their arguments only', () => {
    expect(packKeyOf(setWith('function'), resultsOf(0, 1, 2))).toContain('/m.js');
  });

  it.each([[[]], [[0]], [[1, 2]]])('is none while only the results %j are there', (done) => {
    expect(packKeyOf(setWith('function'), resultsOf(...done))).toBeUndefined();
    expect(packKeyOf(setWith('command'), resultsOf(...done))).toBeUndefined();
  });
});
