import { describe, expect, it } from 'vitest';
import { COMMANDS } from '../commands/command-table.ts';
import { completeWords, type Lookups } from './complete-words.ts';
import { profileNames } from './profile-names.ts';

const lookups: Lookups = {
  profiles: async () => ['laptop', 'cluster'],
  runs: async () => [{ value: 'k3xq9a2b', says: 'demo, failed' }],
  tasks: async () => [
    { value: 'sweep.model/speed=2.0', says: 'failed' },
    { value: 'sweep.table', says: 'skipped' },
  ],
  members: async () => [{ value: 'sweep' }, { value: 'speed=2.0', says: 'a member of sweep' }],
};

async function valuesFor(line: string): Promise<readonly string[] | string> {
  const answer = await completeWords(line.split(' ').slice(1), COMMANDS, lookups);
  return typeof answer === 'string' ? answer : answer.map((candidate) => candidate.value);
}

describe('completeWords', () => {
  it.each([
    ['orchestrate re', ['resume', 'report', 'record', 'retry']],
    ['orchestrate --v', ['--version']],
    ['orchestrate --json va', ['validate']],
    ['orchestrate run --pro', ['--profile']],
    ['orchestrate run --json --js', []],
    ['orchestrate run -p one --pro', ['--profile']],
    ['orchestrate run --profile ', ['laptop', 'cluster']],
    ['orchestrate run -p c', ['cluster']],
    ['orchestrate run --profile=la', ['--profile=laptop']],
    ['orchestrate -c other.yaml run --color n', ['never']],
    ['orchestrate run --config ', 'file'],
    ['orchestrate init ', 'folder'],
    ['orchestrate init --template ', ['sweep', 'minimal']],
    ['orchestrate init x ', []],
    ['orchestrate logs sweep.t', ['sweep.table']],
    ['orchestrate logs sweep.table ', []],
    ['orchestrate retry sweep.table sweep.m', ['sweep.model/speed=2.0']],
    ["orchestrate logs 'sweep.m", ['sweep.model/speed=2.0']],
    ['orchestrate run --only ', ['sweep', 'speed=2.0']],
    ['orchestrate plan --skip=sp', ['--skip=speed=2.0']],
    ['orchestrate status --run ', ['k3xq9a2b']],
    ['orchestrate completion z', ['zsh']],
    ['orchestrate validate ', []],
  ])('%j', async (line, expected) => {
    expect(await valuesFor(line)).toEqual(expected);
  });
});

describe('profileNames', () => {
  it('finds block style names and nothing inside them', () => {
    const text = [
      'name: x',
      'profiles: # places',
      '  laptop: { a: 1 }',
      '',
      '  # one more',
      '  "big-one":',
      '    backends:',
      '      hpc: {}',
      'flows: {}',
      '  not: a profile',
    ].join('\n');

    expect(profileNames(text)).toEqual(['laptop', 'big-one']);
  });

  it('finds nothing in a file without profiles', () => {
    expect(profileNames('name: x\n')).toEqual([]);
  });
});
