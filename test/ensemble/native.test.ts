import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { EnsembleWorkspace } from '../support/ensemble.ts';
import { snapshot } from '../support/sentinel.ts';
import { expectEnd } from '../support/sober.ts';

const JOB = `#!/bin/bash
echo "job {{ member.id }}" >> ../../trace.txt
echo "{{ depth }} {{ slope }}" > result.txt
`;
/** On a busy machine every call of the command line takes seconds. */
const SLOW = { timeout: 240_000 };
const GRID = { depth: [100, 200], slope: [1] };

/** An ensemble with a template of one job script. */
function native(
  options: Readonly<Record<string, unknown>>,
  files: Readonly<Record<string, string>> = {},
): EnsembleWorkspace {
  const workspace = new EnsembleWorkspace({ 'template/run.sh.j2': JOB, ...files });
  workspace.ensemble({ template: 'template', job: 'run.sh', ...options });
  return workspace;
}

/** Lines of the trace that name a member, without its name. */
function traceOf(workspace: EnsembleWorkspace, member: string): readonly string[] {
  return workspace
    .lines('trace.txt')
    .filter((line) => line.endsWith(member))
    .map((line) => line.split(' ')[0] ?? '');
}

/** The most intervals that overlapped, of lines `NAME begin SECONDS` and `NAME end SECONDS`. */
function mostAtOnce(lines: readonly string[]): number {
  const changes = lines
    .map((line) => line.split(' '))
    .map(([, what, at]) => ({ by: what === 'begin' ? 1 : -1, at: Number(at) }))
    .sort((a, b) => a.at - b.at || a.by - b.by);
  let [now, most] = [0, 0];
  for (const { by } of changes) {
    now += by;
    most = Math.max(most, now);
  }
  return most;
}

