import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

/** Debian packages of the bed, each with a file by which it is known to be there. */
const PACKAGES = new Map([
  ['podman', '/usr/bin/podman'],
  ['runc', '/usr/sbin/runc'],
  ['catatonit', '/usr/bin/catatonit'],
  ['busybox-static', '/bin/busybox'],
]);

function apt(...args: readonly string[]): boolean {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  return spawnSync('apt-get', args, { env, stdio: ['ignore', 'ignore', 'inherit'] }).status === 0;
}

/** Installs what is missing. Why it could not, or `undefined` when everything is there. */
export function installMissing(): string | undefined {
  if (process.platform !== 'linux') return `needs Linux, this is ${process.platform}`;
  const missing = [...PACKAGES].flatMap(([name, file]) => (existsSync(file) ? [] : [name]));
  if (missing.length === 0) return undefined;
  const names = missing.join(', ');
  if (process.getuid?.() !== 0) return `only root can install ${names}`;
  if (!existsSync('/usr/bin/apt-get')) return `no apt-get to install ${names}`;
  // Without what is recommended: crun would come along, and be preferred, and it refuses hybrid cgroups.
  const install = ['install', '-y', '--no-install-recommends', ...missing];
  if (apt(...install) || (apt('update') && apt(...install))) return undefined;
  return `apt-get could not install ${names}`;
}
