import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readManifest } from '../src/manifest/manifest.ts';
import { move } from '../src/move/move.ts';
import { codeOf, contextFor, errorOf, temporaryFolder } from './calling.ts';
import { plantFiles, snapshot } from './tree.ts';

const context = contextFor();
/** Named here, so that no tool takes them for programs of this repository. */
const [MOUNT, UNMOUNT] = ['mount', 'umount'] as const;
const isRoot = process.getuid?.() === 0;

function planted(path: string): { from: string; to: string; manifest: string } {
  const from = join(path, 'from here');
  plantFiles(from, {
    'out.nc': 'one',
    'deep/er/big.bin': Buffer.alloc(3_000_001, 7),
    'deep/empty': '',
    'it\'s "odd" \\ $(x)\n.txt': 'odd',
    '-n': 'dash',
    'run.sh': '#!/bin/sh\n',
  });
  chmodSync(join(from, 'run.sh'), 0o750);
  chmodSync(join(from, 'out.nc'), 0o440);
  mkdirSync(join(from, 'void'), { mode: 0o700 });
  symlinkSync('deep/er', join(from, 'link-to-folder'));
  symlinkSync('../outside', join(from, 'dangling'));
  utimesSync(join(from, 'deep'), 1_600_000_000, 1_600_000_000);
  return { from, to: join(path, 'archive/2026/to'), manifest: join(path, 'notes/manifest.jsonl') };
}

