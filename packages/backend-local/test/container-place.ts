import { execFileSync } from 'node:child_process';
import { afterEach, expect, onTestFinished } from 'vitest';
import type { LocalBackend } from '../src/local-backend.ts';
import { until } from './jobs.ts';
import { openAt } from './local-place.ts';

const image = process.env['ORCHESTRATE_TESTBED_IMAGE'];
if (image === undefined) {
  throw new Error('no test bed: run these tests by `npm run test:live`');
}

/** The image of the test bed, which has a shell. */
export const IMAGE: string = image;

/** What podman prints when asked something. */
export function podman(...args: readonly string[]): string {
  return execFileSync('podman', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}

/** Names of all containers, running or not. */
export function containers(): string[] {
  return podman('ps', '--all', '--format={{.Names}}')
    .split('\n')
    .filter((name) => name !== '');
}

/** A backend whose jobs may name an image. */
export function openWithPodman(place: string, options: object = {}): LocalBackend {
  return openAt(place, { containers: 'podman', slots: 2, cpus: 2, ...options });
}

/** Whatever a test does, no container may be left soon after it. */
export function leavesNoContainer(): void {
  afterEach(async () => {
    onTestFinished(() => void podman('rm', '--all', '--force', '--time=0'));
    const left = async () => (containers().length === 0 ? true : undefined);
    await until('containers to be gone', left, 10).catch(() => expect(containers()).toEqual([]));
  });
}
