import type { Results, TaskSet, TaskSpec } from '@orchestrate/core';
import type { Plan } from '@orchestrate/engine';
import { expect, it } from 'vitest';
import { jobSamples } from './job-samples.ts';

function set(
  name: string,
  size: number,
  spec: (index: number, results: Results) => TaskSpec,
): TaskSet {
  return { name, size, digest: '', label: String, spec };
}

function planOf(...sets: readonly TaskSet[]): Plan {
  return {
    name: 'p',
    projectDirectory: '/project',
    sets: sets.map((one) => ({ flow: 'f', set: one, backend: 'hpc' })),
    limits: {},
    tasks: 0,
    digest: '',
  };
}

const shell = (script: string): TaskSpec['work'] => ({ kind: 'shell', script, shell: 'sh' });

it('makes one sample of all that ask for the same', () => {
  const mixed = set('f.mixed', 6, (index) => ({
    work: shell(`solve ${index}`),
    directory: 'there',
    resources: { cpus: index < 4 ? 1 : 8 },
  }));
  const samples = jobSamples(planOf(mixed)).byBackend.get('hpc');
  expect(samples).toEqual([
    {
      name: 'f.mixed',
      count: 4,
      work: shell('solve 0'),
      directory: '/project/there',
      resources: { cpus: 1 },
    },
    {
      name: 'f.mixed',
      count: 2,
      work: shell('solve 4'),
      directory: '/project/there',
      resources: { cpus: 8 },
    },
  ]);
});

it('takes a large set for what its first tasks are', () => {
  const large = set('f.large', 50_000, () => ({ work: shell('x') }));
  expect(jobSamples(planOf(large)).byBackend.get('hpc')).toMatchObject([{ count: 50_000 }]);
});

it('says which sets ask for what nobody knows yet', () => {
  const known = set('f.known', 1, () => ({ work: shell('x') }));
  const late = set('f.late', 1, (_index, results) => {
    const memory = results.result('f.known', 0);
    if (typeof memory !== 'number') throw new Error('expected a number');
    return { work: shell('y'), resources: { memoryBytes: memory } };
  });
  const grown = { ...set('f.grown', 0, () => ({ work: shell('z') })), expand: { into: () => [] } };
  const { byBackend, unknown } = jobSamples(planOf(known, late, grown));
  expect(byBackend.get('hpc')?.map(({ name }) => name)).toEqual(['f.known']);
  expect(unknown).toEqual(['f.late', 'f.grown']);
});
