import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { listFolder, openLocalHost, type RemoteHost, sendFiles } from '@orchestrate/ssh';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { real } from './surroundings.ts';

let place = '';
let host: RemoteHost;
beforeEach(() => {
  place = mkdtempSync(join(tmpdir(), 'orchestrate-space-'));
  for (const folder of ['bin', 'from', 'to']) mkdirSync(join(place, folder));
  writeFileSync(join(place, 'from', 'data'), Buffer.alloc(12 * 2 ** 20));
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await host[Symbol.asyncDispose]();
  rmSync(place, { recursive: true });
});

/** A host on which some programs say something of their own. */
function hostWith(programs: Readonly<Record<string, string>>): void {
  for (const [name, says] of Object.entries(programs)) {
    const file = join(place, 'bin', name);
    writeFileSync(file, `#!/bin/sh\n${says}\n`);
    chmodSync(file, 0o755);
  }
  vi.stubEnv('PATH', `${join(place, 'bin')}:${process.env['PATH'] ?? ''}`);
  host = openLocalHost(real);
}

function refusal(to = 'to'): Promise<unknown> {
  const files = listFolder(join(place, 'from'));
  return sendFiles(host, { files, to: join(place, to) }).then(
    () => undefined,
    (error: unknown) => error,
  );
}

const df = (free: number, inodes = 100_000) => `
case "$1" in
  -Pi) echo 'Filesystem Inodes IUsed IFree IUse% Mounted'; echo '/dev/fast 200000 1 ${inodes} 1% /' ;;
  *) echo 'Filesystem 1024-blocks Used Available Capacity Mounted'; echo '/dev/fast 99999999 1 ${free} 1% /' ;;
esac`;

/** In the form of quota-tools 4.06, with the columns of grace empty where nothing is exceeded. */
const quota = (row: string) => `
echo 'Disk quotas for user me (uid 1000):'
echo '     Filesystem  blocks   quota   limit   grace   files   quota   limit   grace'
echo '     /dev/other  1  0  1               1       0       1        '
echo '     /dev/fast  ${row}'`;

describe('files that do not fit on a host', () => {
  it.each([
    ['its file system is full', { df: df(2_048) }, 'space', '2 MiB are free'],
    ['there are no inodes', { df: df(9e7, 0) }, 'inodes', '0 are free'],
    [
      'the quota is used up',
      { df: df(9e7), quota: quota('20480*   20480   30720   6days     10       0       0') },
      'quota',
      '10 MiB are left of the quota',
    ],
    [
      'the quota of files is used up',
      { df: df(9e7), quota: quota('4       0       0              10       5      10') },
      'files',
      '0 are left of the quota',
    ],
    [
      'the quota of Lustre is used up',
      { df: df(9e7), lfs: "echo ' /scratch  1024  0  2048  -  12  0  0  -'" },
      'quota',
      '1 MiB are left of the quota',
    ],
  ] as const)('are not sent when %s', async (_why, programs, what, words) => {
    hostWith(programs);

    const error = await refusal();

    expect(error).toMatchObject({ code: 'SSH_SPACE', details: { what } });
    expect(String(error)).toContain(words);
    expect(readdirSync(join(place, 'to'))).not.toContain('data');
  });

  it.each([
    ['there is room', { df: df(9e7), quota: quota('4   0   0      10   0   0') }],
    ['nobody can tell', { df: 'exit 1', quota: 'exit 1' }],
    ['what is said makes no sense', { df: 'echo hello; echo a b c d e f', quota: 'echo a b' }],
  ] as const)('are sent when %s', async (_why, programs) => {
    hostWith(programs);

    expect(await refusal('new/folder')).toBeUndefined();
    expect(readdirSync(join(place, 'new/folder'))).toContain('data');
  });
});
