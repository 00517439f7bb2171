import { describe, expect, it } from 'vitest';
import { readExtraVariables } from './extra-variables.ts';
import { memberContext } from './member-context.ts';
import type { UpstreamBatch } from './model.ts';
import { readUpstream } from './read-upstream.ts';
import { taskArguments } from './task-arguments.ts';

const ENSEMBLE = readUpstream(
  `ensemble:
  vars: {level: low, speed: 1, email: nobody, custom: var}
  batches:
  - name: tide
    templatedir: ../t
    templates: [a.j2]
    basedir: ./tides
    cluster: short
    nodes: 2
    maxruns: 3
    maxjobs: 1
    runs:
    - {speed: 2.0, custom: run, nodes: 4}
    - {speed: run.speed}
    - {program: ./go, cmd: 7}
    pre_run:
    - {name: execute, args: {cmd: run.program, log: true}}
    - {name: execute, args: {cmd: run.cmd}}
`,
  'tides.yaml',
);
const BATCH = ENSEMBLE.batches[0] as UpstreamBatch;

function context(index: number, extra: readonly string[] = []) {
  const variables = readExtraVariables(extra);
  return memberContext(ENSEMBLE, BATCH, { index, basedir: '/data/tides', extra: variables });
}

function read(index: number, names: readonly string[], extra: readonly string[] = []) {
  const run = context(index, extra);
  return names.map((name) => run.attribute(name));
}

describe('memberContext', () => {
  it('lets the run hide the batch, and the batch the variables', () => {
    expect(read(0, ['level', 'speed', 'nodes', 'cluster', 'custom', 'email'])).toEqual([
      'low',
      2.0,
      4n,
      'short',
      'run',
      'nobody',
    ]);
  });

  it('keeps nothing of the run before', () => {
    expect(read(1, ['custom', 'nodes', 'speed', 'program'])).toEqual([
      'var',
      2n,
      'run.speed',
      undefined,
    ]);
  });

  it('sets position, id, folder and cycle', () => {
    expect(read(2, ['idx', 'id', 'dir', 'batch_idx'])).toEqual([
      2n,
      'tide-2',
      '/data/tides/tide-2',
      1n,
    ]);
  });

  it('shows keys of the batch also when they were not given', () => {
    expect(read(0, ['job_file', 'repeat', 'length', 'runs'])).toEqual([
      null,
      false,
      undefined,
      undefined,
    ]);
  });

  it('lets -x hide everything, as texts', () => {
    expect(read(0, ['speed', 'id', 'new'], ['speed=3', 'id=other', 'new=a=b'])).toEqual([
      '3',
      'other',
      'a=b',
    ]);
  });

  it('prints itself as a named tuple', () => {
    expect(context(1).text()).toMatch(
      /^Run\(level='low', speed='run\.speed', email='nobody', custom='var', name='tide', templates=\['a\.j2'\], .*idx=1, id='tide-1'/,
    );
  });
});

describe('the context of a member beside that of model-ensembler', () => {
  // A template `{{ run }}` was rendered by model-ensembler 0.7.0 with this configuration, `-x extra=5`, in /data.
  const leaking = readUpstream(
    `ensemble:
  vars: {a: var, job_file: hidden}
  pre_process: []
  post_process: []
  batches:
  - {name: one, templatedir: ../t, templates: [j.sh.j2], basedir: ./one, cluster: short, nodes: 1, maxruns: 1, maxjobs: 1, job_file: j.sh, runs: [{a: 1, b: 2}, {nodes: 4}, {}]}
  - {name: two, templatedir: ../t, templates: [j.sh.j2], basedir: ./two, maxruns: 1, maxjobs: 1, job_file: j.sh, runs: [{}]}
`,
    'leaking.yaml',
  );
  const extra = readExtraVariables(['extra=5']);
  const shown = (batch: number, index: number, basedir: string) =>
    memberContext(leaking, leaking.batches[batch]!, { index, basedir, extra }).text();

  it('is the same for the first run', () => {
    expect(shown(0, 0, '/data/one')).toBe(
      "Run(a=1, job_file='j.sh', name='one', templates=['j.sh.j2'], templatedir='../t', basedir='./one', maxruns=1, maxjobs=1, repeat=False, cluster='short', nodes=1, b=2, idx=0, id='one-0', dir='/data/one/one-0', batch_idx=1, extra='5')",
    );
  });

  it('has nothing of what leaked there: a=1, b=2, nodes=4, cluster=short', () => {
    expect(shown(1, 0, '/data/two')).toBe(
      "Run(a='var', job_file='j.sh', name='two', templates=['j.sh.j2'], templatedir='../t', basedir='./two', maxruns=1, maxjobs=1, repeat=False, idx=0, id='two-0', dir='/data/two/two-0', batch_idx=1, extra='5')",
    );
  });

  it('is warned of, for each value that leaked there', () => {
    const leaks = leaking.warnings.filter(({ kind }) => kind === 'leaked-value');

    expect(leaks.map(({ message }) => message)).toEqual([
      'run one-1 has no `a`; upstream keeps that of run one-0',
      'run one-1 has no `b`; upstream keeps that of run one-0',
      'run one-2 has no `nodes`; upstream keeps that of run one-1',
      'batch two has no `cluster`; upstream keeps that of batch one',
      'run two-0 has no `a`; upstream keeps that of run one-0',
      'run two-0 has no `b`; upstream keeps that of run one-0',
      'run two-0 has no `nodes`; upstream keeps that of run one-1',
    ]);
  });
});

describe('readExtraVariables', () => {
  it('refuses every pair that is none, without its value', () => {
    expect(() => readExtraVariables(['my-key=secret', 'good=1', 'alone', 'empty='])).toThrow(
      '`my-key`: a name has letters, digits and `_` only, and begins with a letter; a pair without `=`: expected name=value; `empty`: expected name=value',
    );
    expect(() => readExtraVariables(['class=1'])).toThrow(
      expect.objectContaining({ code: 'UPSTREAM_VARIABLE' }),
    );
  });
});

describe('taskArguments', () => {
  const [program, command] = BATCH.hooks.pre_run;

  it('replaces a whole text that begins with run.', () => {
    expect([...taskArguments(program!, context(2))]).toEqual([
      ['cmd', './go'],
      ['log', true],
    ]);
  });

  it('refuses an attribute that the run does not have', () => {
    expect(() => taskArguments(program!, context(0))).toThrow(
      expect.objectContaining({
        code: 'UPSTREAM_ARGUMENT',
        message: 'ensemble.batches[0].pre_run[0].args.cmd: the run has no attribute `program`',
      }),
    );
  });

  it('refuses an attribute whose value does not fit', () => {
    expect(() => taskArguments(command!, context(2))).toThrow(
      'ensemble.batches[0].pre_run[1].args.cmd: expected a text, and the attribute `cmd` of the run is something else',
    );
  });
});
