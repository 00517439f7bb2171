import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { JobSpec } from '@orchestrate/core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { directivesFor, directivesOf } from './script-directives.ts';

const SCRIPT = `#!/bin/bash
# A model of the user.
#SBATCH --nodes=2
#SBATCH --ntasks-per-node=40 --exclusive
#SBATCH -p long
#SBATCH --job-name=mine
#SBATCH -J mine
#SBATCH --output=slurm-%j.out
#SBATCH -o out.txt
#SBATCH --array=0-9

module load netcdf
#SBATCH --time=10
srun ./model
`;

describe('directives of a script', () => {
  it('are those before its first command, but for what says where a job is and how it is called', () => {
    expect(directivesOf(SCRIPT)).toEqual([
      '#SBATCH --nodes=2',
      '#SBATCH --ntasks-per-node=40 --exclusive',
      '#SBATCH -p long',
    ]);
  });

  it('are none where a text is no script', () => {
    expect(directivesOf('#SBATCH --nodes=2\n')).toEqual([]);
    expect(directivesOf('')).toEqual([]);
  });
});

describe('the script of a job', () => {
  let directory = '';
  const job = (work: JobSpec['work']): JobSpec => ({ directory, work }) as JobSpec;

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'directives-'));
    writeFileSync(join(directory, 'run.sh'), SCRIPT);
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  it.each([
    ['a command', { kind: 'command', argv: ['bash', 'run.sh', '--fast'] }],
    ['a path with a dot', { kind: 'command', argv: ['./run.sh'] }],
    ['a shell text', { kind: 'shell', shell: 'bash', script: 'set +e\n(\nexec ./run.sh\n)' }],
  ] as const)('is found in %s', (_what, work) => {
    expect(directivesFor(job(work))).toHaveLength(3);
  });

  it('is looked for in the directory of the job only', () => {
    const outside = mkdtempSync(join(tmpdir(), 'directives-'));
    writeFileSync(join(outside, 'other.sh'), SCRIPT);
    symlinkSync(join(outside, 'other.sh'), join(directory, 'link.sh'));
    for (const name of [
      join(outside, 'other.sh'),
      `../${outside.split('/').at(-1)}/other.sh`,
      'link.sh',
    ]) {
      expect(directivesFor(job({ kind: 'command', argv: ['bash', name] }))).toEqual([]);
    }
    rmSync(outside, { recursive: true });
  });
});
