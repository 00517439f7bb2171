import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFileSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { at, CONTAINERD_SOCKET, IMAGE, PAUSE_IMAGE } from './layout.ts';

/** What an image says of itself. */
interface ImageConfig {
  readonly Entrypoint?: readonly string[];
  readonly Env?: readonly string[];
}

function run(program: string, ...args: readonly string[]): string {
  const { error, status, stdout, stderr } = spawnSync(program, args, { encoding: 'utf8' });
  if (error !== undefined) throw error;
  if (status !== 0) throw new Error(`${program}: ${stderr.trim().split('\n').at(-1)}`);
  return stdout;
}

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** Calls the client of the bed's containerd. */
export function ctr(...args: readonly string[]): string {
  return run('ctr', '--address', CONTAINERD_SOCKET, '--namespace', 'k8s.io', ...args);
}

/** Makes an image of a folder, in the form that `docker save` writes, and gives it to containerd. */
function importImage(name: string, root: string, config: ImageConfig): void {
  const folder = `${root}.image`;
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const owner = ['--owner=0', '--group=0', '--numeric-owner', '--mtime=@0', '--sort=name'];
  run('tar', ...owner, '-C', root, '-cf', join(folder, 'layer.tar'), '.');
  const layer = sha256(readFileSync(join(folder, 'layer.tar')));
  const written = JSON.stringify({
    architecture: process.arch === 'arm64' ? 'arm64' : 'amd64',
    os: 'linux',
    config: { Env: ['PATH=/usr/bin:/bin'], ...config },
    rootfs: { type: 'layers', diff_ids: [`sha256:${layer}`] },
  });
  const manifest = [{ Config: 'config.json', RepoTags: [name], Layers: ['layer.tar'] }];
  writeFileSync(join(folder, 'config.json'), written);
  writeFileSync(join(folder, 'manifest.json'), JSON.stringify(manifest));
  run('tar', '-C', folder, '-cf', `${folder}.tar`, '.');
  ctr('images', 'import', `${folder}.tar`);
  for (const left of [folder, `${folder}.tar`, root])
    rmSync(left, { recursive: true, force: true });
}

/** Puts a program in a root file system with the shared libraries it needs. */
function bring(root: string, program: string, as: string): void {
  const libraries = [...run('ldd', program).matchAll(/(\/[^\s()]+) \(0x/g)].map(([, path]) => path);
  for (const path of libraries) {
    if (path === undefined) continue;
    mkdirSync(join(root, dirname(path)), { recursive: true });
    copyFileSync(path, join(root, path));
  }
  mkdirSync(join(root, dirname(as)), { recursive: true });
  copyFileSync(program, join(root, as));
}

/** One static program under many names. */
function shellFiles(root: string): void {
  for (const folder of ['bin', 'tmp', 'etc', 'usr/bin'])
    mkdirSync(join(root, folder), { recursive: true });
  copyFileSync('/bin/busybox', join(root, 'bin/busybox'));
  const names = run('/bin/busybox', '--list').trim().split('\n');
  for (const name of names) if (name !== 'busybox') symlinkSync('busybox', join(root, 'bin', name));
  writeFileSync(join(root, 'etc/passwd'), 'root:x:0:0:root:/:/bin/sh\n');
  writeFileSync(join(root, 'etc/group'), 'root:x:0:\n');
}

const programOf = (name: string): string => run('sh', '-c', `command -v ${name}`).trim();

/** Makes the images of the bed and gives them to containerd. */
export function importImages(): void {
  const pause = at('images', basename(PAUSE_IMAGE).replace(':', '-'));
  rmSync(pause, { recursive: true, force: true });
  shellFiles(pause);
  // The first process of a pod holds its network and does nothing, but it ends when it is told to.
  const wait = 'trap "exit 0" TERM INT; while :; do sleep 3600 & wait $!; done';
  importImage(PAUSE_IMAGE, pause, { Entrypoint: ['/bin/sh', '-c', wait] });
  const jobs = at('images', basename(IMAGE).replace(':', '-'));
  rmSync(jobs, { recursive: true, force: true });
  shellFiles(jobs);
  bring(jobs, process.execPath, '/usr/bin/node');
  bring(jobs, '/bin/bash', '/usr/bin/bash');
  // As images of Debian have it; the shell of BusyBox would take its own programs for those of GNU.
  rmSync(join(jobs, 'bin/sh'));
  bring(jobs, programOf('dash'), '/bin/sh');
  for (const name of ['find', 'stat', 'tar', 'xargs'])
    bring(jobs, programOf(name), `/usr/bin/${name}`);
  // An entry point that fails: tasks must not depend on it.
  importImage(IMAGE, jobs, { Entrypoint: ['/bin/sh', '-c', 'exit 77'] });
}
