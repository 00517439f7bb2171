import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { workerCommand } from '@orchestrate/runner';
import { type RemoteHost, sendFiles, shellQuote } from '@orchestrate/ssh';
import { slurmError } from './errors.ts';
import type { RunnerPlace } from './job-script.ts';

const LEAST_NODE = 24;

/** The runner of this installation, for jobs that see its files. */
export function runnerHere(node: string | undefined): RunnerPlace {
  const { program, args } = workerCommand();
  return { node: node ?? program, args: args.filter((arg) => arg !== '--worker') };
}

/** Modules of the runner that are sent; run from source, those are not translated. */
function runnerFiles(): {
  readonly folder: string;
  readonly entry: string;
  readonly names: string[];
} {
  const { args } = workerCommand();
  const path = args.find((arg) => /bin\.[jt]s$/.test(arg)) ?? '';
  const built = path.endsWith('.ts') ? join(dirname(path), '..', 'dist', 'bin.js') : path;
  const folder = dirname(built);
  return {
    folder,
    entry: 'bin.js',
    names: readdirSync(folder).filter((name) => name.endsWith('.js')),
  };
}

/**
 * Brings the runner, and Node where the cluster has none, to the cluster, once per version: the folder is named by the digest of
 * what is in it.
 */
export async function sendRuntime(
  host: RemoteHost,
  workdir: string,
  named: string | undefined,
): Promise<RunnerPlace> {
  const { folder, entry, names } = runnerFiles();
  const sum = createHash('sha256');
  for (const name of names) sum.update(`${name}\n`).update(readFileSync(join(folder, name)));
  const to = `${workdir}/runtime/${sum.digest('hex').slice(0, 16)}`;
  await sendFiles(host, { to, files: names.map((path) => ({ path, from: join(folder, path) })) });
  return { node: named ?? (await nodeThere(host, workdir)), args: [`${to}/${entry}`] };
}

async function nodeThere(host: RemoteHost, workdir: string): Promise<string> {
  const { stdout } = await host.run('command -v node && node --version; uname -sm', {
    idempotent: true,
  });
  const version = /^v([0-9]+)\./m.exec(stdout)?.[1];
  const path = /^(\/.*)$/m.exec(stdout)?.[1];
  if (path !== undefined && Number(version) >= LEAST_NODE) return path;
  const machine = stdout.trim().split('\n').at(-1) ?? '';
  const ours = `Linux ${process.arch === 'arm64' ? 'aarch64' : 'x86_64'}`;
  if (process.platform !== 'linux' || machine !== ours) {
    throw slurmError(
      'SLURM_NODE_MISSING',
      `${host.name} (${machine}) has no Node ${LEAST_NODE}, and the one of this machine does not run there`,
      { details: { host: host.name, machine, clean: true } },
    );
  }
  const to = `${workdir}/runtime/node-${process.version}`;
  await sendFiles(host, { to, files: [{ path: 'node', from: process.execPath }] });
  await host.run(`chmod 755 -- ${shellQuote(`${to}/node`)}`, { idempotent: true });
  return `${to}/node`;
}
