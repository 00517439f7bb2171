import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { copyTemplate } from '../src/directory/copy-template.ts';
import { makeDirectory } from '../src/directory/make-directory.ts';
import { codeOf, contextFor, errorOf, temporaryFolder } from './calling.ts';
import { plantFiles, snapshot } from './tree.ts';

const context = contextFor();

function planted(path: string): { template: string; directory: string } {
  const template = join(path, 'template');
  plantFiles(template, {
    'run.sh.j2': '#!/bin/sh\n',
    'input/a': 'a',
    'input/big': Buffer.alloc(200_000, 3),
    'input/empty': '',
  });
  plantFiles(path, { 'shared/data': 'shared' });
  symlinkSync('../shared', join(template, 'shared'));
  chmodSync(join(template, 'run.sh.j2'), 0o777);
  chmodSync(join(template, 'input/a'), 0o400);
  mkdirSync(join(template, 'read-only'), { mode: 0o555 });
  utimesSync(join(template, 'input'), 1_600_000_000, 1_600_000_000);
  return { template, directory: join(path, 'runs/2026/r1') };
}

describe('makeDirectory', () => {
  it('copies a template with modes, times and links as they are', () => {
    using folder = temporaryFolder();
    const call = planted(folder.path);

    expect(makeDirectory(call, context)).toEqual({ made: true, directory: call.directory });

    expect(snapshot(call.directory)).toEqual(snapshot(call.template));
    expect(readdirSync(join(folder.path, 'runs/2026'))).toEqual(['r1']);
    expect(lstatSync(join(call.directory, 'run.sh.j2')).mode & 0o777).toBe(0o777);
  });

  it('makes an empty folder where there is no template', () => {
    using folder = temporaryFolder();
    const directory = join(folder.path, 'a/b');

    makeDirectory({ directory }, context);

    expect(readdirSync(directory)).toEqual([]);
    expect(lstatSync(directory).mode).toBe(lstatSync(join(folder.path, 'a')).mode);
  });

  it('fails on a folder that is there, or keeps it', async () => {
    using folder = temporaryFolder();
    const call = planted(folder.path);
    plantFiles(call.directory, { mine: 'x' });

    expect(await codeOf(() => makeDirectory(call, context))).toBe('STEP_EXISTS');
    expect(makeDirectory({ ...call, existing: 'keep' }, context)).toMatchObject({ made: false });
    expect(Object.keys(snapshot(call.directory))).toEqual(['mine']);
    writeFileSync(join(folder.path, 'file'), '');
    expect(
      await codeOf(() =>
        makeDirectory({ directory: join(folder.path, 'file'), existing: 'keep' }, context),
      ),
    ).toBe('STEP_EXISTS');
    symlinkSync('nowhere', join(folder.path, 'dangling'));
    expect(
      await codeOf(() =>
        makeDirectory({ directory: join(folder.path, 'dangling'), existing: 'keep' }, context),
      ),
    ).toBe('STEP_EXISTS');
  });

  it('sees that a template was changed, also by a file of the same size', () => {
    using folder = temporaryFolder();
    const call = planted(folder.path);
    makeDirectory(call, context);
    writeFileSync(join(call.template, 'run.sh.j2'), '#!/bin/zz\n'.slice(0, 10));
    utimesSync(join(call.template, 'run.sh.j2'), 1_700_000_000.25, 1_700_000_000.25);
    const second = { ...call, directory: `${call.directory}-2` };

    makeDirectory(second, context);

    expect(readFileSync(join(second.directory, 'run.sh.j2'), 'utf8')).toBe('#!/bin/zz\n');
  });

  it('writes nothing through links of the template', () => {
    using folder = temporaryFolder();
    const call = planted(folder.path);

    makeDirectory(call, context);
    writeFileSync(join(call.directory, 'input/new'), 'x');

    expect(snapshot(join(folder.path, 'shared'))).toEqual(snapshot(join(folder.path, 'shared')));
    expect(readdirSync(join(folder.path, 'shared'))).toEqual(['data']);
    expect(lstatSync(join(call.directory, 'shared')).isSymbolicLink()).toBe(true);
  });

  it('names a template that is missing, odd, or holds the folder', async () => {
    using folder = temporaryFolder();
    const call = planted(folder.path);
    const inside = { ...call, directory: join(call.template, 'r1') };

    expect(await codeOf(() => makeDirectory({ ...call, template: '/no/such' }, context))).toBe(
      'STEP_PATH',
    );
    expect(await codeOf(() => makeDirectory(inside, context))).toBe('STEP_PATH');
    spawnSync('mkfifo', [join(call.template, 'odd')]);
    const error = await errorOf(() => makeDirectory(call, context));
    expect(error).toMatchObject({ code: 'STEP_PATH' });
    expect(error.message).toContain('odd');
  });

  it('lets files be added before the folder gets its name, and leaves nothing when that fails', async () => {
    using folder = temporaryFolder();
    const { template, directory } = planted(folder.path);

    copyTemplate({ template, directory, existing: 'fail' }, (aside) =>
      writeFileSync(join(aside, 'run.sh'), 'rendered'),
    );
    const error = await errorOf(() =>
      copyTemplate({ template, directory: `${directory}-2`, existing: 'fail' }, () => {
        throw new RangeError('no');
      }),
    );

    expect(readFileSync(join(directory, 'run.sh'), 'utf8')).toBe('rendered');
    expect(error).toBeInstanceOf(RangeError);
    expect(readdirSync(join(folder.path, 'runs/2026'))).toEqual(['r1']);
  });

  it('leaves no half folder under a final name when its process is killed', {
    timeout: 120_000,
  }, async () => {
    using folder = temporaryFolder();
    const { template } = planted(folder.path);
    const whole = snapshot(template);
    for (let round = 0; round < 5; round += 1) {
      const parent = join(folder.path, `round-${round}`);
      const victim = spawn(
        process.execPath,
        [
          '--conditions=@orchestrate/source',
          fileURLToPath(new URL('./directory-victim.ts', import.meta.url)),
          template,
          parent,
        ],
        { stdio: ['ignore', 'pipe', 'inherit'] },
      );
      await once(victim.stdout, 'data');
      const ended = once(victim, 'close');
      setTimeout(() => victim.kill('SIGKILL'), 20 + round * 7);
      await ended;

      const made = readdirSync(parent).filter((name) => name.startsWith('run-'));
      expect(made.length).toBeGreaterThan(0);
      for (const name of made) expect(snapshot(join(parent, name))).toEqual(whole);
    }
  });
});
