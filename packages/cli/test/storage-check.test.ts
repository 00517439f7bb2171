import { hash } from 'node:crypto';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Project } from './command-line.ts';

const PROJECT = `name: checks
storage:
  store: { use: local, path: ./store, fsync: false }
flows:
  one: { tasks: { nothing: { run: "true" } } }
`;

let project: Project;
beforeEach(() => {
  project = new Project({ 'project.yaml': PROJECT });
});
afterEach(() => {
  project[Symbol.dispose]();
});

const check = (...words: readonly string[]) => project.call('storage', 'check', ...words);

/** A Zarr array of version 2 with three chunks of two bytes each, uncompressed. */
function writeArray(at: string, chunks: readonly string[]): void {
  project.write(
    `${at}/.zarray`,
    JSON.stringify({
      zarr_format: 2,
      shape: [6],
      chunks: [2],
      dtype: '|u1',
      fill_value: 48,
      compressor: null,
      filters: null,
      order: 'C',
    }),
  );
  for (const [index, content] of chunks.entries()) project.write(`${at}/${index}`, content);
}

describe('orchestrate storage check on a Zarr store', () => {
  it('is content with one that has all its chunks', async () => {
    writeArray('store/good.zarr/tas', ['ab', 'cd', 'ef']);

    const { code, stdout } = await check('store:good.zarr/');

    expect(code).toBe(0);
    expect(stdout).toContain('store:good.zarr/ holds 1 Zarr array');
    expect(stdout).toMatch(/tas +6 +3 +0 +0 +0\n/);
    expect(stdout).toContain('read 4 objects');
  });

  it('names the chunks that are missing, hold nothing but the fill value, or are cut, and exits with 1', async () => {
    writeArray('store/bad.zarr/tas', ['00', 'x']);

    const [told, json, allowed] = await Promise.all([
      check('--quick', 'store:bad.zarr/'),
      check('--json', 'store:bad.zarr/'),
      check('--quick', '--allow-empty', 'store:bad.zarr/'),
    ]);

    expect([told.code, json.code, allowed.code]).toEqual([1, 1, 1]);
    expect(told.stdout).toMatch(/tas +6 +3 +1 +1 +1\n/);
    expect(told.stdout).toContain('  missing: 2\n');
    expect(told.stdout).toContain('  nothing but fill value: 0\n');
    expect(told.stdout).toContain('  damaged: 1: has 1 bytes, expected 2\n');
    expect(told.stdout).toContain('contents not read');
    expect(JSON.parse(json.stdout)).toMatchObject({
      objects: 3,
      folders: [{ arrays: [{ path: 'tas', chunks: 3, missing: { count: 1, first: ['2'] } }] }],
    });
  });

  it('takes holes for meant with --allow-empty, but not damage', async () => {
    writeArray('store/sparse.zarr/tas', ['00']);

    const [strict, lax] = await Promise.all([
      check('--quick', 'store:sparse.zarr/'),
      check('--quick', '--allow-empty', 'store:sparse.zarr/'),
    ]);

    expect([strict.code, lax.code]).toEqual([1, 0]);
  });

  it('says which file of metadata is broken, without a trace of the program', async () => {
    writeArray('store/broken.zarr/tas', ['ab']);
    project.write('store/broken.zarr/tas/.zarray', '{');

    const { code, stderr } = await check('store:broken.zarr/');

    expect(code).not.toBe(0);
    expect(stderr).toContain('tas/.zarray is not JSON');
    expect(stderr).not.toContain('    at ');
  });
});

describe('orchestrate storage check on a folder with a manifest', () => {
  const digest = (text: string): string => hash('sha256', text, 'hex');

  function writeManifest(state: string): void {
    const lines = [
      ['a.nc', 1, digest('a')],
      ['b.nc', 1, digest('b')],
    ].map((line) => `${JSON.stringify(line)}\n`);
    const header = {
      format: 'orchestrate-manifest/1',
      state,
      files: 2,
      bytes: 2,
      digest: digest(lines.join('')),
      by: { project: 'p', run: 'r7', task: 'make', attempt: 1, version: '0.1.0' },
      at: '2026-01-01T00:00:00.000Z',
    };
    project.write(
      'store/out/.orchestrate-manifest.jsonl',
      `${JSON.stringify(header)}\n${lines.join('')}`,
    );
    project.write('store/out/a.nc', 'a');
    project.write('store/out/b.nc', 'b');
  }

  it('says who made it and that all is there', async () => {
    writeManifest('complete');

    const { code, stdout } = await check('store:out/');

    expect(code).toBe(0);
    expect(stdout).toContain('store:out/ made by make in run r7: 2 files in its manifest');
  });

  it('finds what is missing, what was changed and what was left half replaced', async () => {
    writeManifest('replacing');
    rmSync(join(project.folder, 'store/out/a.nc'));
    project.write('store/out/b.nc', 'other');
    project.write('store/out/notes.txt', 'by hand');

    const { code, stdout } = await check('--quick', 'store:out/');

    expect(code).toBe(1);
    expect(stdout).toContain('not whole');
    expect(stdout).toContain('  missing: a.nc\n');
    expect(stdout).toContain('  not as the manifest says: b.nc\n');
    expect(stdout).toContain('1 file beside those of the manifest');
  });

  it('says so when there is nothing below an address', async () => {
    const { code, stderr } = await check('store:none/');

    expect(code).toBe(2);
    expect(stderr).toContain('store:none/: there is nothing below it');
  });
});
