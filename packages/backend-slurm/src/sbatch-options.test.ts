import { describe, expect, it } from 'vitest';
import { directives, minutesFor, resourceOptions, sbatchOptionProblem } from './sbatch-options.ts';

describe('sbatchOptionProblem', () => {
  it.each([
    ['partition', 'short'],
    ['exclusive', true],
    ['ntasks-per-node', 4],
    ['comment', 'a "b" # c'],
  ])('lets --%s pass', (name, value) => {
    expect(sbatchOptionProblem(name, value)).toBeUndefined();
  });

  it.each(['array', 'job-name', 'output', 'error', 'wrap', 'test-only', 'parsable', 'chdir'])(
    'keeps --%s for itself and says why',
    (name) => {
      expect(sbatchOptionProblem(name, 'x')).toMatch(new RegExp(`^${name} cannot be set: .`));
    },
  );

  it.each(
    ['p', 'Partition', '-p', 'a b', 'a\n#SBATCH', '', 'constructor ', 'a=b'].filter(
      (n) => n !== 'p',
    ),
  )('does not take %j for a name', (name) => {
    expect(sbatchOptionProblem(name, 'x')).toMatch(/expected the long name/);
  });

  it('refuses values that would start a new line', () => {
    expect(sbatchOptionProblem('comment', 'a\n#SBATCH --uid=root')).toMatch(/one line/);
  });
});

describe('directives', () => {
  it('writes flags, leaves out what is switched off, and quotes what sbatch would cut', () => {
    expect(
      directives({ exclusive: true, requeue: false, nodes: 2, comment: 'a # "b" \\c', mem: '4G' }),
    ).toEqual([
      '#SBATCH --exclusive',
      '#SBATCH --nodes=2',
      '#SBATCH --comment="a # \\"b\\" \\\\c"',
      '#SBATCH --mem=4G',
    ]);
  });
});

describe('resourceOptions', () => {
  it('rounds up to what SLURM knows', () => {
    expect(
      resourceOptions({ cpus: 1.5, memoryBytes: 2 ** 20 + 1, gpus: 2, diskBytes: 2 ** 30 }),
    ).toEqual({ 'cpus-per-task': 2, mem: '2M', gres: 'gpu:2', tmp: '1024M' });
    expect(resourceOptions({ cpus: 0.1, gpus: 0 })).toEqual({ 'cpus-per-task': 1 });
    expect(resourceOptions({})).toEqual({});
  });

  it('gives at least a minute', () => {
    expect([0, 1, 60, 61].map(minutesFor)).toEqual([1, 1, 1, 2]);
  });
});
