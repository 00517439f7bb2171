import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { move } from '../src/move/move.ts';
import { remove } from '../src/remove/remove.ts';
import { codeOf, contextFor, errorOf, temporaryFolder } from './calling.ts';
import { plantFiles, snapshot } from './tree.ts';

const context = contextFor();

async function moved(base: string) {
  const directory = join(base, 'runs/r1');
  plantFiles(directory, { 'out.nc': 'one', 'deep/a': 'a', 'deep/b': 'bb', 'log.txt': 'log' });
  plantFiles(base, { 'precious/keep': 'kept' });
  symlinkSync('../../precious', join(directory, 'link'));
  const verifiedBy = join(base, 'manifest');
  await move({ from: directory, to: join(base, 'archive'), manifest: verifiedBy }, context);
  return { directory, base, verifiedBy };
}

describe('remove', () => {
  it('removes a folder whose files were all moved, and links without following them', async () => {
    using folder = temporaryFolder();
    const call = await moved(folder.path);

    expect(await remove(call, context)).toEqual({ removed: true, files: 4, bytes: 9 });

    expect(readdirSync(join(folder.path, 'runs'))).toEqual([]);
    expect(readFileSync(join(folder.path, 'precious/keep'), 'utf8')).toBe('kept');
    expect(await remove(call, context)).toEqual({ removed: false, files: 0, bytes: 0 });
  });

  it('removes nothing when one file is new or changed, and names it', async () => {
    using folder = temporaryFolder();
    const call = await moved(folder.path);
    plantFiles(call.directory, { 'deep/new': 'x' });
    appendFileSync(join(call.directory, 'out.nc'), 'more');
    const before = snapshot(call.directory);

    const error = await errorOf(() => remove(call, context));

    expect(error).toMatchObject({ code: 'STEP_UNVERIFIED', details: { problems: 2 } });
    expect(error.message).toContain('deep/new is not in the manifest');
    expect(error.message).toContain('out.nc is not as the manifest says');
    expect(snapshot(call.directory)).toEqual(before);
    expect(readdirSync(join(folder.path, 'runs'))).toEqual(['r1']);
  });

  it('looks at the content where only the time differs', async () => {
    using folder = temporaryFolder();
    const call = await moved(folder.path);
    writeFileSync(join(call.directory, 'deep/a'), 'z');
    expect(await codeOf(() => remove(call, context))).toBe('STEP_UNVERIFIED');
    writeFileSync(join(call.directory, 'deep/a'), 'a');
    utimesSync(join(call.directory, 'deep/b'), 1, 1);

    expect(await remove(call, context)).toMatchObject({ removed: true, files: 4 });
  });

  it('lets disposable files and folders go', async () => {
    using folder = temporaryFolder();
    const call = await moved(folder.path);
    plantFiles(call.directory, { 'x.tmp': '1', 'cache/deep/y': '2', 'deep/core': '3' });

    expect(await codeOf(() => remove({ ...call, disposable: ['*.tmp', 'cache/'] }, context))).toBe(
      'STEP_UNVERIFIED',
    );
    expect(
      await remove({ ...call, disposable: ['*.tmp', 'cache/', '/deep/core'] }, context),
    ).toMatchObject({ files: 7 });
    expect(existsSync(call.directory)).toBe(false);
  });

  it('removes only what is listed, where that is asked for', async () => {
    using folder = temporaryFolder();
    const call = await moved(folder.path);
    plantFiles(call.directory, { new: 'x', 'deep/er/new': 'y' });

    const result = await remove({ ...call, what: 'listed' }, context);

    expect(result).toEqual({ removed: true, files: 4, bytes: 9 });
    expect(Object.keys(snapshot(call.directory))).toEqual([
      'deep',
      'deep/er',
      'deep/er/new',
      'new',
    ]);
    expect(await remove({ ...call, what: 'listed' }, context)).toMatchObject({ files: 0 });
  });

  it('removes nothing that is listed when one of them was changed', async () => {
    using folder = temporaryFolder();
    const call = await moved(folder.path);
    appendFileSync(join(call.directory, 'out.nc'), 'more');
    const before = snapshot(call.directory);

    expect(await codeOf(() => remove({ ...call, what: 'listed' }, context))).toBe(
      'STEP_UNVERIFIED',
    );
    expect(snapshot(call.directory)).toEqual(before);
  });

  it('needs a manifest, or the word that none is needed', async () => {
    using folder = temporaryFolder();
    const { directory, base } = await moved(folder.path);

    expect(await codeOf(() => remove({ directory, base }, context))).toBe('STEP_ARGUMENTS');
    expect(
      await codeOf(() => remove({ directory, base, unverified: 'allow', what: 'listed' }, context)),
    ).toBe('STEP_ARGUMENTS');
    expect(
      await codeOf(() => remove({ directory, base, verifiedBy: join(base, 'none') }, context)),
    ).toBe('STEP_PATH');
    expect(await remove({ directory, base, unverified: 'allow' }, context)).toMatchObject({
      files: 4,
    });
  });

  it.each([
    ['the base itself', (base: string) => base, 'STEP_PATH'],
    ['the base by a detour', (base: string) => `${base}/runs/..`, 'STEP_PATH'],
    ['a place outside', (base: string) => `${base}/../elsewhere`, 'STEP_PATH'],
    ['a place behind a link', (base: string) => `${base}/by-link/r1`, 'STEP_LINK'],
    ['a link', (base: string) => `${base}/by-link`, 'STEP_LINK'],
    ['a file', (base: string) => `${base}/runs/r1/out.nc`, 'STEP_PATH'],
  ])('refuses %s', async (_, place, code) => {
    using folder = temporaryFolder();
    const { base } = await moved(folder.path);
    symlinkSync('runs', join(base, 'by-link'));
    const before = snapshot(base);

    expect(
      await codeOf(() => remove({ directory: place(base), base, unverified: 'allow' }, context)),
    ).toBe(code);
    expect(snapshot(base)).toEqual(before);
  });

  it('follows a link to the base, but none below it', async () => {
    using folder = temporaryFolder();
    await moved(folder.path);
    symlinkSync(folder.path, join(folder.path, 'alias'));
    const base = join(folder.path, 'alias');

    const result = await remove(
      { directory: join(base, 'runs/r1'), base, unverified: 'allow' },
      context,
    );

    expect(result).toMatchObject({ removed: true });
    expect(readdirSync(join(folder.path, 'runs'))).toEqual([]);
  });

  it('refuses a manifest that is in the folder, and one that is none', async () => {
    using folder = temporaryFolder();
    const call = await moved(folder.path);
    renameSync(call.verifiedBy, join(call.directory, 'm'));
    writeFileSync(call.verifiedBy, '{"path":"a"}\n');

    expect(
      await codeOf(() => remove({ ...call, verifiedBy: join(call.directory, 'm') }, context)),
    ).toBe('STEP_PATH');
    expect(await codeOf(() => remove(call, context))).toBe('STEP_MANIFEST');
    expect(existsSync(call.directory)).toBe(true);
  });

  it('empties folders that are read-only', async () => {
    using folder = temporaryFolder();
    const call = await moved(folder.path);
    chmodSync(join(call.directory, 'deep'), 0o500);

    expect(await remove(call, context)).toMatchObject({ removed: true });
    expect(existsSync(call.directory)).toBe(false);
  });

  it('finishes what a killed process began, whenever it was killed', {
    timeout: 120_000,
  }, async () => {
    using folder = temporaryFolder();
    const files = Object.fromEntries(
      Array.from({ length: 500 }, (_, n) => [`d${n % 50}/f${n}`, String(n)]),
    );
    for (let round = 0; round < 6; round += 1) {
      const directory = join(folder.path, `run${round}`);
      const verifiedBy = join(folder.path, `manifest${round}`);
      plantFiles(directory, files);
      await move(
        { from: directory, to: join(folder.path, 'archive'), manifest: verifiedBy },
        context,
      );
      const call = { directory, base: folder.path, verifiedBy };
      const victim = spawn(
        process.execPath,
        [
          '--conditions=@orchestrate/source',
          fileURLToPath(new URL('./remove-victim.ts', import.meta.url)),
          JSON.stringify(call),
        ],
        { stdio: ['ignore', 'pipe', 'inherit'] },
      );
      await once(victim.stdout, 'data');
      const ended = once(victim, 'close');
      setTimeout(() => victim.kill('SIGKILL'), round * 25);
      await ended;

      await remove(call, context);

      expect(readdirSync(folder.path).filter((name) => /run|remove/.test(name))).toEqual([]);
    }
    expect(Object.keys(snapshot(join(folder.path, 'archive')))).toHaveLength(550);
  });

  it('judges again what was set aside, and keeps what is not in the manifest', async () => {
    using folder = temporaryFolder();
    const call = await moved(folder.path);
    const { aside } = (await import('../src/remove/doomed-place.ts')).doomedPlace(
      call.directory,
      call.base,
    );
    plantFiles(call.directory, { late: 'x' });
    renameSync(call.directory, aside);
    mkdirSync(call.directory);

    expect(await codeOf(() => remove(call, context))).toBe('STEP_UNVERIFIED');
    expect(existsSync(join(aside, 'late'))).toBe(true);
    expect(await remove({ ...call, disposable: ['late'] }, context)).toMatchObject({ files: 5 });
    expect(readdirSync(join(folder.path, 'runs'))).toEqual([]);
  });
});