describe.concurrent('an ensemble', SLOW, () => {
  it('renders its members, numbers as they were written, and runs hooks in order', async () => {
    using workspace = native({
      before: [{ run: 'echo "before all" >> trace.txt' }],
      prepare: [{ run: 'echo "prepare depth={{ depth }}" >> trace.txt' }],
      pre: [
        { run: 'echo "pre-1 depth={{ depth }}" >> ../../trace.txt' },
        { run: 'echo "pre-2 depth={{ depth }}" >> ../../trace.txt' },
      ],
      post: [{ run: 'echo "post depth={{ depth }}" >> ../../trace.txt' }],
      after: [{ run: 'echo "after all" >> trace.txt' }],
    });
    workspace.write(
      'template/run.sh.j2',
      'echo "job depth={{ depth }}" >> ../../trace.txt; echo "{{ depth }} {{ slope }}" > result.txt\n',
    );
    const project = workspace.read('project.yaml');
    workspace.write(
      'project.yaml',
      project.replace(
        '"template":',
        '"matrix": { "depth": [100.0, 2.5], "slope": [1.50e-3] },\n "template":',
      ),
    );
    const before = snapshot(workspace.path('template'));

    const ended = await workspace.run();

    expectEnd(ended, 0);
    const results = workspace.names('ens').map((id) => workspace.read(`ens/${id}/result.txt`));
    expect(results).toEqual(['100.0 0.0015\n', '2.5 0.0015\n']);
    const order = ['prepare', 'pre-1', 'pre-2', 'job', 'post'];
    expect(traceOf(workspace, 'depth=100.0')).toEqual(order);
    expect(traceOf(workspace, 'depth=2.5')).toEqual(order);
    expect(workspace.lines('trace.txt')[0]).toBe('before all');
    expect(workspace.lines('trace.txt').at(-1)).toBe('after all');
    expect(snapshot(workspace.path('template'))).toEqual(before);
  });

  it('hands on what a hook printed, to templates and to later hooks', async () => {
    using workspace = native(
      {
        matrix: GRID,
        prepare: [{ name: 'weather', run: ['cat', 'weather-{{ depth }}.json'], capture: 'json' }],
        pre: [{ name: 'host', run: ['echo', 'node-{{ depth }}'], capture: 'text' }],
        post: [{ run: 'echo {{ tasks.host.result }} {{ tasks.weather.result.wind }} > told.txt' }],
      },
      {
        'weather-100.json': '{"wind": 7, "places": ["a", "b"]}',
        'weather-200.json': '{"wind": 9, "places": []}',
        'template/run.sh.j2':
          'echo "{{ hooks.weather.wind }} {{ hooks.weather.places | length }}" > result.txt\n',
      },
    );

    expectEnd(await workspace.run(), 0);
    expect(workspace.names('ens').map((id) => workspace.read(`ens/${id}/result.txt`))).toEqual([
      '7 2\n',
      '9 0\n',
    ]);
    expect(workspace.names('ens').map((id) => workspace.read(`ens/${id}/told.txt`))).toEqual([
      'node-100 7\n',
      'node-200 9\n',
    ]);
  });

  it('never has more members and jobs under way than it may', async () => {
    const stamp = (what: string) => `echo "{{ n }} ${what} $(date +%s.%N)"`;
    using workspace = native(
      {
        matrix: { n: { range: [1, 10, 1] } },
        members: 3,
        jobs: 2,
        pre: [{ run: `${stamp('begin')} >> ../../members.txt; sleep 0.05` }],
        post: [{ run: `sleep 0.2; ${stamp('end')} >> ../../members.txt` }],
      },
      {
        'template/run.sh.j2': `${stamp('begin')} >> ../../jobs.txt\nsleep 0.2\n${stamp('end')} >> ../../jobs.txt\n`,
      },
    );

    expectEnd(await workspace.run(), 0);
    expect(workspace.lines('jobs.txt')).toHaveLength(20);
    expect(mostAtOnce(workspace.lines('jobs.txt'))).toBe(2);
    expect(mostAtOnce(workspace.lines('members.txt'))).toBe(3);
  });

  it('does nothing in a second run, the member of a changed parameter, and all of a changed template', async () => {
    using workspace = native({ matrix: GRID });
    expectEnd(await workspace.run(), 0);
    const again = await workspace.run();
    expectEnd(again, 0);
    const jobs = () => workspace.lines('trace.txt').length;
    expect(jobs()).toBe(2);

    workspace.ensemble({
      template: 'template',
      job: 'run.sh',
      matrix: { depth: [100, 300], slope: [1] },
    });
    expectEnd(await workspace.run(), 0);
    expect(jobs()).toBe(3);
    expect(workspace.names('ens')).toHaveLength(3);

    workspace.write('template/run.sh.j2', `${JOB}echo "{{ depth }} again" > result.txt\n`);
    expectEnd(await workspace.run(), 0);
    expect(jobs()).toBe(5);
    const results = workspace.names('ens').map((id) => workspace.read(`ens/${id}/result.txt`));
    expect(results).toEqual(['100 again\n', '200 1\n', '300 again\n']);
  });

  it('must leave the outputs it names', async () => {
    using workspace = native(
      {},
      { 'template/run.sh.j2': '{% if depth == 100 %}echo done > result.txt{% endif %}\n' },
    );
    workspace.ensemble({
      template: 'template',
      job: 'run.sh',
      matrix: GRID,
      outputs: { result: 'result.txt' },
      post: [{ run: 'echo post >> ../../trace.txt' }],
      after: [{ run: 'echo after >> trace.txt' }],
    });

    const ended = await workspace.run();

    expectEnd(ended, 1);
    expect(ended.failed).toHaveLength(1);
    expect(ended.failures[0]?.message).toContain('result.txt');
    expect(workspace.lines('trace.txt')).toEqual(['post', 'after']);
  });

  it('goes on in the directories of its members when it is extended', async () => {
    const options = {
      template: 'template',
      job: 'run.sh',
      matrix: { depth: [100, 200], until: [10] },
    };
    using workspace = native(options, {
      'template/run.sh.j2':
        'from=$(tail -n 1 steps.txt 2> /dev/null || echo 0)\nseq $((from + 1)) {{ until }} >> steps.txt\n',
    });
    expectEnd(await workspace.run(), 0);
    workspace.ensemble({ ...options, extend: [{ until: 14 }] });
    expectEnd(await workspace.run(), 0);

    const wanted = Array.from({ length: 14 }, (_, at) => String(at + 1));
    expect(workspace.names('ens')).toHaveLength(2);
    for (const id of workspace.names('ens'))
      expect(workspace.lines(`ens/${id}/steps.txt`)).toEqual(wanted);
  });
});

