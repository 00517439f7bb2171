import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
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

/** The runner as one file that needs nothing but Node. */
function standalone(): string {
  const manifest = import.meta.resolve('@orchestrate/runner/package.json');
  return fileURLToPath(new URL('dist/standalone.js', manifest));
}

/**
 * Brings the runner, and Node where the cluster has none, to the cluster, once per version: the folder is named by the digest of
 * what is in it.
 * @throws SLURM_NODE_MISSING, SLURM_RUNTIME_MISSING and what SSH throws
 */
export async function sendRuntime(
  host: RemoteHost,
  workdir: string,
  named: string | undefined,
): Promise<RunnerPlace> {
  const from = standalone();
  if (!existsSync(from)) {
    throw slurmError(
      'SLURM_RUNTIME_MISSING',
      `the runner to be sent to ${host.name} is not at ${from}`,
      {
        details: { path: from, clean: true },
      },
    );
  }
  const digest = createHash('sha256').update(readFileSync(from)).digest('hex').slice(0, 16);
  const to = `${workdir}/runtime/${digest}`;
  await sendFiles(host, { to, files: [{ path: 'runner.mjs', from }] });
  return { node: named ?? (await nodeThere(host, workdir)), args: [`${to}/runner.mjs`] };
}

/** A Node of the cluster that is new enough, or a copy of this one. @throws SLURM_NODE_MISSING and what SSH throws */
export async function nodeThere(host: RemoteHost, workdir: string): Promise<string> {
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
