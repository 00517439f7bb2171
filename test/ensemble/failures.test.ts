import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { expectEnd } from '../support/sober.ts';
import { allBut, note, noteBatch, task, UpstreamTrial } from '../support/upstream-trial.ts';

/** On a busy machine every call of the command line takes seconds. */
const SLOW = { timeout: 240_000 };

const WHOLE = ['pre', 'job', 'post'];
const STRICT = {};
const COMPAT = { compat: 'upstream' };
const LAST = ['post_batch b', 'post_process'];

/** The two other runs and what comes after all of them went their way. */
function expectOthersDone(trial: UpstreamTrial, last: readonly string[] = LAST): void {
  expect(trial.done('b-1')).toEqual(WHOLE);
  expect(trial.done('b-2')).toEqual(WHOLE);
  expect(trial.around()).toEqual(last);
}

describe.concurrent('a check of a run', SLOW, () => {
  it.each([
    ['strict', STRICT],
    ['compat', COMPAT],
  ])(
    'that tolerates is asked until it holds, and holds no job slot (%s)',
    async (_mode, options) => {
      const check = task('check', { cmd: allBut('b-0', '[ -e ../../go ]') });
      using trial = new UpstreamTrial([{ maxjobs: 1, pre_run: [check, note('pre')] }], options);

      const call = trial.start(['run', '--json']);
      await trial.sawLine('post b-1');
      await trial.sawLine('post b-2');
      expect(trial.done('b-0')).toEqual([]);
      trial.write('go', '');
      const ended = await trial.endOf(call);

      expectEnd(ended, 0);
      expect(trial.done('b-0')).toEqual(WHOLE);
      expectOthersDone(trial);
    },
  );

  it.each([
    ['strict', STRICT, 1, ['ens.b.pre_run-2/b-0']],
    ['compat', COMPAT, 0, []],
  ])('with fail gives the run up, and no other (%s)', async (_mode, options, code, failed) => {
    const check = task('check', { cmd: allBut('b-0'), fail: true });
    using trial = new UpstreamTrial([{ pre_run: [note('pre'), check, note('pre')] }], options);

    const ended = await trial.run();

    expectEnd(ended, code);
    expect(ended.failed).toEqual(failed);
    expect(trial.done('b-0')).toEqual(['pre']);
    expect(trial.done('b-1')).toEqual(['pre', 'pre', 'job', 'post']);
    expect(trial.around()).toEqual(LAST);
  });

  it('with fail after the job keeps what follows from running', async () => {
    const check = task('check', { cmd: `test -f outfile && ${allBut('b-0')}`, fail: true });
    using trial = new UpstreamTrial([{ post_run: [check, note('post')] }], COMPAT);

    const ended = await trial.run();

    expectEnd(ended, 0);
    expect(trial.done('b-0')).toEqual(['pre', 'job']);
    expectOthersDone(trial);
  });
});

