import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readManifest } from '../src/manifest/manifest.ts';
import { parseDestination } from '../src/move/destination.ts';
import { move } from '../src/move/move.ts';
import { parseSums } from '../src/move/remote-digests.ts';
import { codeOf, contextFor, errorOf, temporaryFolder } from './calling.ts';
import { plantFiles, snapshot } from './tree.ts';

const context = contextFor();
const hasRsync = spawnSync('rsync', ['--version']).status === 0;
const standIn = join(import.meta.dirname, 'ssh-stand-in.sh');

const NAMES = [
  'it\'s "odd".txt',
  ' blank ',
  '$(touch hacked)',
  '-rf',
  'new\nline',
  'back\\slash',
  '#a',
  'é*?[x]',
  ';b',
];

function planted(path: string) {
  const from = join(path, "from 'here'");
  const home = join(path, 'home of me');
  mkdirSync(home);
  plantFiles(from, Object.fromEntries(NAMES.map((name) => [`a b/${name}`, `in ${name}`])));
  mkdirSync(join(from, 'empty'));
  symlinkSync('a b', join(from, 'link'));
  // rsync takes times of folders within the same second for equal.
  for (const name of ['a b', 'empty']) utimesSync(join(from, name), 1_600_000_000, 1_600_000_000);
  return {
    call: {
      from,
      to: "me@there:arch ive/it's $HOME",
      manifest: join(path, 'm'),
      ssh: [standIn, home],
    },
    target: join(home, "arch ive/it's $HOME"),
    home,
  };
}

/** A search path without some programs: a folder of links to all others that are needed there. */
function pathWithout(folder: string, without: readonly string[]): string {
  const path = join(folder, 'bin');
  mkdirSync(path);
  for (const name of ['sh', 'mkdir', 'xargs', 'rsync', 'sha256sum', 'shasum', 'cat']) {
    const found = spawnSync('sh', ['-c', 'command -v "$0"', name], {
      encoding: 'utf8',
    }).stdout.trim();
    if (found !== '' && !without.includes(name)) symlinkSync(found, join(path, name));
  }
  return path;
}

describe.runIf(hasRsync)('move over SSH', () => {
  it('copies files of any name to any path, and verifies them there', async () => {
    using folder = temporaryFolder();
    const { call, target, home } = planted(folder.path);

    const result = await move(call, context);

    expect(result).toMatchObject({
      files: NAMES.length,
      copied: NAMES.length,
      verification: 'sha256sum',
    });
    expect(snapshot(target)).toEqual(snapshot(call.from));
    expect(existsSync(join(home, 'hacked'))).toBe(false);
    expect((await readManifest(call.manifest)).size).toBe(NAMES.length + 4);
  });

  it('copies only what is missing the next time, and what differs under the same size and time', async () => {
    using folder = temporaryFolder();
    const { call, target } = planted(folder.path);
    await move(call, context);
    rmSync(join(target, 'a b/-rf'));
    writeFileSync(join(target, 'a b/#a'), 'IN #a');
    utimesSync(join(target, 'a b/#a'), 1_700_000_000.25, 1_700_000_000.25);

    const result = await move(call, context);

    expect(result).toMatchObject({ files: NAMES.length, copied: 1 });
    expect(readFileSync(join(target, 'a b/#a'), 'utf8')).toBe('in #a');
  });

  it('asks rsync where there is no program for digests, and says so', async () => {
    using folder = temporaryFolder();
    const { call, target } = planted(folder.path);
    const path = pathWithout(folder.path, ['sha256sum', 'shasum']);
    const ssh = ['env', `STAND_IN_PATH=${path}`, ...call.ssh];

    const first = await move({ ...call, ssh }, context);
    writeFileSync(join(target, 'a b/#a'), 'IN #a');
    utimesSync(join(target, 'a b/#a'), 1_700_000_000.25, 1_700_000_000.25);
    const second = await move({ ...call, ssh }, context);

    expect([first, second]).toMatchObject([
      { verification: 'rsync --checksum' },
      { verification: 'rsync --checksum' },
    ]);
    expect(readFileSync(join(target, 'a b/#a'), 'utf8')).toBe('in #a');
  });

  it.each([
    ['away:x', 'STEP_UNAVAILABLE', 'later'],
    ['me@locked:x', 'STEP_DENIED', 'user-error'],
    ['me@there:/proc/no/such', 'STEP_PATH', 'user-error'],
  ])('says why %s cannot be reached', async (to, code, failure) => {
    using folder = temporaryFolder();
    const { call } = planted(folder.path);

    const error = await errorOf(() => move({ ...call, to }, context));

    expect(error).toMatchObject({ code, details: { failure } });
    expect(existsSync(call.manifest)).toBe(false);
  });

  it('says that the host of the real ssh is not known', async () => {
    using folder = temporaryFolder();
    const { call } = planted(folder.path);

    const error = await errorOf(() =>
      move({ ...call, to: 'no-such-host.invalid:x', ssh: ['ssh', '-F', 'none'] }, context),
    );

    expect(error).toMatchObject({ code: 'STEP_PATH', details: { host: 'no-such-host.invalid' } });
  });

  it('says that rsync is missing, here and there', async () => {
    using folder = temporaryFolder();
    const { call } = planted(folder.path);

    expect(await codeOf(() => move({ ...call, rsync: 'no-such-rsync' }, context))).toBe(
      'STEP_PROGRAM_MISSING',
    );
    expect(await codeOf(() => move({ ...call, remoteRsync: '/no/rsync' }, context))).toBe(
      'STEP_PATH',
    );
  });
});

describe('a destination', () => {
  it.each([
    ['/a/b', { kind: 'local', path: '/a/b' }],
    ['./a:b', { kind: 'local', path: './a:b' }],
    ['hpc:/a b/c/', { kind: 'ssh', host: 'hpc', path: '/a b/c' }],
    ['me@hpc.example:~/x', { kind: 'ssh', host: 'me@hpc.example', path: 'x' }],
    ['[::1]:x', { kind: 'ssh', host: '[::1]', path: 'x' }],
  ])('%s is read', (text, expected) => {
    expect(parseDestination(text)).toEqual(expected);
  });

  it.each([
    '-oProxyCommand=x:y',
    'hpc::module',
    'hpc:',
    'a b:c',
    'hpc:~you/x',
    'hpc:a\nb',
    '-x@hpc:y',
  ])('%j is refused', async (text) => {
    expect(await codeOf(() => parseDestination(text))).toBe('STEP_PATH');
  });
});

it('reads the lines of sha256sum, also those with escaped names', () => {
  const digest = 'ab'.repeat(32);

  const sums = parseSums(
    `${digest}  ./a b\n\\${digest} *./c\\nd\\\\e\nsha256sum: ./x: No such file\n`,
  );

  expect([...sums]).toEqual([
    ['a b', digest],
    ['c\nd\\e', digest],
  ]);
});
