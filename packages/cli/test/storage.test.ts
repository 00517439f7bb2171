import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { seededRandom } from '@orchestrate/testkit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { jsonLines, Project } from './command-line.ts';

const PROJECT = `name: moves
storage:
  store: { use: local, path: ./store, fsync: false }
  other: { use: local, path: ./other, fsync: false }
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

const storage = (...words: readonly string[]) => project.call('storage', ...words);
const path = (name: string): string => join(project.folder, name);

/** Files below a folder: relative path -> content. Ours for content on its way are left out. */
function tree(folder: string): Record<string, string> {
  const found: Record<string, string> = {};
  if (!existsSync(path(folder))) return found;
  for (const entry of readdirSync(path(folder), { recursive: true, withFileTypes: true })) {
    const file = join(entry.parentPath, entry.name);
    if (entry.isFile() && !file.includes('.orchestrate-tmp'))
      found[file.slice(path(folder).length + 1)] = readFileSync(file, 'utf8');
  }
  return found;
}

describe('orchestrate storage ls and stat', () => {
  it('lists the storages, one level, all levels, and single objects', async () => {
    project.write('store/a.txt', 'a');
    project.write('store/d/b.txt', 'bb');
    const [storages, top, deep, one] = await Promise.all([
      storage('ls'),
      storage('ls', 'store:'),
      storage('ls', '-R', 'store:'),
      storage('ls', 'store:d/b.txt'),
    ]);

    expect(storages.stdout).toMatch(/store: +local\nother: +local\nlocal: +local/);
    expect(top.stdout).toBe('store:d/\nstore:a.txt\n');
    expect(deep.stdout).toBe('store:a.txt\nstore:d/b.txt\n');
    expect(one.stdout).toBe('store:d/b.txt\n');
  });

  it('tells a program everything, line by line', async () => {
    project.write('store/a.txt', 'abc');
    const { stdout } = await storage('ls', '--json', 'store:');

    expect(jsonLines(stdout)).toMatchObject([{ address: 'store:a.txt', bytes: 3 }]);
  });

  it('exits with 1 for what is not there', async () => {
    project.write('store/a.txt', 'abc');
    const [listed, looked] = await Promise.all([
      storage('ls', 'store:none'),
      storage('stat', 'store:a.txt', 'store:none', '--json'),
    ]);

    expect([listed.code, looked.code]).toEqual([1, 1]);
    expect(JSON.parse(looked.stdout)).toMatchObject({
      objects: [{ exists: true, bytes: 3 }, { exists: false }],
    });
  });

  it('names all mistakes of a call at once, and the storage that was meant', async () => {
    const { code, stderr } = await storage('stat', 'stor:a', 'store:../b', 'nothing:c');

    expect(code).toBe(2);
    expect(stderr).toContain('did you mean store:a?');
    expect(stderr).toContain('leaves its folder');
    expect(stderr).toContain('no storage nothing');
  });
});

describe('orchestrate storage cp', () => {
  it('copies files and folders in, out and between storages, and takes nothing away', async () => {
    project.write('in/a.txt', 'a');
    project.write('in/d/b c.txt', 'b');
    const copied = await storage('cp', 'in', 'store:x/', '--json');
    await storage('cp', 'store:x/', 'other:y/');
    await storage('cp', 'other:y/', './out/');
    await storage('cp', 'other:y/a.txt', 'here.txt');

    expect(JSON.parse(copied.stdout)).toMatchObject({ objects: 2, copied: 2, failed: 0 });
    expect(tree('out')).toEqual(tree('in'));
    expect(tree('in')).toEqual({ 'a.txt': 'a', 'd/b c.txt': 'b' });
    expect(readFileSync(path('here.txt'), 'utf8')).toBe('a');
  });

  it('only says what it would do with --dry-run', async () => {
    project.write('in/a.txt', 'a');
    const { stdout, code } = await storage('cp', '--dry-run', 'in/', 'store:x/');

    expect([code, stdout]).toEqual([0, 'would copy in/a.txt\nwould copy 1 object\n']);
    expect(tree('store')).toEqual({});
  });

  it('goes on after what fails, tells it, and exits with 1', async () => {
    project.write('in/a', 'file');
    project.write('in/b', 'file');
    project.write('store/x/a/below', 'in the way');
    const { code, stderr } = await storage('cp', 'in/', 'store:x/');

    expect(code).toBe(1);
    expect(stderr).toContain('STORAGE_CONFLICT');
    expect(tree('store')).toEqual({ 'x/a/below': 'in the way', 'x/b': 'file' });
  });

  it('refuses a folder for a file, two ends on this machine, and a source that is missing', async () => {
    project.write('in/a', 'x');
    const calls = await Promise.all([
      storage('cp', 'in/', 'store:x'),
      storage('cp', 'in/a', 'out'),
      storage('cp', 'none', 'store:x'),
      storage('cp', 'store:none', 'out'),
    ]);

    expect(calls.map(({ code }) => code)).toEqual([2, 2, 2, 2]);
    expect(tree('store')).toEqual({});
  });

  it('follows no link out of the folder', async () => {
    project.write('secret', 'not meant');
    project.write('in/a', 'x');
    symlinkSync(path('secret'), path('in/link'));
    const { stderr } = await storage('cp', 'in/', 'store:x/');

    expect(tree('store')).toEqual({ 'x/a': 'x' });
    expect(stderr).toContain('is a symbolic link and is left out');
  });
});

describe('orchestrate storage rm', () => {
  it('never removes without being told so', async () => {
    project.write('store/d/a', 'x');
    const [folder, unasked, dry] = await Promise.all([
      storage('rm', 'store:d/', '--yes'),
      storage('rm', '-R', 'store:d/'),
      storage('rm', '-R', '--dry-run', 'store:d/'),
    ]);

    expect([folder.code, unasked.code, dry.code]).toEqual([2, 2, 0]);
    expect(unasked.stderr).toContain('CLI_NOT_CONFIRMED');
    expect(dry.stdout).toContain('would remove store:d/a');
    expect(tree('store')).toEqual({ 'd/a': 'x' });
  });

  it('removes objects and all below folders', async () => {
    for (const name of ['d/a', 'd/e/b', 'c']) project.write(`store/${name}`, 'x');
    const { stdout } = await storage('rm', '-R', '--yes', 'store:d/', 'store:nothing');

    expect(stdout).toBe('removed 2 objects\n');
    expect(tree('store')).toEqual({ c: 'x' });
  });
});

describe('orchestrate storage check', () => {
  it('reads everything and says how much', async () => {
    project.write('store/a', 'xyz');
    const { code, stdout } = await storage('check', 'store:', '--json');

    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ objects: 1, good: 1, bytes: 3, failed: 0 });
  });
});

describe('orchestrate storage sync', () => {
  const sync = async (...words: readonly string[]) =>
    JSON.parse((await storage('sync', '--json', ...words)).stdout) as Record<string, number>;

  it('copies what differs, once, and remembers it', async () => {
    project.write('in/a', '1');
    project.write('in/b', '2');
    const first = await sync('in/', 'store:x/');
    const second = await sync('in/', 'store:x/');
    project.write('in/b', '3');
    const third = await sync('in/', 'store:x/');

    expect([first, second, third]).toMatchObject([
      { copied: 2, unchanged: 0 },
      { copied: 0, unchanged: 2 },
      { copied: 1, unchanged: 1 },
    ]);
    expect(tree('store')).toEqual({ 'x/a': '1', 'x/b': '3' });
  });

  it('notices what somebody else has changed or removed on the target', async () => {
    project.write('in/a', '1');
    project.write('in/b', '2');
    await sync('in/', 'store:x/');
    writeFileSync(path('store/x/a'), '9');
    utimesSync(path('store/x/a'), 1, 1);
    rmSync(path('store/x/b'));

    expect(await sync('in/', 'store:x/')).toMatchObject({ copied: 2 });
    expect(tree('store')).toEqual({ 'x/a': '1', 'x/b': '2' });
  });

  it('leaves what only the target has, and removes it with --delete', async () => {
    project.write('in/a', '1');
    project.write('store/x/old', 'o');
    const kept = await sync('in/', 'store:x/');
    const dry = await storage('sync', '--delete', '--dry-run', 'in/', 'store:x/');
    const removed = await sync('--delete', 'in/', 'store:x/');

    expect(kept).toMatchObject({ extra: 1, removed: 0 });
    expect(dry.stdout).toContain('would remove store:x/old');
    expect(removed).toMatchObject({ removed: 1 });
    expect(tree('store')).toEqual({ 'x/a': '1' });
  });

  it('does not empty a target because the source is empty', async () => {
    project.write('store/x/a', '1');
    mkdirSync(path('in'));
    const { code, stderr } = await storage('sync', '--delete', 'in/', 'store:x/');

    expect(code).toBe(2);
    expect(stderr).toContain('CLI_NOT_CONFIRMED');
    expect(tree('store')).toEqual({ 'x/a': '1' });
  });

  it('survives a memory that is cut, lost or wrong', async () => {
    project.write('in/a', '1');
    await sync('in/', 'store:x/');
    const folder = path('.orchestrate/sync');
    const [name = ''] = readdirSync(folder);
    const text = readFileSync(join(folder, name), 'utf8');
    writeFileSync(join(folder, name), text.slice(0, -3));
    project.write('in/a', '2');
    const cut = await sync('in/', 'store:x/');
    rmSync(folder, { recursive: true });
    const lost = await sync('in/', 'store:x/');

    expect(cut).toMatchObject({ copied: 1 });
    expect(lost['failed']).toBe(0);
    expect(tree('store')).toEqual({ 'x/a': '2' });
  });

  it('makes the target like the source, whatever was done to both, in each direction', async () => {
    const random = seededRandom(7);
    const names = ['a', 'b', 'd/c', 'd/e/f', 'g h', 'é'];
    const edit = (folder: string): void => {
      const name = names[Math.floor(random() * names.length)] ?? 'a';
      const file = path(`${folder}/${name}`);
      if (random() < 0.3) rmSync(file, { force: true });
      else project.write(`${folder}/${name}`, String(Math.floor(random() * 4)));
    };
    for (let round = 0; round < 4; round += 1) {
      for (let n = 0; n < 5; n += 1) edit('in');
      for (let n = 0; n < 2; n += 1) edit('store/x');
      await sync('--delete', '--yes', 'in/', 'store:x/');
      expect(tree('store/x')).toEqual(tree('in'));
      for (let n = 0; n < 2; n += 1) edit('back');
      await sync('--delete', '--yes', 'store:x/', './back/');
      expect(tree('back')).toEqual(tree('in'));
    }
  });
});
