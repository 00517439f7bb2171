import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Json, Need, Results, TaskSet } from '@orchestrate/core';
import { describe, expect, it } from 'vitest';
import { startRun } from '../../src/drive/start-run.ts';
import { openHistory } from '../../src/views/history.ts';
import { copier, PROGRAMS, run, writer } from '../support/chain.ts';
import { ProgramBackend } from '../support/program-backend.ts';
import { ProjectFolder, requestFor, setOf } from '../support/project.ts';

const noInputs = { hasInputs: false } as const;

/** Members that write a text each. */
function members(name: string, texts: readonly string[], needs: readonly Need[] = []): TaskSet {
  return setOf(
    name,
    texts.map((text, at) => writer(`${name}-${at}`, text)),
    { labels: texts.map((_, at) => `m${at}`), needs, ...noInputs },
  );
}

/** A lone task that only waits for others. */
function report(needs: readonly Need[], name = 'flow.report'): TaskSet {
  return setOf(name, [writer(name)], { needs, ...noInputs });
}

const all = (set: string): Need => ({ set, how: 'all' });
const aligned = (set: string): Need => ({ set, how: 'aligned' });

describe('a task that only waits for others', () => {
  it('runs again when one of them is another than before, and not otherwise', async () => {
    using folder = new ProjectFolder();
    const sets = (...texts: string[]) => [
      members('flow.model', texts),
      report([all('flow.model')]),
    ];
    await run(folder, sets('a', 'b'));

    const same = await run(folder, sets('a', 'b'));
    const changed = await run(folder, sets('a', 'c'));
    const again = await run(folder, sets('a', 'c'));

    expect(same.names).toEqual([]);
    expect(changed.names).toEqual(['flow.model/m1', 'flow.report']);
    expect(again.names).toEqual([]);
    using history = openHistory(folder.path);
    expect(history.explain('flow.report', changed.summary.run).summary).toBe(
      'flow.report ran because flow.model/m1, which it needs, is not as it was.',
    );
  });

  it('runs again for its own upstream task only, through sets between them', async () => {
    using folder = new ProjectFolder();
    const sets = (...texts: string[]) => [
      members('flow.model', texts),
      members('flow.check', ['x', 'y', 'z'], [aligned('flow.model')]),
      members('flow.plot', ['x', 'y', 'z'], [aligned('flow.check')]),
    ];
    await run(folder, sets('a', 'b', 'c'));

    const changed = await run(folder, sets('a', 'q', 'c'));
    const same = await run(folder, sets('a', 'q', 'c'));

    expect(changed.names).toEqual(['flow.model/m1', 'flow.check/m1', 'flow.plot/m1']);
    expect(same.names).toEqual([]);
  });

  it('runs again for the tasks its edges name', async () => {
    using folder = new ProjectFolder();
    const need: Need = {
      set: 'flow.model',
      how: 'edges',
      offsets: Uint32Array.of(0, 2, 3),
      targets: Uint32Array.of(0, 1, 2),
    };
    const sets = (...texts: string[]) => [
      members('flow.model', texts),
      members('flow.pair', ['x', 'y'], [need]),
    ];
    await run(folder, sets('a', 'b', 'c'));

    const { names } = await run(folder, sets('a', 'q', 'c'));

    expect(names).toEqual(['flow.model/m1', 'flow.pair/m0']);
  });

  it('runs again after the tasks before it in its own set', async () => {
    using folder = new ProjectFolder();
    const chained: Need = {
      set: 'flow.step',
      how: 'edges',
      offsets: Uint32Array.of(0, 0, 1, 2, 3),
      targets: Uint32Array.of(0, 1, 2),
    };
    const sets = (...texts: string[]) => [members('flow.step', texts, [chained])];
    await run(folder, sets('a', 'b', 'c', 'd'));

    const same = await run(folder, sets('a', 'b', 'c', 'd'));
    const changed = await run(folder, sets('a', 'b', 'q', 'd'));
    rmSync(join(folder.path, 'out/flow.step-1.txt'));
    const lost = await run(folder, sets('a', 'b', 'q', 'd'));

    expect(same.names).toEqual([]);
    expect(changed.names).toEqual(['flow.step/m2', 'flow.step/m3']);
    // The lost one is made again as it was, so nothing else is.
    expect(lost.names).toEqual(['flow.step/m1']);
  });

  it('notices code that was edited above it', async () => {
    using folder = new ProjectFolder();
    const script = join(folder.path, 'model.py');
    writeFileSync(script, 'print(1)');
    const model = setOf(
      'flow.model',
      [{ work: { kind: 'command', argv: ['nothing', 'model.py'] } }],
      { ...noInputs, hasOutputs: false },
    );
    const sets = [model, report([all('flow.model')])];
    await run(folder, sets);
    writeFileSync(script, 'print(2)');

    expect((await run(folder, sets)).names).toEqual(['flow.model', 'flow.report']);
    expect((await run(folder, sets)).names).toEqual([]);
  });

  it('is not kept by a part of the graph that was run alone in between', async () => {
    using folder = new ProjectFolder();
    const sets = (text: string) => [
      members('flow.model', [text, 'b']),
      report([all('flow.model')]),
    ];
    await run(folder, sets('a'));
    const backend = new ProgramBackend(PROGRAMS);
    const alone = {
      ...requestFor(folder, sets('q'), { backend }),
      options: { only: ['flow.model'] },
    };
    await (await startRun(alone)).done;

    expect((await run(folder, sets('q'))).names).toEqual(['flow.report']);
    expect((await run(folder, sets('q'))).names).toEqual([]);
  });

  it('is the same task when it is asked for alone', async () => {
    using folder = new ProjectFolder();
    const sets = [
      members('flow.model', ['a', 'b']),
      members('flow.check', ['x', 'y'], [aligned('flow.model')]),
    ];
    await run(folder, sets);
    const backend = new ProgramBackend(PROGRAMS);
    const options = { only: ['flow.check/m1'] };

    await (await startRun({ ...requestFor(folder, sets, { backend }), options })).done;

    expect(backend.submitted).toEqual([]);
  });

  it('failed while what it needs had changed, so that an earlier success does not count', async () => {
    using folder = new ProjectFolder();
    const broken = new Set<string>();
    const programs = {
      ...PROGRAMS,
      write: (job: { name: string }, [path = '', text = 'text']: readonly string[]) => {
        if (broken.has(job.name)) throw new Error('it broke');
        writeFileSync(path, text);
      },
    };
    const sets = (text: string) => [
      members('flow.model', [text, 'b']),
      members('flow.check', ['x', 'y'], [all('flow.model')]),
    ];
    const go = (text: string) => run(folder, sets(text), new ProgramBackend(programs));
    await go('a');
    broken.add('flow.check/m1');
    await go('q');
    broken.clear();

    expect((await go('q')).names).toEqual(['flow.check/m1']);
  });

  it('is reused after a check that holds, whenever that was polled', async () => {
    using folder = new ProjectFolder();
    const check = setOf('flow.wait', [{ work: { kind: 'command', argv: ['nothing'] } }], {
      ...noInputs,
      hasOutputs: false,
      check: { everySeconds: 1, timeoutSeconds: 10 },
    });
    const sets = [check, report([all('flow.wait')])];
    await run(folder, sets);

    expect((await run(folder, sets)).names).toEqual(['flow.wait']);
  });
});

