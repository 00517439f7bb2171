import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { EnsembleWorkspace } from '../support/ensemble.ts';
import { snapshot } from '../support/sentinel.ts';
import { expectEnd } from '../support/sober.ts';
import { note, noteBatch, task, UpstreamTrial } from '../support/upstream-trial.ts';

const MINUTES = 60_000;
const MEMBERS = 90;

/** Has the wrapper that its users start fill in a configuration, without starting anything. */
function fillIn(workspace: EnsembleWorkspace, words: readonly string[]): void {
  execFileSync('sh', ['start.sh', ...words, 'true'], { cwd: workspace.folder });
}

function environmentOf(workspace: EnsembleWorkspace): Readonly<Record<string, string>> {
  return {
    PATH: `${workspace.path('bin')}:${process.env['PATH'] ?? ''}`,
    USER: 'modeller',
    FLOES_ACTIVE: '',
  };
}

/** The grid of `glacier/ensemble/grid.yaml`, member by member. */
function grid(workspace: EnsembleWorkspace): readonly (readonly [string, string])[] {
  const text = workspace.read('ensemble/grid.yaml');
  return [...text.matchAll(/depth: ([0-9.]+), melt: ([0-9.]+)/g)].map(
    ([, depth = '', melt = '']) => [depth, melt] as const,
  );
}

describe.concurrent('a batch that is repeated', () => {
  it.each(['template', 'template_linked'])(
    'runs a grid with checkpoints and an archive to its end, from %s',
    async (template) => {
      using workspace = new EnsembleWorkspace();
      workspace.bringFixtures('glacier');
      const archive = join(workspace.home, 'archive');
      fillIn(workspace, ['ridge', template, archive]);
      const sources = ['cases/template', 'cases/template_linked', 'cases/shared', 'scripts', 'bin'];
      const before = sources.map((path) => snapshot(workspace.path(path)));
      workspace.ensemble({ file: 'ridge.yaml', pickup: true, checkEvery: '0.2s' }, 'glacier');

      const env = environmentOf(workspace);
      const ended = await workspace.run([], { env });

      expectEnd(ended, 0);
      expect(sources.map((path) => snapshot(workspace.path(path)))).toEqual(before);
      expect(workspace.names('cases')).toEqual(['shared', 'template', 'template_linked']);
      const kept = join(archive, 'modeller/ridge');
      for (const [index, [depth, melt]] of grid(workspace).entries()) {
        const read = (path: string): string =>
          readFileSync(join(kept, `ridge-${index}`, path), 'utf8');
        expect(read('outfile')).toBe(`thickness ${depth}, melt ${melt}, 3 points, 10 steps\n`);
        expect(read('last_start')).toBe('6\n');
        expect(read('checkpoints/step_010')).toBe(`thickness ${depth} melt ${melt}\n`);
      }
      expect(workspace.names(join('..', 'archive/modeller/ridge'))).toHaveLength(MEMBERS);
      const jobs = ended.stdout
        .split('\n')
        .filter((line) => /glacier\.ridge\.cycle-3\.job/.test(line));
      expect(jobs).toEqual([]);

      const again = await workspace.run([], { env });
      expectEnd(again, 0);
      expect(workspace.names('cases')).toEqual(['shared', 'template', 'template_linked']);
    },
    6 * MINUTES,
  );

  it(
    'begins no member anew that was archived and removed, and ends when none is left',
    async () => {
      using trial = new UpstreamTrial([
        {
          repeat: true,
          runs: [{ work: 'true' }, { work: 'if [ ! -e ../../second ]; then exit 0; fi' }],
          pre_run: [note('pre')],
          post_run: [
            task('check', { cmd: 'test -f outfile', fail: true }),
            task('move', { dest: '../../kept' }),
            task('remove'),
          ],
          post_batch: [task('execute', { cmd: 'touch ../second' })],
        },
      ]);

      const ended = await trial.run();

      expectEnd(ended, 0);
      expect(trial.done('b-0')).toEqual(['pre', 'job']);
      expect(trial.done('b-1')).toEqual(['pre', 'job', 'pre', 'job']);
      expect(trial.names('kept')).toEqual(['b-0', 'b-1']);
      expect(trial.names('b-runs')).toEqual([]);
      expect(trial.around()).toEqual(['post_process']);
    },
    6 * MINUTES,
  );

  it(
    'waits for a check of the batch that tolerates, in every cycle, and stops at one with fail',
    async () => {
      using trial = new UpstreamTrial([
        {
          repeat: true,
          runs: [{}],
          pre_batch: [
            noteBatch('pre_batch asks'),
            task('check', { cmd: '[ -e ../go ]' }),
            noteBatch('pre_batch goes on'),
          ],
          post_batch: [task('check', { cmd: '[ "$(wc -l < ../trace.txt)" -lt 8 ]', fail: true })],
        },
      ]);

      const call = trial.start(['run', '--json']);
      await trial.sawLine('pre_batch asks');
      trial.write('go', '');
      const ended = await trial.endOf(call);

      expectEnd(ended, 0);
      expect(trial.done('b-0')).toEqual(['pre', 'job', 'post', 'pre', 'job', 'post']);
      const cycle = ['pre_batch asks', 'pre_batch goes on'];
      expect(trial.around()).toEqual([...cycle, ...cycle, 'post_process']);
    },
    6 * MINUTES,
  );
});
