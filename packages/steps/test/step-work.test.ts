import { expect, it } from 'vitest';
import * as steps from '../src/index.ts';

it('describes the work of a step by the name of this package', () => {
  expect(steps.stepWork('move', { from: 'a', to: 'b', manifest: undefined })).toEqual({
    kind: 'function',
    module: '@orchestrate/steps',
    export: 'move',
    args: { from: 'a', to: 'b' },
  });
});

it('exports a function for every step', () => {
  const names = ['check', 'copy', 'execute', 'makeDirectory', 'move', 'notify', 'quota', 'remove'];

  expect(names.filter((name) => typeof Reflect.get(steps, name) !== 'function')).toEqual([]);
});
