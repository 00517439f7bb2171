import { installPackages } from '../debian-packages.ts';

/** Debian packages of the bed, each with a file by which it is known to be there. */
const PACKAGES = new Map([
  ['podman', '/usr/bin/podman'],
  ['runc', '/usr/sbin/runc'],
  ['catatonit', '/usr/bin/catatonit'],
  ['busybox-static', '/bin/busybox'],
]);

/**
 * Installs what is missing. Why it could not, or `undefined` when everything is there. Nothing that is recommended comes
 * along: crun would, and be preferred, and it refuses hybrid cgroups.
 */
export function installMissing(): string | undefined {
  if (process.platform !== 'linux') return `needs Linux, this is ${process.platform}`;
  return installPackages(PACKAGES);
}
