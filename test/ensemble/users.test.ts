import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { EnsembleWorkspace } from '../support/ensemble.ts';
import { snapshot } from '../support/sentinel.ts';
import { expectEnd } from '../support/sober.ts';

/** On a busy machine every call of the command line takes seconds. */
const SLOW = { timeout: 240_000 };

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

describe.concurrent('what people have run with model-ensembler', SLOW, () => {
  it('runs what a wrapper fills in, with variables from the command line', async () => {
    using workspace = new EnsembleWorkspace();
    workspace.bringFixtures('floes');
    const sources = ['template_train', 'template_predict', 'data', 'ENVS', 'loader.floes.json'];
    const before = sources.map((path) => snapshot(workspace.path(path)));
    const env = environmentOf(workspace);
    const variables = { shuffle: 'true', epochs: '3' };
    fillIn(workspace, ['train', 'nets', 'nets', 'floes', '42,46,45']);
    workspace.ensemble({ file: 'nets.train.yaml', variables, checkEvery: '0.2s' }, 'train');
    const train = await workspace.run([], { env });
    fillIn(workspace, ['predict', 'spring', 'nets', 'floes', '42,46']);
    workspace.ensemble({ file: 'spring.predict.yaml', checkEvery: '0.2s' }, 'predict');
    const predict = await workspace.run([], { env });

    expectEnd(train, 0);
    const networks = ['nets-0.h5', 'nets-1.h5', 'nets-2.h5'];
    expect(workspace.names('results/networks/nets')).toEqual(networks);
    expect(workspace.read('results/networks/nets/nets-1.h5')).toContain(
      'environment floes, single precision\narguments --seed 46 --epochs 3 --workers 4 --shuffle --device gpu --rate 0.0001 --decay 1e-5 --warm None 8 16.0 32\n',
    );
    expectEnd(predict, 0);
    expect(workspace.lines('results/spring.csv')).toEqual([
      '2020-04-01,42,3',
      '2020-04-01,46,3',
      '2020-04-02,42,3',
      '2020-04-02,46,3',
    ]);
    expect(sources.map((path) => snapshot(workspace.path(path)))).toEqual(before);
  });
});
