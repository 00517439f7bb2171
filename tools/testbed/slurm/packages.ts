import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { execute } from './execute.ts';

/** Debian packages of the bed, each with a file by which it is known to be there and the services that come with it. */
const PACKAGES = [
  { name: 'slurmctld', file: '/usr/sbin/slurmctld', services: ['slurmctld'] },
  { name: 'slurmd', file: '/usr/sbin/slurmd', services: ['slurmd'] },
  { name: 'slurm-client', file: '/usr/bin/sbatch', services: [] },
  { name: 'slurmdbd', file: '/usr/sbin/slurmdbd', services: ['slurmdbd'] },
  { name: 'mariadb-server', file: '/usr/sbin/mariadbd', services: ['mariadb'] },
  { name: 'munge', file: '/usr/sbin/munged', services: ['munge'] },
  { name: 'openssh-server', file: '/usr/sbin/sshd', services: ['ssh'] },
  { name: 'openssh-client', file: '/usr/bin/ssh', services: [] },
  { name: 'iproute2', file: '/sbin/ip', services: [] },
  { name: 'procps', file: '/sbin/sysctl', services: [] },
  { name: 'rsync', file: '/usr/bin/rsync', services: ['rsync'] },
] as const;

/** A program that is asked by package scripts whether services may be started. */
const POLICY = '/usr/sbin/policy-rc.d';

function isDebian(): boolean {
  try {
    return /^ID(_LIKE)?=.*debian/m.test(readFileSync('/etc/os-release', 'utf8'));
  } catch {
    return false;
  }
}

/** Why this machine can have no bed, or `undefined`. */
export function whyNot(): string | undefined {
  if (process.platform !== 'linux') return `needs Linux, this is ${process.platform}`;
  if (process.getuid?.() !== 0) return 'needs root, for network namespaces and a user of its own';
  if (!isDebian()) return 'needs Debian 12 or one of its kind, for its packages';
  return undefined;
}

async function apt(...args: readonly string[]): Promise<boolean> {
  const env = { DEBIAN_FRONTEND: 'noninteractive' };
  return (await execute(['apt-get', '-q', ...args], { env })).code === 0;
}

/** Carries out an installation during which no service starts. What the machine said about that is put back afterwards. */
async function withoutServices<T>(install: () => Promise<T>): Promise<T> {
  const before = existsSync(POLICY) ? readFileSync(POLICY) : undefined;
  if (before === undefined) writeFileSync(POLICY, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  else writeFileSync(POLICY, '#!/bin/sh\nexit 101\n');
  try {
    return await install();
  } finally {
    if (before === undefined) rmSync(POLICY, { force: true });
    else writeFileSync(POLICY, before);
  }
}

/** Installs what is missing and lets no service of it start, now or with the machine. Why it could not, or `undefined`. */
export async function installMissing(): Promise<string | undefined> {
  const reason = whyNot();
  if (reason !== undefined) return reason;
  const missing = PACKAGES.filter(({ file }) => !existsSync(file));
  if (missing.length === 0) return undefined;
  const names = missing.map(({ name }) => name);
  const install = ['install', '-y', '--no-install-recommends', ...names];
  const isInstalled = await withoutServices(
    async () => (await apt(...install)) || ((await apt('update')) && (await apt(...install))),
  );
  if (!isInstalled) return `apt-get could not install ${names.join(', ')}`;
  const services = missing.flatMap(({ services }) => services);
  // Packages enable their services for the next start of the machine; nobody asked for these.
  if (existsSync('/run/systemd/system') && services.length > 0)
    await execute(['systemctl', 'disable', '--now', ...services]);
  return undefined;
}