describe('move on one machine', () => {
  it('copies content, modes, times and links as they are, and leaves the source', async () => {
    using folder = temporaryFolder();
    const call = planted(folder.path);
    const before = snapshot(call.from);

    const result = await move(call, context);

    expect(result).toEqual({
      files: 6,
      bytes: 3_000_001 + 3 + 3 + 4 + 10,
      copied: 6,
      verification: 'read back',
      manifest: call.manifest,
    });
    expect(snapshot(call.to)).toEqual(before);
    expect(snapshot(call.from)).toEqual(before);
  });

  it('writes what it verified into the manifest', async () => {
    using folder = temporaryFolder();
    const call = planted(folder.path);

    await move(call, context);

    const entries = await readManifest(call.manifest);
    expect([...entries.keys()].sort()).toEqual(['', ...Object.keys(snapshot(call.from))].sort());
    expect(entries.get('out.nc')).toEqual({
      path: 'out.nc',
      type: 'file',
      size: 3,
      mtimeNs: String(lstatSync(join(call.from, 'out.nc'), { bigint: true }).mtimeNs),
      mode: 0o440,
      // sha256 of "one", by sha256sum of GNU coreutils.
      sha256: '7692c3ad3540bb803c020b3aee66cd8887123234ea0c6e7143c0add73ff431ed',
    });
    expect(entries.get('dangling')).toMatchObject({ type: 'link', target: '../outside' });
  });

  it('goes on where an earlier copy was broken off, and copies again what does not fit', async () => {
    using folder = temporaryFolder();
    const call = planted(folder.path);
    await move(call, context);
    const inode = lstatSync(join(call.to, 'deep/er/big.bin')).ino;
    chmodSync(join(call.to, 'out.nc'), 0o644);
    const { atimeNs, mtimeNs } = lstatSync(join(call.to, 'out.nc'), { bigint: true });
    writeFileSync(join(call.to, 'out.nc'), 'two');
    utimesSync(join(call.to, 'out.nc'), Number(atimeNs) / 1e9, Number(mtimeNs) / 1e9);
    mkdirSync(join(call.to, '.orchestrate-move~elsewhere~1~ab'));
    mkdirSync(join(call.to, `.orchestrate-move~${hostname()}~99999999~ab`));

    const result = await move(call, context);

    expect(result).toMatchObject({ files: 6, copied: 1 });
    expect(lstatSync(join(call.to, 'deep/er/big.bin')).ino).toBe(inode);
    expect(readdirSync(call.to).filter((name) => name.startsWith('.orchestrate'))).toEqual([
      '.orchestrate-move~elsewhere~1~ab',
    ]);
    expect(readFileSync(join(call.to, 'out.nc'), 'utf8')).toBe('one');
  });

  it('takes only what the patterns let through', async () => {
    using folder = temporaryFolder();
    const call = planted(folder.path);

    const result = await move({ ...call, include: ['*.nc', 'er/'], exclude: [] }, context);

    expect(result).toMatchObject({ files: 2 });
    expect(Object.keys(snapshot(call.to))).toEqual([
      'deep',
      'deep/er',
      'deep/er/big.bin',
      'out.nc',
    ]);
  });

  it('refuses a target inside the source, also through a link, and a source inside the target', async () => {
    using folder = temporaryFolder();
    const call = planted(folder.path);
    symlinkSync(call.from, join(folder.path, 'alias'));

    expect(await codeOf(() => move({ ...call, to: join(call.from, 'a/b') }, context))).toBe(
      'STEP_PATH',
    );
    expect(await codeOf(() => move({ ...call, to: join(folder.path, 'alias/c') }, context))).toBe(
      'STEP_PATH',
    );
    expect(await codeOf(() => move({ ...call, to: folder.path }, context))).toBe('STEP_PATH');
    expect(await codeOf(() => move({ ...call, to: call.from }, context))).toBe('STEP_PATH');
    expect(existsSync(call.manifest)).toBe(false);
  });

  it('writes nothing through a link at the target, and replaces a link where a file goes', async () => {
    using folder = temporaryFolder();
    const call = planted(folder.path);
    plantFiles(folder.path, { 'elsewhere/keep': 'kept', precious: 'kept' });
    mkdirSync(call.to, { recursive: true });
    symlinkSync(join(folder.path, 'precious'), join(call.to, 'out.nc'));

    await move({ ...call, include: ['out.nc'] }, context);
    symlinkSync(join(folder.path, 'elsewhere'), join(call.to, 'deep'));
    const code = await codeOf(() => move(call, context));

    expect(code).toBe('STEP_LINK');
    expect(readFileSync(join(folder.path, 'precious'), 'utf8')).toBe('kept');
    expect(readdirSync(join(folder.path, 'elsewhere'))).toEqual(['keep']);
    expect(lstatSync(join(call.to, 'out.nc')).isFile()).toBe(true);
  });

  it('says what is in the way', async () => {
    using folder = temporaryFolder();
    const call = planted(folder.path);
    plantFiles(folder.path, { file: '' });
    spawnSync('mkfifo', [join(folder.path, 'odd')]);
    mkdirSync(join(call.to, 'out.nc'), { recursive: true });

    expect(await codeOf(() => move(call, context))).toBe('STEP_PATH');
    expect(await codeOf(() => move({ ...call, to: join(folder.path, 'file/x') }, context))).toBe(
      'STEP_PATH',
    );
    expect(await codeOf(() => move({ ...call, from: join(folder.path, 'file') }, context))).toBe(
      'STEP_PATH',
    );
    expect(await codeOf(() => move({ ...call, from: join(folder.path, 'none') }, context))).toBe(
      'STEP_PATH',
    );
    expect(await codeOf(() => move({ ...call, manifest: join(call.from, 'm') }, context))).toBe(
      'STEP_PATH',
    );
    expect(await codeOf(() => move({ from: call.from, to: call.to }, context))).toBe(
      'STEP_ARGUMENTS',
    );
    renameSync(join(folder.path, 'odd'), join(call.from, 'odd'));
    const error = await errorOf(() => move({ ...call, to: `${call.to}2` }, context));
    expect(error.message).toContain('exclude it');
    expect(await move({ ...call, to: `${call.to}2`, exclude: ['odd'] }, context)).toMatchObject({
      files: 6,
    });
  });

  it('writes the manifest to the output of the task that is called manifest', async () => {
    using folder = temporaryFolder();
    const { manifest, from, to } = planted(folder.path);

    const result = await move({ from, to }, contextFor({ outputs: { manifest } }));

    expect(result).toMatchObject({ manifest });
    expect((await readManifest(manifest)).size).toBe(12);
  });

  it('leaves nothing half under a name when it is stopped', async () => {
    using folder = temporaryFolder();
    const call = planted(folder.path);
    const stopping = contextFor();

    const running = codeOf(() => move(call, stopping));
    queueMicrotask(() => stopping.abort.abort());

    expect(await running).toBe('STEP_STOPPED');
    expect(existsSync(call.manifest)).toBe(false);
    expect(await move(call, context)).toMatchObject({ files: 6 });
    expect(snapshot(call.to)).toEqual(snapshot(call.from));
  });

  it.runIf(isRoot)('says that a disk is full, as quota, and keeps what was there', async () => {
    using folder = temporaryFolder();
    const call = planted(folder.path);
    const disk = join(folder.path, 'disk');
    mkdirSync(disk);
    const { status } = spawnSync(MOUNT, ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', disk]);
    try {
      const error = await errorOf(() => move({ ...call, to: join(disk, 'to') }, context));

      expect([status, error]).toMatchObject([
        0,
        { code: 'STEP_SPACE', details: { failure: 'quota' } },
      ]);
      expect(existsSync(join(disk, 'to/deep/er/big.bin'))).toBe(false);
      expect(existsSync(call.manifest)).toBe(false);
    } finally {
      spawnSync(UNMOUNT, [disk]);
    }
  });

  it.runIf(!isRoot)('says that a permission is missing', async () => {
    using folder = temporaryFolder();
    const call = planted(folder.path);
    mkdirSync(join(folder.path, 'locked'), { mode: 0o500 });

    const error = await errorOf(() =>
      move({ ...call, to: join(folder.path, 'locked/to') }, context),
    );

    expect(error).toMatchObject({ code: 'STEP_DENIED', details: { failure: 'user-error' } });
  });
});
