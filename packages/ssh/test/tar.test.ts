import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { listFolder, lookAt } from '../src/staging/file-list.ts';
import { Landing } from '../src/staging/landing.ts';
import { readTar } from '../src/staging/tar-reader.ts';
import { writeTar } from '../src/staging/tar-writer.ts';

let place = '';
beforeEach(() => {
  place = mkdtempSync(join(tmpdir(), 'orchestrate-tar-'));
});
afterEach(() => rmSync(place, { recursive: true }));

async function* chunks(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function archiveOf(root: string): Promise<Buffer> {
  const pieces: Buffer[] = [];
  const files = listFolder(root).map(lookAt);
  for await (const piece of writeTar(files, () => undefined)) pieces.push(piece);
  return Buffer.concat(pieces);
}

interface Seen {
  readonly type: string;
  readonly mode: number;
  readonly content: string;
  readonly mtime?: number;
}

/** Everything in an archive, as our reader sees it. */
async function read(archive: Buffer, size: number): Promise<Record<string, Seen>> {
  const seen: Record<string, Seen> = {};
  for await (const entry of readTar(chunks(archive, size))) {
    const body: Buffer[] = [];
    for await (const chunk of entry.body()) body.push(chunk);
    seen[entry.path.replace(/^\.\//, '')] = {
      type: entry.type,
      mode: entry.type === 'link' ? 0 : entry.mode,
      content: entry.target ?? Buffer.concat(body).toString('latin1'),
      ...(entry.type === 'file' ? { mtime: entry.mtime } : {}),
    };
  }
  return seen;
}

/** Everything in a folder. */
function look(root: string): Record<string, Seen> {
  return Object.fromEntries(
    listFolder(root).map(({ path, from }): [string, Seen] => {
      const stat = lstatSync(from);
      if (stat.isSymbolicLink()) {
        return [path, { type: 'link', mode: 0, content: readlinkSync(from) }];
      }
      const mode = stat.mode & 0o7777;
      if (stat.isDirectory()) return [path, { type: 'directory', mode, content: '' }];
      const mtime = Math.floor(stat.mtimeMs / 1000);
      return [path, { type: 'file', mode, content: readFileSync(from, 'latin1'), mtime }];
    }),
  );
}

const names = fc
  .string({
    unit: fc.oneof(
      fc.constantFrom('\n', ' ', "'", '"', '\\', '$', '-', '*', '\t', '\u00e9', '\u{1f600}'),
      fc.constantFrom(...'abcdefghij.'.split('')),
    ),
    minLength: 1,
    maxLength: 60,
  })
  .filter((name) => !/^\.{1,2}$/.test(name) && Buffer.byteLength(name) < 250);

const things = fc.uniqueArray(
  fc.record({
    folders: fc.array(names, { maxLength: 4 }),
    name: names,
    content: fc.oneof(fc.uint8Array({ maxLength: 2000 }), fc.constant(new Uint8Array(512))),
    mode: fc.constantFrom(0o644, 0o600, 0o755, 0o440, 0o777),
    mtime: fc.integer({ min: 0, max: 2 ** 32 }),
    isLink: fc.boolean(),
    target: fc.stringMatching(/^[a-z/. ]{1,180}$/),
  }),
  { selector: ({ name }) => name, maxLength: 6 },
);

function make(root: string, list: typeof things extends fc.Arbitrary<infer T> ? T : never): void {
  for (const [index, { folders, name, content, mode, mtime, isLink, target }] of list.entries()) {
    const folder = join(root, `d${index}`, ...folders);
    mkdirSync(folder, { recursive: true });
    const file = join(folder, name);
    if (isLink) symlinkSync(target, file);
    else {
      writeFileSync(file, content);
      chmodSync(file, mode);
      utimesSync(file, mtime, mtime);
    }
  }
}

describe('archives', () => {
  it('hold everything of a folder, for our reader and for the tar of this machine', async () => {
    let round = 0;
    await fc.assert(
      fc.asyncProperty(things, fc.integer({ min: 1, max: 3000 }), async (list, size) => {
        round += 1;
        const [from, to] = [join(place, `f${round}`), join(place, `t${round}`)];
        mkdirSync(from);
        mkdirSync(to);
        make(from, list);
        const expected = look(from);

        const archive = await archiveOf(from);
        const { status } = spawnSync('tar', ['-xpf', '-', '-C', to], { input: archive });

        expect(status).toBe(0);
        expect(look(to)).toEqual(expected);
        expect(await read(archive, size)).toEqual(expected);
      }),
      { numRuns: 40 },
    );
  });

  it('of the tar of this machine are read, in each of its formats', async () => {
    let round = 0;
    await fc.assert(
      fc.asyncProperty(things, fc.constantFrom('gnu', 'pax'), async (list, format) => {
        round += 1;
        const from = join(place, `f${round}`);
        mkdirSync(from);
        make(from, list);

        const argv = [`--format=${format}`, '-cf', '-', '-C', from, '.'];
        const { stdout } = spawnSync('tar', argv, { maxBuffer: 2 ** 26 });
        const { '.': _root, ...seen } = await read(stdout, 700);

        expect(seen).toEqual(look(from));
      }),
      { numRuns: 30 },
    );
  });

  it('that are cut off or damaged are refused', async () => {
    writeFileSync(join(place, 'a'), 'x'.repeat(1000));
    const archive = await archiveOf(place);
    const damaged = Buffer.from(archive);
    damaged[10] = 1;
    const refused = expect.objectContaining({ code: 'SSH_ARCHIVE' });

    await expect(read(archive.subarray(0, 900), 100)).rejects.toThrow(refused);
    await expect(read(archive.subarray(0, 1536), 100)).rejects.toThrow(refused);
    await expect(read(damaged, 100)).rejects.toThrow(refused);
  });
});

describe('what comes in', () => {
  const body = async function* () {
    yield Buffer.from('evil');
  };
  const refused = expect.objectContaining({ code: 'SSH_ARCHIVE' });
  const file = (path: string) => ({ path, mode: 0o644, mtime: 1, size: 4 });

  it('is not written through a link that came before it', async () => {
    mkdirSync(join(place, 'outside'));
    const landing = new Landing(join(place, 'in'), '1');
    landing.makeLink({ path: 'way', target: '../outside' });

    await expect(landing.writeFile(file('way/x'), body())).rejects.toThrow(refused);
    expect(() => landing.copyFile('y', 'way/x')).toThrow(refused);
    landing.sweep();
    expect(Object.keys(look(place))).toEqual([
      'in',
      'in/.orchestrate-staging',
      'in/way',
      'outside',
    ]);
  });

  it('takes the place of a link, not of what it leads to', async () => {
    writeFileSync(join(place, 'precious'), 'mine');
    mkdirSync(join(place, 'in'));
    symlinkSync('../precious', join(place, 'in', 'x'));
    const landing = new Landing(join(place, 'in'), '1');

    await landing.writeFile(file('x'), body());

    expect(readFileSync(join(place, 'precious'), 'utf8')).toBe('mine');
    expect(readFileSync(join(place, 'in', 'x'), 'utf8')).toBe('evil');
  });

  it('does not take the place of a folder', async () => {
    mkdirSync(join(place, 'in', 'x'), { recursive: true });
    const landing = new Landing(join(place, 'in'), '1');

    await expect(landing.writeFile(file('x'), body())).rejects.toThrow(refused);
  });
});
