import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FunctionPack, Json, PackProgress } from '@orchestrate/core';
import { expect, it, onTestFinished } from 'vitest';
import { runPack } from '../src/index.ts';

const MODULE = new URL('./tiles.ts', import.meta.url).pathname;

function pack(name: string, args: readonly Json[], more: Partial<FunctionPack> = {}): FunctionPack {
  const calls = args.map((one) => ({ args: one }));
  return { kind: 'functions', module: MODULE, export: name, ordered: false, calls, ...more };
}

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'runner-'));
  onTestFinished(() => rmSync(path, { recursive: true }));
  return path;
}

async function progressOf(one: FunctionPack): Promise<PackProgress[]> {
  const reports: PackProgress[] = [];
  await runPack(one, { onProgress: (progress) => reports.push(progress) });
  return reports;
}

it.each(['double', 'doubleLater'])(
  'makes the calls of %s in order and reports results',
  async (name) => {
    const reports = await progressOf(pack(name, [{ n: 1 }, { n: 2 }, { n: 3 }]));

    expect(reports.flatMap(({ values }) => values)).toEqual([
      [0, 2],
      [1, 4],
      [2, 6],
    ]);
  },
);

it('says everything once over all reports of 100,000 calls, successes as ranges', async () => {
  const args = Array.from({ length: 100_000 }, (_, n) => ({ n: n === 70_000 ? 1 : 2 * n }));
  const reports = await progressOf(pack('failOdd', args));

  const ranges = reports.flatMap(({ succeeded }) => succeeded);
  expect(ranges.reduce((sum, [first, last]) => sum + last - first + 1, 0)).toBe(99_999);
  expect(ranges.length).toBeLessThan(2_000);
  expect(reports.flatMap(({ failed }) => failed)).toMatchObject([{ position: 70_000 }]);
});

it('names the line of the module that threw, and shows no stack', async () => {
  const exit = await runPack(pack('readTile', [{ name: 'x7' }]));

  expect(exit.outcome).toBe('user-error');
  expect(exit.message).toMatch(/^TypeError: no tile x7 \[.*tiles\.ts:\d+:\d+\]$/);
});

it('says code, message and what to do of an error that knows them', async () => {
  const exit = await runPack(pack('refuse', [null]));

  expect(exit.message).toBe('TILE_CLOUDED: tile x7 is all cloud. Take another day.');
});

it.each([
  ['node-failure', 'node-failure'],
  ['later', 'user-error'],
])('takes the class that an error names, if there is one: %s', async (named, expected) => {
  const reports: PackProgress[] = [];
  const exit = await runPack(pack('failAs', [{ failure: named }]), {
    onProgress: (report) => reports.push(report),
  });

  expect(exit.outcome).toBe(expected);
  expect(reports.flatMap(({ failed }) => failed)).toMatchObject([{ failure: expected }]);
});

it('counts the failures beyond the first', async () => {
  const exit = await runPack(
    pack(
      'failOdd',
      [1, 2, 3, 4, 5].map((n) => ({ n })),
    ),
  );

  expect(exit.message).toMatch(/^odd: 1 .*\(and 2 more calls failed\)$/);
});

it('ends an ordered pack at its first failure', async () => {
  const reports = await progressOf(
    pack('failOdd', [{ n: 2 }, { n: 3 }, { n: 4 }], { ordered: true }),
  );

  expect(reports.flatMap(({ succeeded }) => succeeded)).toEqual([[0, 0]]);
  expect(reports.flatMap(({ failed }) => failed)).toMatchObject([{ position: 1 }]);
});

it.each([
  ['throwText', /thrown: just text/],
  ['big', /BigInt/],
])('fails a call of %s', async (name, message) => {
  const exit = await runPack(pack(name, [null]));

  expect(exit).toMatchObject({ outcome: 'user-error', message: expect.stringMatching(message) });
});

it.each([
  [{ module: '/nowhere/tiles.ts' }, /module not found: \/nowhere\/tiles\.ts/],
  [{ module: 'no-such-package-at-all' }, /module not found: no-such-package-at-all/],
  [{ export: 'dubble' }, /expected an exported function dubble.*did you mean "double"/],
  [{ export: 'answer' }, /expected an exported function answer, got a number/],
])('says what is wrong with %j', async (more, message) => {
  const exit = await runPack(pack('double', [{ n: 1 }], more));

  expect(exit).toMatchObject({ outcome: 'user-error', message: expect.stringMatching(message) });
});

it('says why a module cannot be loaded', async () => {
  const module = join(folder(), 'broken.mjs');
  writeFileSync(module, 'import "./gone.mjs";');
  const exit = await runPack(pack('double', [null], { module }));

  expect(exit.message).toMatch(/broken\.mjs cannot be loaded: .*gone\.mjs/);
});

it('tells the call that runs when it is cancelled, and runs no further one', async () => {
  const abort = new AbortController();
  const reports: PackProgress[] = [];
  const running = runPack(pack('untilAborted', [null, null]), {
    signal: abort.signal,
    onProgress: (progress) => reports.push(progress),
  });
  setImmediate(() => abort.abort());
  const exit = await running;

  expect(exit.outcome).toBe('cancelled');
  expect(reports).toEqual([]);
});