describe.concurrent('a job that is submitted again', SLOW, () => {
  const CHECKPOINTS = `#!/bin/bash
echo "attempt {{ n }}" >> ../../trace.txt
step=$(ls step-* 2> /dev/null | wc -l)
touch "step-$step"
if [ {{ n }} -eq 2 ] || [ "$step" -lt 2 ]; then exec sleep 600; fi
echo done > result.txt
`;

  it('goes on from its checkpoint after a timeout, and is given up once it gets nowhere', async () => {
    using workspace = native(
      {
        matrix: { n: [1, 2] },
        resources: { time: '1s' },
        success: 'test -f result.txt',
        progress: { files: 'step-[0-2]' },
        resubmit: { attempts: 9, delay: '0.1s' },
        after: [{ run: 'echo after >> trace.txt' }],
      },
      { 'template/run.sh.j2': CHECKPOINTS },
    );

    const ended = await workspace.run();

    expectEnd(ended, 1);
    expect(ended.failed).toEqual(['ens.job/n=2']);
    expect(workspace.read('ens/n=1/result.txt')).toBe('done\n');
    const trace = workspace.lines('trace.txt');
    expect(trace.filter((line) => line === 'attempt 1')).toHaveLength(3);
    // Three steps count as progress; the fourth attempt leaves none that does, so the fifth is not made.
    expect(trace.filter((line) => line === 'attempt 2')).toHaveLength(4);
    expect(trace.at(-1)).toBe('after');
    expect((await workspace.call('logs', 'ens.job/n=2')).stdout).toContain('no progress');
  });

  it('is one that ended well although the probe says that it is not finished', async () => {
    using workspace = native(
      { matrix: { n: [1] }, success: 'test "$(wc -l < tries)" -ge 3', resubmit: { delay: '0.1s' } },
      { 'template/run.sh.j2': 'echo try >> tries\n' },
    );

    expectEnd(await workspace.run(), 0);
    expect(workspace.lines('ens/n=1/tries')).toHaveLength(3);
  });

  it('fails without a policy when it fakes success: no other member does, nothing is archived or removed', async () => {
    using workspace = native(
      {
        matrix: { n: [1, 2, 3] },
        success: 'test -s result.txt',
        post: [{ run: 'echo "post {{ n }}" >> ../../trace.txt' }],
        archive: { to: 'archive/{{ member.id }}', remove: true },
      },
      {
        'template/run.sh.j2':
          '{% if n != 2 %}echo {{ n }} > result.txt{% else %}exit 0{% endif %}\n',
      },
    );

    const ended = await workspace.run();

    expectEnd(ended, 1);
    expect(ended.failed).toEqual(['ens.job/n=2']);
    expect(workspace.names('ens')).toEqual(['n=2']);
    expect(workspace.names('archive')).toEqual(['n=1', 'n=3']);
    expect([...workspace.lines('trace.txt')].sort()).toEqual(['post 1', 'post 3']);
    expect((await workspace.call('logs', 'ens.job/n=2')).stdout).toContain(
      'the success probe says that the member is not finished',
    );
  });
});

