import { statfsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { quota } from '../src/quota/quota.ts';
import { codeOf, contextFor, errorOf, temporaryFolder } from './calling.ts';
import { plantFiles } from './tree.ts';

const context = contextFor();
const printing = (text: string) => ['printf', '%s\\n', text];

describe('quota', () => {
  it('asks the file system', async () => {
    const { bavail, bsize } = statfsSync('/tmp');

    const result = await quota({ sources: [{ use: 'df', path: '/tmp', atLeast: '1Ki' }] }, context);

    expect(result).toMatchObject({ passed: true, source: 'df', from: '/tmp' });
    expect((result as { freeBytes: number }).freeBytes).toBeGreaterThan((bavail * bsize) / 2);
    expect(
      await codeOf(() =>
        quota({ sources: [{ use: 'df', path: '/tmp', atLeast: '8000Ti' }] }, context),
      ),
    ).toBe('STEP_QUOTA');
  });

  it('counts a folder against its limit', async () => {
    using folder = temporaryFolder();
    plantFiles(folder.path, { 'a/b': 'x'.repeat(600), c: 'y'.repeat(300) });
    const source = { use: 'directory', path: folder.path, limit: 1000, atLeast: 200 };

    const error = await errorOf(() => quota({ sources: [source] }, context));

    expect(error.message).toBe(
      `Not enough: directory ${folder.path}: 100 B, expected at least 200 B.`,
    );
    expect(await quota({ sources: [source], required: false }, context)).toMatchObject({
      passed: false,
      freeBytes: 100,
    });
    expect(
      await codeOf(() =>
        quota({ sources: [{ ...source, path: join(folder.path, 'no') }] }, context),
      ),
    ).toBe('STEP_PATH');
  });

  it('takes the file system with least space left, or the one that is named', async () => {
    const command = printing('/a 100 400 500\n/b 10 50 60');

    expect(
      await quota({ sources: [{ use: 'quota', command, atLeast: 1 }] }, context),
    ).toMatchObject({ freeBytes: 40_960, from: '/b' });
    expect(
      await quota({ sources: [{ use: 'quota', command, path: '/a', atLeast: 1 }] }, context),
    ).toMatchObject({ freeBytes: 307_200 });
    expect(
      await codeOf(() =>
        quota({ sources: [{ use: 'quota', command, path: '/c', atLeast: 1 }] }, context),
      ),
    ).toBe('STEP_QUOTA_UNKNOWN');
  });

  it('passes where there is no quota, and asks on', async () => {
    const none = {
      use: 'quota',
      command: printing('Disk quotas for user me (uid 1): none'),
      atLeast: '1Ti',
    };
    const share = {
      use: 'fair-share',
      command: printing('Account|User|FairShare\nc|me|0.3'),
      atLeast: 0.5,
    };

    expect(await quota({ sources: [none] }, context)).toMatchObject({
      passed: true,
      freeBytes: null,
    });
    expect(await quota({ sources: [none, share], required: false }, context)).toMatchObject({
      passed: false,
      fairShare: 0.3,
    });
  });

  it('fails on commands that are missing, fail or print nothing of use', async () => {
    const asking = (command: string[]) =>
      codeOf(() => quota({ sources: [{ use: 'lfs', path: '/l', command, atLeast: 1 }] }, context));

    expect(await asking(['no-such-lfs'])).toBe('STEP_PROGRAM_MISSING');
    expect(await asking(['false'])).toBe('STEP_QUOTA_UNKNOWN');
    expect(await asking(['echo', 'hello'])).toBe('STEP_QUOTA_UNKNOWN');
  });
});
