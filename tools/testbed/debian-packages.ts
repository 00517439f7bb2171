import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

function apt(...args: readonly string[]): boolean {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  return spawnSync('apt-get', args, { env, stdio: ['ignore', 'ignore', 'inherit'] }).status === 0;
}

/**
 * Installs the Debian packages whose file is missing, without what they recommend. Why it could not, or `undefined` when
 * everything is there.
 * @param packages name of each package to a file by which it is known to be there
 */
export function installPackages(packages: ReadonlyMap<string, string>): string | undefined {
  const missing = [...packages].flatMap(([name, file]) => (existsSync(file) ? [] : [name]));
  if (missing.length === 0) return undefined;
  const names = missing.join(', ');
  if (process.platform !== 'linux') return `${names} needs Linux, this is ${process.platform}`;
  if (process.getuid?.() !== 0) return `only root can install ${names}`;
  if (!existsSync('/usr/bin/apt-get')) return `no apt-get to install ${names}`;
  const install = ['install', '-y', '--no-install-recommends', ...missing];
  if (apt(...install) || (apt('update') && apt(...install))) return undefined;
  return `apt-get could not install ${names}`;
}
