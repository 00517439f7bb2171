import { deepStrictEqual, match, ok, strictEqual } from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';
import { bytes, rejection, rejectsWith, textOf } from '../expectations.ts';
import type { StorageCase } from './storage-bench.ts';

/** Promises about files of this machine. */
export const FILE_CASES: readonly StorageCase[] = [
  {
    name: 'puts a file, small or large, and leaves it there or takes it away',
    async run(bench) {
      const store = await bench.open();
      for (const length of [0, 10, 3_000_000]) {
        const path = join(bench.folder, `file ${length}`);
        const content = 'q'.repeat(length);
        await writeFile(path, content);
        const stat = await store.put(path, `put/${length}`);

        deepStrictEqual([stat.key, stat.bytes], [`put/${length}`, length]);
        strictEqual(await textOf(store.read(`put/${length}`)), content);
        strictEqual((await store.stat(`put/${length}`))?.generation, stat.generation);
        strictEqual(existsSync(path) ? readFileSync(path, 'utf8') : content, content);
      }
    },
  },
  {
    name: 'replaces an object by putting a file, with a new generation',
    async run(bench) {
      const store = await bench.open();
      const old = await store.write('k', bytes('old'));
      const path = join(bench.folder, 'file');
      await writeFile(path, 'new');
      const stat = await store.put(path, 'k');

      ok(stat.generation !== old.generation, 'the generation did not change');
      strictEqual(await textOf(store.read('k')), 'new');
    },
  },
  {
    name: 'keeps file and object as they were when the digest of a put differs',
    async run(bench) {
      const store = await bench.open();
      await store.write('k', bytes('old'));
      const path = join(bench.folder, 'file');
      await writeFile(path, 'new');
      const sha256 = createHash('sha256').update('new').digest('hex');

      await rejectsWith(store.put(path, 'k', { sha256: '0'.repeat(64) }), 'STORAGE_CORRUPT');
      strictEqual(await textOf(store.read('k')), 'old');
      strictEqual(await readFile(path, 'utf8'), 'new');
      await store.put(path, 'k', { sha256 });
      strictEqual(await textOf(store.read('k')), 'new');
    },
  },
  {
    name: 'heeds the condition of a put and then leaves the file alone',
    when: ({ conditionalCreate }) => conditionalCreate,
    async run(bench) {
      const store = await bench.open();
      const path = join(bench.folder, 'file');
      await writeFile(path, 'new');
      await store.write('k', bytes('old'));

      await rejectsWith(store.put(path, 'k', { ifAbsent: true }), 'STORAGE_EXISTS');
      strictEqual(await textOf(store.read('k')), 'old');
      strictEqual(await readFile(path, 'utf8'), 'new');
      await store.put(path, 'free', { ifAbsent: true });
      strictEqual(await textOf(store.read('free')), 'new');
    },
  },
  {
    name: 'refuses to put a missing file, a folder or a symbolic link with STORAGE_FILE',
    async run(bench) {
      const store = await bench.open();
      const target = join(bench.folder, 'target');
      await writeFile(target, 'x');
      await symlink(target, join(bench.folder, 'link'));

      await rejectsWith(store.put(join(bench.folder, 'missing'), 'k'), 'STORAGE_FILE');
      await rejectsWith(store.put(bench.folder, 'k'), 'STORAGE_FILE');
      await rejectsWith(store.put(join(bench.folder, 'link'), 'k'), 'STORAGE_FILE');
      strictEqual(await store.stat('k'), undefined);
      strictEqual(await readFile(target, 'utf8'), 'x');
    },
  },
  {
    name: 'fetches an object to a file, makes the folders above it, and replaces what was there',
    async run(bench) {
      const store = await bench.open();
      const path = join(bench.folder, 'new', 'folders', 'file');
      for (const content of ['a first, longer text', 'second', 'b'.repeat(2_000_000)]) {
        const written = await store.write('k', bytes(content));
        const fetched = await store.fetch('k', path);

        deepStrictEqual(
          [fetched.key, fetched.generation, fetched.bytes],
          ['k', written.generation, content.length],
        );
        strictEqual(await readFile(path, 'utf8'), content);
      }
      deepStrictEqual(await readdir(join(bench.folder, 'new', 'folders')), ['file']);
    },
  },
  {
    name: 'gives a file of its own: changing it does not change the object',
    async run(bench) {
      const store = await bench.open();
      const path = join(bench.folder, 'file');
      await store.write('k', bytes('original'));
      await store.fetch('k', path);
      await writeFile(path, 'scribble', { flag: 'r+' });

      strictEqual(await textOf(store.read('k')), 'original');
    },
  },
  {
    name: 'replaces a symbolic link at the target of a fetch instead of writing through it',
    async run(bench) {
      const store = await bench.open();
      const precious = join(bench.folder, 'precious');
      const path = join(bench.folder, 'link');
      await writeFile(precious, 'mine');
      await symlink(precious, path);
      await store.write('k', bytes('object'));
      await store.fetch('k', path);

      strictEqual(await readFile(precious, 'utf8'), 'mine');
      strictEqual(await readFile(path, 'utf8'), 'object');
    },
  },
  {
    name: 'leaves no trace of a fetch that failed',
    async run(bench) {
      const store = await bench.open();
      const path = join(bench.folder, 'file');
      await writeFile(path, 'before');
      await store.write('k', bytes('x'));
      const reason = new Error('stop');
      const folder = join(bench.folder, 'taken');
      await mkdir(folder);
      await writeFile(join(folder, 'inside'), 'x');

      await rejectsWith(store.fetch('missing', path), 'STORAGE_NOT_FOUND');
      strictEqual(
        await rejection(store.fetch('k', path, { signal: AbortSignal.abort(reason) })),
        reason,
      );
      await rejectsWith(store.fetch('k', folder), 'STORAGE_FILE');
      strictEqual(await readFile(path, 'utf8'), 'before');
      deepStrictEqual((await readdir(bench.folder)).sort(), ['file', 'taken']);
    },
  },
  {
    name: 'names the file behind a key, whether or not it exists',
    when: ({ local }) => local,
    async run(bench) {
      const store = await bench.open();
      const path = store.localPath?.('some/where/file.txt') ?? '';
      ok(isAbsolute(path), 'the path is not absolute');
      strictEqual(existsSync(path), false);
      await store.write('some/where/file.txt', bytes('here'));

      strictEqual(readFileSync(path, 'utf8'), 'here');
    },
  },
  {
    name: 'names no file for a key that would leave the root',
    when: ({ local }) => local,
    async run(bench) {
      const store = await bench.open();

      for (const key of ['../x', 'a/../../x', '/etc/passwd', '', 'a//b']) {
        await rejectsWith((async () => store.localPath?.(key))(), 'STORAGE_KEY');
      }
    },
  },
  {
    name: 'has no local paths',
    when: ({ local }) => !local,
    async run(bench) {
      match(typeof (await bench.open()).localPath, /^undefined$/);
    },
  },
];
