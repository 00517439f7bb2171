import type { TaskSpec } from '@orchestrate/core';
import { describe, expect, it } from 'vitest';
import { essence } from './fingerprint.ts';
import { specDifference } from './what-changed.ts';

const BASE: TaskSpec = {
  work: { kind: 'command', argv: ['model', '--size', '4'] },
  environment: { LEVEL: 'low' },
  inputs: [
    { name: 'grid', address: 'local:grid.nc' },
    { name: 'forcing', address: 'local:a.nc' },
  ],
  outputs: [{ name: 'map', address: 'local:out/a.nc' }],
};

const calling = (args: TaskSpec['work'] & object) => ({ ...BASE, work: args });
const differs = (before: TaskSpec, after: TaskSpec) =>
  specDifference(essence(before), essence(after));

describe('what differs between two specs', () => {
  it('is nothing when they are alike', () => {
    expect(differs(BASE, { ...BASE })).toBeUndefined();
  });

  it.each<[string, TaskSpec, object]>([
    [
      'an input, by its name',
      {
        ...BASE,
        inputs: [
          { name: 'grid', address: 'local:grid.nc' },
          { name: 'forcing', address: 'local:b.nc' },
        ],
      },
      { field: 'input forcing', before: 'local:a.nc', after: 'local:b.nc' },
    ],
    [
      'an input that is new',
      { ...BASE, inputs: [...(BASE.inputs ?? []), { name: 'mask', address: 'local:m.nc' }] },
      { field: 'input mask', after: 'local:m.nc' },
    ],
    [
      'an output',
      { ...BASE, outputs: [{ name: 'map', address: 'local:out/b.nc' }] },
      { field: 'output map', before: 'local:out/a.nc', after: 'local:out/b.nc' },
    ],
    [
      'a word of the command',
      calling({ kind: 'command', argv: ['model', '--size', '8'] }),
      { field: 'word 3 of its command', before: '4', after: '8' },
    ],
    [
      'a variable of the environment',
      { ...BASE, environment: { LEVEL: 'high' } },
      { field: 'environment variable LEVEL', before: 'low', after: 'high' },
    ],
  ])('is %s', (_what, after, expected) => {
    expect(differs(BASE, after)).toEqual(expected);
  });

  it('is an argument of a function, by its name', () => {
    const call = (damping: number) =>
      calling({ kind: 'function', module: '/p/m.ts', export: 'step', args: { damping } });

    expect(differs(call(0.2), call(0.3))).toEqual({
      field: 'argument damping',
      before: '0.2',
      after: '0.3',
    });
  });

  it('is shown where it is, in texts that begin alike for long', () => {
    const script = (end: string) =>
      calling({ kind: 'shell', script: `${'x'.repeat(500)}${end}`, shell: 'bash' });

    const found = differs(script('one'), script('two'));

    expect(found?.field).toBe('its script');
    expect(found?.before).toBe(`...${'x'.repeat(40)}one`);
    expect(found?.after).toBe(`...${'x'.repeat(40)}two`);
  });
});
