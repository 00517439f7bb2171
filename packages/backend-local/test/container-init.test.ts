import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { initArguments } from '../src/container-init.ts';
import { newPlace } from './place.ts';

it('names the init program that podman puts into the container', () => {
  const place = newPlace();
  const path = join(place, 'catatonit');
  writeFileSync(path, '');
  chmodSync(path, 0o755);

  expect(initArguments('podman', 'linux', place)).toEqual(['--init', `--init-path=${path}`]);
});

it('lets docker, and podman in its virtual machine, bring their own, and asks none of apptainer', () => {
  expect(initArguments('docker', 'linux', '')).toEqual(['--init']);
  expect(initArguments('podman', 'darwin', '')).toEqual(['--init']);
  expect(initArguments('apptainer', 'linux', '')).toEqual([]);
});
