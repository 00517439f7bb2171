import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { fileMapsOf } from './file-maps.ts';

let project = '';
beforeEach(() => {
  project = mkdtempSync(join(tmpdir(), 'file-maps-'));
});
afterEach(() => rmSync(project, { recursive: true, force: true }));

function write(path: string, content: string | Uint8Array): void {
  mkdirSync(dirname(join(project, path)), { recursive: true });
  writeFileSync(join(project, path), content);
}

const maps = (...files: string[]) => fileMapsOf({ conf: { files }, data: {} }, project);

it('holds files by their own names, texts as texts', () => {
  write('conf/model.yaml', 'dt: 900\n');
  write('conf/mask.bin', Buffer.from([0, 255, 1]));
  write('tables/field', 'ä');

  expect(maps('conf/*', 'tables/field')).toMatchObject([
    {
      volume: 'conf',
      contents: {
        data: { 'model.yaml': 'dt: 900\n', field: 'ä' },
        binaryData: { 'mask.bin': 'AP8B' },
      },
    },
  ]);
});

it('has another digest when a file is another', () => {
  write('a', '1');
  const [before] = maps('a');
  expect(maps('a')[0]?.digest).toBe(before?.digest);
  write('a', '2');
  expect(maps('a')[0]?.digest).not.toBe(before?.digest);
});

it('refuses what is not there, not a name, there twice, too large, or outside', () => {
  write('x/one', '1');
  write('y/one', '1');
  write('odd name', '1');
  write('large', Buffer.alloc(1_000_001));
  symlinkSync('/etc/hostname', join(project, 'away'));

  expect(() => maps('gone')).toThrow(/there is none called gone/);
  expect(() => maps('x/one', 'y/*')).toThrow(/two of them are called one/);
  expect(() => maps('odd*')).toThrow(/expected letters, digits and -\._/);
  expect(() => maps('large')).toThrow(/expected at most 1000000 bytes together, got 1000001/);
  expect(() => maps('away')).toThrow(/away leads out of the folder of the project/);
  expect(() => maps('../*')).toThrow(/\.\./);
});