describe('a task that declares what it reads', () => {
  it.each([
    ['a file', 'local:out/flow.model-1.txt'],
    ['the folder it is in', 'local:out/'],
  ])('stops a change that left %s as it was', async (_what, address) => {
    using folder = new ProjectFolder();
    const sets = (mark: string) => [
      setOf(
        'flow.model',
        [
          writer('flow.model-0', 'same'),
          {
            work: { kind: 'command', argv: ['write', '{{ outputs.file }}', 'text', mark] },
            outputs: [{ name: 'file', address: 'local:out/flow.model-1.txt' }],
          },
        ],
        { labels: ['m0', 'm1'], ...noInputs },
      ),
      setOf(
        'flow.read',
        [
          {
            work: { kind: 'command', argv: ['nothing'] },
            inputs: [{ name: 'in', address }],
          },
        ],
        { needs: [all('flow.model')], hasOutputs: false },
      ),
    ];
    await run(folder, sets('one'));

    const { names } = await run(folder, sets('two'));

    expect(names).toEqual(['flow.model/m1']);
  });

  it('still descends from the other sets it waits for', async () => {
    using folder = new ProjectFolder();
    const sets = (text: string) => [
      members('flow.setup', [text]),
      members('flow.model', ['a']),
      setOf('flow.read', [copier('local:out/flow.model-0.txt', 'local:out/copy.txt')], {
        needs: [all('flow.model'), all('flow.setup')],
      }),
    ];
    await run(folder, sets('one'));

    expect((await run(folder, sets('one'))).names).toEqual([]);
    expect((await run(folder, sets('two'))).names).toEqual(['flow.setup/m0', 'flow.read']);
    expect(readFileSync(join(folder.path, 'out/copy.txt'), 'utf8')).toBe('a!');
  });
});

describe('tasks that a placeholder becomes', () => {
  const MODULE = 'export const give = (value) => value;';
  const inside = { backend: 'leader', ...noInputs, hasOutputs: false } as const;

  function giving(folder: ProjectFolder, name: string, value: Json): TaskSet {
    const module = join(folder.path, 'give.mjs');
    writeFileSync(module, MODULE);
    const spec = { work: { kind: 'function', module, export: 'give', args: value } } as const;
    return setOf(name, [spec], inside);
  }

  /** Its digest says nothing of the items, as with flows that render late. */
  const each = (needs: readonly Need[], digest = 'each'): TaskSet => ({
    ...setOf('flow.each', [], noInputs),
    digest,
    needs,
    expand: {
      into: (results: Results) => {
        const items = results.result('flow.list', 0) as string[];
        const specs = items.map((item) => writer(`each-${item}`, item));
        return [{ ...setOf('flow.each', specs, { labels: items, ...noInputs }), digest }];
      },
    },
  });

  it('are known by what they were made from, also when there are as many as before', async () => {
    using folder = new ProjectFolder();
    const sets = (items: string[]) => [
      giving(folder, 'flow.list', items),
      each([all('flow.list')]),
      report([all('flow.each')]),
    ];
    await run(folder, sets(['a', 'b']));

    const same = await run(folder, sets(['a', 'b']));
    const changed = await run(folder, sets(['a', 'c']));

    expect(same.names).toEqual([]);
    expect(changed.names).toEqual(['flow.each/c', 'flow.report']);
  });

  it('descend from what the placeholder only waited for', async () => {
    using folder = new ProjectFolder();
    const sets = (text: string) => [
      giving(folder, 'flow.list', ['a', 'b']),
      members('flow.setup', [text]),
      each([all('flow.list'), all('flow.setup')]),
    ];
    await run(folder, sets('one'));

    expect((await run(folder, sets('one'))).names).toEqual([]);
    expect((await run(folder, sets('two'))).names).toEqual([
      'flow.setup/m0',
      'flow.each/a',
      'flow.each/b',
    ]);
  });
});
