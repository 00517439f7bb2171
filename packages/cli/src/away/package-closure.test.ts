import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { packageClosure } from './package-closure.ts';
import { digestOfFiles, packageFiles } from './package-files.ts';

let root = '';
beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'closure-')));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function write(path: string, content: string | object = ''): void {
  const file = join(root, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));
}

/** A package below a folder, with what it depends on. */
function install(folder: string, name: string, manifest: object = {}): void {
  write(`${folder}/node_modules/${name}/package.json`, { name, ...manifest });
  write(`${folder}/node_modules/${name}/index.js`, `// ${folder} ${name}`);
}

function closure(...names: readonly string[]): Record<string, string> {
  const placed = packageClosure(names.map((name) => ({ name, from: join(root, 'app') })));
  return Object.fromEntries(
    placed.map(({ path, folder }) => [path, folder.slice(root.length + 1)]),
  );
}

it('takes what is needed, peers included, and nothing that is only there for development or comfort', () => {
  install('app', 'a', {
    dependencies: { b: '1' },
    peerDependencies: { c: '1', luxury: '1' },
    peerDependenciesMeta: { luxury: { optional: true } },
    devDependencies: { tester: '1' },
    optionalDependencies: { native: '1' },
  });
  for (const name of ['b', 'c', 'luxury', 'tester', 'native', 'other']) install('app', name);
  expect(Object.keys(closure('a'))).toEqual(['node_modules/a', 'node_modules/b', 'node_modules/c']);
});

it('keeps two versions of a package apart, each where the package that wants it finds it', () => {
  install('app', 'a', { dependencies: { b: '1', c: '1' } });
  install('app', 'b');
  install('app', 'c', { dependencies: { b: '2', d: '1' } });
  install('app/node_modules/c', 'b');
  install('app', 'd', { dependencies: { b: '1' } });
  expect(closure('a')).toEqual({
    'node_modules/a': 'app/node_modules/a',
    'node_modules/b': 'app/node_modules/b',
    'node_modules/c': 'app/node_modules/c',
    'node_modules/c/node_modules/b': 'app/node_modules/c/node_modules/b',
    'node_modules/d': 'app/node_modules/d',
  });
});

it('ends where packages need each other', () => {
  install('app', 'a', { dependencies: { b: '1' } });
  install('app', 'b', { peerDependencies: { a: '1' } });
  expect(Object.keys(closure('a', 'b'))).toEqual(['node_modules/a', 'node_modules/b']);
});

it('says which package is missing, and who needs it', () => {
  install('app', 'a', { dependencies: { gone: '1' } });
  expect(() => closure('a')).toThrow(
    /the package gone, needed by .*app\/node_modules\/a, is not there/,
  );
});

function filesOf(...names: readonly string[]): readonly string[] {
  const placed = packageClosure(names.map((name) => ({ name, from: join(root, 'app') })));
  return packageFiles(placed).map(({ path }) => path);
}

it('takes what a package publishes: all that is installed, without types and maps', () => {
  install('app', 'a');
  for (const path of ['lib/x.js', 'lib/x.d.ts', 'lib/x.js.map', 'node_modules/inner/y.js']) {
    write(`app/node_modules/a/${path}`);
  }
  expect(filesOf('a').toSorted()).toEqual([
    'node_modules/a/index.js',
    'node_modules/a/lib/x.js',
    'node_modules/a/package.json',
  ]);
});

it('takes of a package in a working tree only what its manifest lists', () => {
  const manifest = { name: 'w', files: ['dist', '!dist/.tsbuildinfo'], exports: './dist/index.js' };
  write('tree/w/package.json', manifest);
  for (const path of ['dist/index.js', 'dist/.tsbuildinfo', 'test/x.js', 'notes.md']) {
    write(`tree/w/${path}`);
  }
  mkdirSync(join(root, 'app', 'node_modules'), { recursive: true });
  symlinkSync(join(root, 'tree', 'w'), join(root, 'app', 'node_modules', 'w'));
  expect(filesOf('w').toSorted()).toEqual([
    'node_modules/w/dist/index.js',
    'node_modules/w/package.json',
  ]);
});

it('refuses a package that has not been built', () => {
  install('app', 'a', {
    exports: { '.': { source: './src/index.ts', default: './dist/index.js' } },
  });
  expect(() => filesOf('a')).toThrow(/a has no \.\/dist\/index\.js/);
});

it('gives the same digest to the same files, and another one to others', () => {
  install('app', 'a');
  const files = () => packageFiles(packageClosure([{ name: 'a', from: join(root, 'app') }]));
  const before = digestOfFiles(files());
  expect(digestOfFiles(files().toReversed())).toBe(before);
  write('app/node_modules/a/index.js', 'other');
  expect(digestOfFiles(files())).not.toBe(before);
});
