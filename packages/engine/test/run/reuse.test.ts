import { readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TaskSet } from '@orchestrate/core';
import { describe, expect, it } from 'vitest';
import { startRun } from '../../src/drive/start-run.ts';
import { openHistory } from '../../src/views/history.ts';
import { chain, copier, finished, PROGRAMS, run, writer } from '../support/chain.ts';
import { ProgramBackend } from '../support/program-backend.ts';
import { ProjectFolder, requestFor, setOf } from '../support/project.ts';

describe('a second run', () => {
  it('does nothing when nothing has changed', async () => {
    using folder = new ProjectFolder();
    await run(folder, chain());

    const { summary, names } = await run(folder, chain());

    expect(names).toEqual([]);
    expect(summary.sets.map(({ reused }) => reused)).toEqual([2, 2]);
  });

  it.each([
    ['deleted', (path: string) => rmSync(path)],
    ['truncated', (path: string) => truncateSync(path, 1)],
    ['rewritten', (path: string) => writeFileSync(path, 'other')],
  ])('does again the task whose output was %s, and nothing else', async (_how, change) => {
    using folder = new ProjectFolder();
    await run(folder, chain());
    change(join(folder.path, 'out/a2.txt'));

    const { names } = await run(folder, chain());

    expect(names).toEqual(['flow.copy/a']);
    expect(readFileSync(join(folder.path, 'out/a2.txt'), 'utf8')).toBe('text!');
    using history = openHistory(folder.path);
    expect(history.explain('flow.copy/a').changed?.field).toContain('output to');
  });

  it('stops where a repeated task gives the same content', async () => {
    using folder = new ProjectFolder();
    await run(folder, chain());
    rmSync(join(folder.path, 'out/a.txt'));

    const { names } = await run(folder, chain());

    expect(names).toEqual(['flow.make/a']);
  });

  it('does again what reads an input that was edited', async () => {
    using folder = new ProjectFolder();
    writeFileSync(join(folder.path, 'in.txt'), 'one');
    const sets = [setOf('flow.read', [copier('local:in.txt', 'local:out.txt')])];
    await run(folder, sets);
    writeFileSync(join(folder.path, 'in.txt'), 'two');

    const { names } = await run(folder, sets);

    expect(names).toEqual(['flow.read']);
    expect(readFileSync(join(folder.path, 'out.txt'), 'utf8')).toBe('two!');
  });

  it('does again what a changed parameter concerns, finding the others by their labels', async () => {
    using folder = new ProjectFolder();
    const sets = (texts: readonly string[]): TaskSet[] => [
      setOf(
        'flow.make',
        texts.map((text) => writer(text, text)),
        { labels: texts, hasInputs: false },
      ),
    ];
    await run(folder, sets(['x', 'y']));

    const { summary, names } = await run(folder, sets(['w', 'x', 'y']));
    const third = await run(folder, sets(['y', 'w']));

    expect(names).toEqual(['flow.make/w']);
    expect(summary.sets[0]).toMatchObject({ reused: 2, succeeded: 1 });
    expect(third.names).toEqual([]);
  });

  it('finds what stayed the same under another label', async () => {
    using folder = new ProjectFolder();
    const sets = (labels: readonly string[]) => [
      setOf(
        'flow.make',
        labels.map((label) => writer(label.slice(0, 3), label.slice(0, 3))),
        {
          labels,
          hasInputs: false,
        },
      ),
    ];
    await run(folder, sets(['a=1,b=1', 'a=2,b=1']));

    // An axis that has one value only is not part of labels any more.
    const { summary, names } = await run(folder, sets(['a=2']));
    const back = await run(folder, sets(['a=1,b=1', 'a=2,b=1']));

    expect(names).toEqual([]);
    expect(summary.sets[0]).toMatchObject({ reused: 1 });
    expect(back.names).toEqual([]);
  });

  it('does again what runs a script that was edited, and says so', async () => {
    using folder = new ProjectFolder();
    const script = join(folder.path, 'model.py');
    writeFileSync(script, 'print(1)');
    const spec = {
      ...writer('x'),
      work: { kind: 'command', argv: ['write', '{{ outputs.file }}', 'model.py'] },
    } as const;
    const sets = [setOf('flow.model', [spec], { hasInputs: false })];
    await run(folder, sets);
    writeFileSync(script, 'print(2)');

    const { names } = await run(folder, sets);

    expect(names).toEqual(['flow.model']);
    using history = openHistory(folder.path);
    expect(history.explain('flow.model').changed?.field).toContain('model.py');
  });

  it('does everything again when asked for a fresh one', async () => {
    using folder = new ProjectFolder();
    await run(folder, chain());
    const backend = new ProgramBackend(PROGRAMS);

    await finished({ ...requestFor(folder, chain(), { backend }), options: { fresh: true } });

    expect(backend.submitted).toHaveLength(4);
  });
});

describe('a run after one that was interrupted and resumed', () => {
  it('notices code that was edited since, also where the second leader rendered nothing', async () => {
    using folder = new ProjectFolder();
    const script = join(folder.path, 'model.py');
    writeFileSync(script, 'print(1)');
    const spec = {
      ...writer('x'),
      work: { kind: 'command', argv: ['write', '{{ outputs.file }}', 'model.py'] },
    } as const;
    const sets = [setOf('flow.model', [spec], { hasInputs: false })];
    const known = new Map();
    const first = new ProgramBackend(PROGRAMS, known);
    first.isOpen = false;
    const handle = await startRun(requestFor(folder, sets, { backend: first }));
    await expect.poll(() => first.submitted.length).toBe(1);
    handle.ask('detach');
    await handle.done;
    first.release();
    const resumed = await run(folder, sets, new ProgramBackend(PROGRAMS, known));

    const unchanged = await run(folder, sets);
    writeFileSync(script, 'print(2)');
    const edited = await run(folder, sets);

    expect(resumed).toMatchObject({ names: [], summary: { outcome: 'succeeded' } });
    expect(unchanged.names).toEqual([]);
    expect(edited.names).toEqual(['flow.model']);
  });
});