describe.concurrent('a command of a run that fails', SLOW, () => {
  it.each([
    ['strict: the run has failed', STRICT, 1, ['ens.b.pre_run-1/b-0'], []],
    ['compat: the next one runs', COMPAT, 0, [], WHOLE],
  ])('%s', async (_what, options, code, failed, done) => {
    const command = task('execute', { cmd: allBut('b-0') });
    using trial = new UpstreamTrial([{ pre_run: [command, note('pre')] }], options);

    const ended = await trial.run();

    expectEnd(ended, code);
    expect(ended.failed).toEqual(failed);
    expect(trial.done('b-0')).toEqual(done);
    expectOthersDone(trial);
  });

  it.each([
    ['strict', STRICT, ['ens.b.post_run-1/b-0']],
    ['compat', COMPAT, ['ens.b.post_run-2/b-0']],
  ])('nothing is removed after a copy that failed (%s)', async (_mode, options, failed) => {
    const hooks = [task('move', { dest: 'run.dest' }), task('remove'), noteBatch('moved')];
    using trial = new UpstreamTrial([], options);
    const dest = join(trial.home, 'archive');
    trial.write('blocked', 'a file where a folder is needed');
    const runs = [{ dest: trial.path('blocked/archive') }, { dest }, { dest }];
    trial.batches([{ runs, post_run: hooks.slice(0, 2) }]);

    const ended = await trial.run();

    expectEnd(ended, 1);
    expect(ended.failed).toEqual(failed);
    expect(trial.names('b-runs')).toEqual(['b-0']);
    expect(trial.read('b-runs/b-0/outfile')).toBe('b-0\n');
    expect(trial.names('../archive')).toEqual(['b-1', 'b-2']);
    expect(trial.read('../archive/b-2/outfile')).toBe('b-2\n');
    expect(trial.around()).toEqual(LAST);
    const said = (await trial.call('why', failed[0] ?? '')).stdout;
    expect(said).toMatch(/is a file|not a (?:folder|directory)|no copy of it was verified/i);
  });

  it.each([
    ['strict', STRICT],
    ['compat', COMPAT],
  ])('an argument that the run does not have fails that run only (%s)', async (_mode, options) => {
    const command = task('execute', { cmd: 'run.extra' });
    const extra = 'echo "pre $(basename "$PWD")" >> ../../trace.txt';
    const runs = [{}, { extra }, { extra }];
    using trial = new UpstreamTrial([{ runs, pre_run: [command] }], options);

    const ended = await trial.run();

    expectEnd(ended, 1);
    expect(ended.failed).toEqual(['ens.b.pre_run-1/b-0']);
    expect(ended.failures[0]?.message).toContain('extra');
    expect(trial.done('b-0')).toEqual([]);
    expectOthersDone(trial);
  });
});

describe.concurrent('a run that cannot be rendered', SLOW, () => {
  const rows = [
    ['strict', STRICT],
    ['compat', COMPAT],
  ] as const;

  it.each(rows)('fails alone when its folder exists (%s)', async (_mode, options) => {
    using trial = new UpstreamTrial([{}], options);
    trial.write('b-runs/b-0/mine.txt', 'somebody made this');

    const ended = await trial.run();

    expectEnd(ended, 1);
    expect(ended.failed).toEqual(['ens.b.directory/b-0']);
    expect(trial.names('b-runs/b-0')).toEqual(['mine.txt']);
    expectOthersDone(trial);
  });

  it.each(rows)(
    'fails alone over an attribute of something undefined (%s)',
    async (_mode, options) => {
      const options_ = { deep: 'x' };
      const runs = [{}, { options: options_ }, { options: options_ }];
      using trial = new UpstreamTrial([{ runs, templates: ['job.sh.j2', 'deep.txt.j2'] }], options);
      trial.write('template/deep.txt.j2', 'one\n{{ run.options.deep }}\n');

      const ended = await trial.run();

      expectEnd(ended, 1);
      expect(ended.failed).toEqual(['ens.b.directory/b-0']);
      expect(ended.failures[0]?.message).toContain('deep.txt.j2:2');
      expect(trial.names('b-runs')).toEqual(['b-1', 'b-2']);
      expect(trial.read('b-runs/b-1/deep.txt')).toBe('one\nx');
      expectOthersDone(trial);
    },
  );

  it.each([
    ['a syntax error', 'template/bad.txt.j2', 'bad.txt.j2:2'],
    ['a file that is not there', 'template/other.txt', 'bad.txt.j2 is not in the template'],
  ])(
    '%s in a template of all of them: the next batch runs all the same',
    async (_what, file, message) => {
      const bad = { templates: ['job.sh.j2', 'bad.txt.j2'] };
      using trial = new UpstreamTrial([bad, { name: 'c' }], COMPAT);
      trial.write(file, 'one\n{% if %}\n');

      const ended = await trial.run();

      expectEnd(ended, 1);
      expect(ended.failed).toEqual([0, 1, 2].map((index) => `ens.b.directory/b-${index}`));
      expect(ended.failures[0]?.message).toContain(message);
      expect(trial.names('b-runs')).toEqual([]);
      expect(trial.done('c-0')).toEqual(WHOLE);
      expect(trial.around()).toEqual(['post_batch b', 'post_batch c', 'post_process']);
    },
  );
});

