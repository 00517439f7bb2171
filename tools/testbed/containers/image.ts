import { type SpawnSyncReturns, spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** The image of the bed. Its name says that no registry has it. */
export const IMAGE = 'localhost/orchestrate-testbed:1';

const PROGRAMS = [
  'sh',
  'cat',
  'sleep',
  'env',
  'echo',
  'printf',
  'head',
  'tail',
  'touch',
  'id',
  'ps',
];

/** Runs podman with the settings of the bed. */
export function podman(
  environment: Readonly<Record<string, string>>,
  ...args: readonly string[]
): SpawnSyncReturns<string> {
  const env = { ...process.env, ...environment };
  return spawnSync('podman', args, { env, encoding: 'utf8' });
}

/** What podman had to say, for a line. */
export function lastWords({ stderr, error }: SpawnSyncReturns<string>): string {
  return error?.message ?? stderr.trim().split('\n').at(-1) ?? '';
}

/** Builds the image from files alone: one static program under many names. Why it could not, or `undefined`. */
export function buildImage(
  environment: Readonly<Record<string, string>>,
  folder: string,
): string | undefined {
  rmSync(folder, { recursive: true, force: true });
  const bin = join(folder, 'files', 'bin');
  mkdirSync(bin, { recursive: true });
  mkdirSync(join(folder, 'files', 'tmp'));
  copyFileSync('/bin/busybox', join(bin, 'busybox'));
  for (const name of PROGRAMS) symlinkSync('busybox', join(bin, name));
  writeFileSync(
    join(folder, 'Containerfile'),
    // An entry point that fails: tasks must not depend on it.
    'FROM scratch\nCOPY files/ /\nENV PATH=/bin FROM_IMAGE=yes\nENTRYPOINT ["/bin/sh", "-c", "exit 77"]\n',
  );
  const built = podman(environment, 'build', '--quiet', `--tag=${IMAGE}`, folder);
  return built.status === 0 ? undefined : `podman build: ${lastWords(built)}`;
}