describe.concurrent('an archive', SLOW, () => {
  const FILES = {
    'template/run.sh.j2':
      'mkdir -p out tmp; echo {{ n }} > out/a.nc; echo log > out/a.log; echo x > tmp/scratch\n',
  };

  it('has what it is to have; then the member is removed, and stays finished', async () => {
    const archive = { exclude: ['tmp/', '*.log'], disposable: ['tmp/', '*.log'] };
    using workspace = native(
      {
        matrix: { n: [1, 2] },
        archive: { to: join('..', 'archive', '{{ member.id }}'), remove: true, ...archive },
      },
      FILES,
    );

    expectEnd(await workspace.run(), 0);
    expectEnd(await workspace.run(), 0);

    expect(workspace.names('ens')).toEqual([]);
    expect(workspace.names('../archive')).toEqual(['n=1', 'n=2']);
    expect(workspace.names('../archive/n=2')).toEqual(['out', 'run.sh']);
    expect(workspace.names('../archive/n=2/out')).toEqual(['a.nc']);
    expect(readFileSync(join(workspace.home, 'archive/n=2/out/a.nc'), 'utf8')).toBe('2\n');
  });

  it('that leaves out what is not disposable keeps the member, and says which file stands against it', async () => {
    using workspace = native(
      {
        matrix: { n: [1] },
        archive: { to: 'archive/{{ member.id }}', remove: true, include: ['*.nc'] },
      },
      FILES,
    );

    const ended = await workspace.run();

    expectEnd(ended, 1);
    expect(ended.failed).toEqual(['ens.remove/n=1']);
    expect(ended.failures[0]?.message).toMatch(/out\/a\.log|run\.sh|tmp\/scratch/);
    expect(workspace.names('ens/n=1')).toEqual(['out', 'run.sh', 'tmp']);
    expect(workspace.names('archive/n=1/out')).toEqual(['a.nc']);
  });

  it('is made again from the beginning when its work is another one', async () => {
    const archive = { to: 'archive/{{ member.id }}', remove: true };
    using workspace = native({ matrix: { n: [1] }, archive }, FILES);
    expectEnd(await workspace.run(), 0);

    const options = { template: 'template', job: 'run.sh', matrix: { n: [1] }, archive };
    workspace.ensemble({ ...options, env: { PATIENCE: '1' } });
    const again = await workspace.run();

    expectEnd(again, 0);
    expect(workspace.names('ens')).toEqual([]);
    expect((await workspace.run()).counts['succeeded']).toBeLessThan(2);
  });

  it('is made again from the beginning when a script that a hook names is another one', async () => {
    const post = [
      { dir: '.', run: 'sh scripts/post.sh ens/n=1' },
      { dir: '.', call: './scripts/note.ts#note', args: { directory: 'ens/n=1' } },
    ];
    const archive = { to: 'archive/{{ member.id }}', remove: true };
    const note = (word: string) => `import { appendFileSync } from 'node:fs';
export function note({ directory }) { appendFileSync(directory + '/notes', '${word}'); return {}; }
`;
    using workspace = native(
      { matrix: { n: [1] }, post, archive },
      {
        ...FILES,
        'scripts/post.sh': 'echo one > "$1/measured"\n',
        'scripts/note.ts': "export { note } from './inner.ts';\n",
        'scripts/inner.ts': note('one'),
      },
    );
    expectEnd(await workspace.run(), 0);

    workspace.write('scripts/post.sh', 'echo two > "$1/measured"\n');
    expectEnd(await workspace.run(), 0);
    expect(workspace.read('archive/n=1/measured')).toBe('two\n');
    workspace.write('scripts/inner.ts', note('three'));
    expectEnd(await workspace.run(), 0);

    expect(workspace.read('archive/n=1/notes')).toBe('three');
    expect(workspace.names('ens')).toEqual([]);
    expect((await workspace.run()).counts['succeeded']).toBeLessThan(2);
  });

  it('is made again, not taken for granted, when its copy was taken away and the member came back', async () => {
    using workspace = native(
      { matrix: { n: [1] }, archive: { to: 'archive/{{ member.id }}', remove: true } },
      FILES,
    );
    expectEnd(await workspace.run(), 0);
    rmSync(workspace.path('archive'), { recursive: true });

    expectEnd(await workspace.run(['--fresh']), 0);
    expect(workspace.names('archive/n=1')).toEqual(['out', 'run.sh', 'tmp']);
    expect(workspace.names('ens')).toEqual([]);
  });
});
