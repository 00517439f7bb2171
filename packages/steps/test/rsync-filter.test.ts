import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PathFilter } from '../src/filter/path-filter.ts';
import { listTree } from '../src/move/source-tree.ts';
import { temporaryFolder } from './calling.ts';

const hasRsync = spawnSync('rsync', ['--version']).status === 0;

const FILES = [
  'a',
  'b.nc',
  'é.nc',
  'x y.txt',
  '-n',
  '[a]',
  'a*b',
  'run/a',
  'run/b.nc',
  'run/out/a',
  'run/out/b.nc',
  'run/out/deep/c1.nc',
  'run/out/deep/c2.tmp',
  'run/tmp/b.nc',
  'tmp/a',
  'tmp/run/b.nc',
  'a.nc/inside',
  'b/a/run/out/a',
  'b/a/.hidden',
  '.dot/a.nc',
  'c1/c2/c3',
  'back\\slash/a',
];

function plant(root: string): void {
  for (const path of FILES) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), '');
  }
  mkdirSync(join(root, 'empty/run'), { recursive: true });
  symlinkSync('run', join(root, 'link'));
  symlinkSync('../a', join(root, 'run/out/link.nc'));
}

/** What the documentation says our two lists mean, in rsync's own words. */
function inRsyncWords(include: readonly string[], exclude: readonly string[]): string[] {
  const only = include.length > 0 && exclude.length === 0 ? ['*'] : exclude;
  const cut = only.findIndex((pattern) => pattern === '*' || pattern === '**');
  const say = (sign: string, patterns: readonly string[]) =>
    patterns.map((pattern) => `--filter=${sign} ${pattern}`);
  if (cut < 0) return [...say('+', include), ...say('-', only)];
  const below = include.flatMap((pattern) => [pattern, `${pattern.replace(/(.)\/$/, '$1')}/***`]);
  return [
    '--prune-empty-dirs',
    ...say('+', include),
    ...say('-', only.slice(0, cut)),
    ...say('+', [...below, '*/']),
    ...say('-', ['*']),
  ];
}

function takenByRsync(root: string, words: readonly string[]): string[] {
  const listing = execFileSync(
    'rsync',
    ['-a', '--dry-run', '--8-bit-output', '--out-format=%n', ...words, `${root}/`, `${root}-copy/`],
    { encoding: 'utf8' },
  );
  return listing
    .split('\n')
    .map((line) => line.replace(/\/$/, '').replaceAll('\\#134', '\\'))
    .filter((line) => line !== '' && line !== '.' && !line.startsWith('created directory'))
    .sort();
}

async function takenByUs(root: string, include: readonly string[], exclude: readonly string[]) {
  const entries = await listTree(
    root,
    new PathFilter(include, exclude),
    new AbortController().signal,
  );
  return entries
    .map(({ path }) => path)
    .filter((path) => path !== '')
    .sort();
}

const piece = fc.constantFrom(
  'a',
  'b',
  'run',
  'out',
  'tmp',
  '.nc',
  '*',
  '**',
  '***',
  '?',
  '/',
  '/',
  '[abc]',
  '[!a]',
  '[^r-t]',
  '[[:alpha:]]',
  '[c-',
  'c1',
  '.',
  '\\',
  'é',
  '-',
  ' ',
  '*.nc',
);
const pattern = fc
  .array(piece, { minLength: 1, maxLength: 5 })
  .map((pieces) => pieces.join(''))
  .filter((text) => !/^\/*$/.test(text));
const patterns = fc.array(pattern, { maxLength: 3 });

describe.runIf(hasRsync)('filters beside the real rsync', () => {
  it.each([
    [['*.nc'], []],
    [['*.nc'], ['*']],
    [['*.nc'], ['tmp/', '*']],
    [['*.nc'], ['tmp/']],
    [[], ['*.nc', '/run/tmp/']],
    [['run/'], []],
    [['/run/out/'], []],
    [['/run/out'], ['**']],
    [['out/deep/*.nc', '/a'], []],
    [['**/c1*'], ['run/**']],
    [['link'], []],
    [['link/'], []],
    [['run/***'], ['*']],
    [[], ['/*/a']],
    [[], ['[[:digit:]]', 'c[12]*']],
    [['!a', '- a', '+ b'], []],
  ])('takes the same for include %j and exclude %j', async (include, exclude) => {
    using folder = temporaryFolder();
    const root = join(folder.path, 'tree');
    plant(root);

    const ours = await takenByUs(root, include, exclude);

    expect(ours).toEqual(takenByRsync(root, inRsyncWords(include, exclude)));
  });

  it('takes the same for any patterns', { timeout: 300_000 }, async () => {
    using folder = temporaryFolder();
    const root = join(folder.path, 'tree');
    plant(root);

    await fc.assert(
      fc.asyncProperty(patterns, patterns, async (include, exclude) => {
        const ours = await takenByUs(root, include, exclude);

        expect(ours).toEqual(takenByRsync(root, inRsyncWords(include, exclude)));
      }),
      { numRuns: 150 },
    );
  });
});