describe.concurrent('a job that ends badly', SLOW, () => {
  it.each([
    ['with an exit code', STRICT, 'exit 3', 1, ['pre', 'job']],
    ['by a signal', STRICT, 'kill -9 $$', 1, ['pre', 'job']],
    ['with an exit code, compat', COMPAT, 'exit 3', 0, WHOLE],
    ['by a signal, compat', COMPAT, 'kill -9 $$', 0, WHOLE],
    ['out of time', { resources: { time: '2s' } }, 'exec sleep 600', 1, ['pre', 'job']],
  ])('%s', async (_what, options, work, code, done) => {
    using trial = new UpstreamTrial([{ runs: [{ work }, {}, {}] }], options);

    const ended = await trial.run();

    expectEnd(ended, code);
    expect(ended.failed).toEqual(code === 0 ? [] : ['ens.b.job/b-0']);
    expect(trial.done('b-0')).toEqual(done);
    expect(existsSync(trial.path('b-runs/b-0/outfile'))).toBe(false);
    expectOthersDone(trial);
  });

  it('says in its log what was ignored', async () => {
    using trial = new UpstreamTrial([{ runs: [{ work: 'exit 3' }] }], COMPAT);

    expectEnd(await trial.run(), 0);
    expect((await trial.call('logs', 'ens.b.job/b-0')).stdout).toContain(
      'the job ended with 3, which is ignored here',
    );
  });
});

describe.concurrent('a batch that fails', SLOW, () => {
  it('before its runs: none of them, but the next batch and what comes last', async () => {
    using trial = new UpstreamTrial([
      { pre_batch: [task('execute', { cmd: 'false' }), noteBatch('pre_batch b')] },
      { name: 'c' },
    ]);

    const ended = await trial.run();

    expectEnd(ended, 1);
    expect(ended.failed).toEqual(['ens.b.pre_batch-1']);
    expect(trial.names('b-runs')).toEqual([]);
    expect(trial.done('c-2')).toEqual(WHOLE);
    expect(trial.around()).toEqual(['post_batch c', 'post_process']);
  });

  it('after its runs: the rest of it, not the next batch', async () => {
    using trial = new UpstreamTrial([
      { post_batch: [task('check', { cmd: 'false', fail: true }), noteBatch('post_batch b')] },
      { name: 'c' },
    ]);

    const ended = await trial.run();

    expectEnd(ended, 1);
    expect(ended.failed).toEqual(['ens.b.post_batch-1']);
    expect(trial.done('b-2')).toEqual(WHOLE);
    expect(trial.done('c-0')).toEqual(WHOLE);
    expect(trial.around()).toEqual(['post_batch c', 'post_process']);
  });

  it('lies where it says, also outside of the project and before it is there', async () => {
    using trial = new UpstreamTrial([]);
    const basedir = join(trial.home, 'elsewhere/runs');
    const hook = task('execute', { cmd: 'echo "$(basename "$PWD")" >> here.txt' });
    trial.batches([
      {
        basedir,
        templatedir: trial.path('template'),
        pre_batch: [hook],
        pre_run: [hook],
        post_run: [],
        post_batch: [hook],
      },
    ]);
    trial.write('template/job.sh.j2', 'echo {{ run.dir }} > outfile\n');

    expectEnd(await trial.run(), 0);
    expect(trial.lines('../elsewhere/runs/here.txt')).toEqual(['runs', 'runs']);
    expect(trial.lines('../elsewhere/runs/b-1/here.txt')).toEqual(['b-1']);
    expect(trial.lines('../elsewhere/runs/b-1/outfile')).toEqual([join(basedir, 'b-1')]);
  });

  it('with every run: the exit code says so', async () => {
    const work = 'exit 1';
    using trial = new UpstreamTrial([{ runs: [{ work }, { work }, { work }] }]);

    const ended = await trial.run();

    expectEnd(ended, 1);
    expect(ended.failed).toEqual([0, 1, 2].map((index) => `ens.b.job/b-${index}`));
    expect(trial.around()).toEqual(LAST);
  });

  it('is none when it has no runs', async () => {
    using trial = new UpstreamTrial([{ runs: [] }, { name: 'c' }]);

    expectEnd(await trial.run(), 0);
    expect(trial.done('c-0')).toEqual(WHOLE);
    expect(trial.around()).toEqual(['post_batch b', 'post_batch c', 'post_process']);
  });
});
