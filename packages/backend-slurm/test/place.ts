import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type PluginContext, silentLogger } from '@orchestrate/core';
import { SlurmConfig } from '../src/config.ts';
import { openSlurmBackend } from '../src/open-backend.ts';
import type { SlurmBackend } from '../src/slurm-backend.ts';

/** What the tests need to know of the test bed; see tools/testbed/slurm. */
interface Bed {
  readonly folder: string;
  readonly sshConfig: string;
  readonly slurm: { readonly conf: string; readonly foreignAccount: string };
  readonly home: string;
  readonly scratch: string;
  readonly logins: readonly {
    readonly host: string;
    readonly user: string;
    readonly key: string;
    readonly knownHosts: string;
  }[];
}

/** Options that reach the cluster of the bed over SSH, with files of their own there. */
export function sshOf(): object {
  const { logins, scratch } = readBed();
  const [login] = logins;
  if (login === undefined) throw new Error('the test bed has no login host');
  const { host, user, key, knownHosts } = login;
  return {
    ssh: { host, user, identityFile: key, knownHosts, commandsPerMinute: 6000 },
    workdir: `${scratch}/contract`,
  };
}

/** The test bed that is up. Without one these tests fail: they are only run where there is one. */
export function readBed(): Bed {
  const folder = process.env['ORCHESTRATE_TESTBED_SLURM'] ?? '/tmp/orchestrate-testbed-slurm';
  return JSON.parse(readFileSync(join(folder, 'bed.json'), 'utf8')) as Bed;
}

/** What the backend is handed when it keeps its state in `place`. */
function contextAt(place: string): PluginContext {
  const stateDirectory = join(place, 'state');
  mkdirSync(stateDirectory, { recursive: true });
  return {
    name: 'hpc',
    projectDirectory: place,
    stateDirectory,
    log: silentLogger,
    clock: { now: () => Date.now(), monotonic: () => performance.now() },
    random: Math.random,
  };
}

/** A backend on the cluster of the bed, whose commands run on this machine. */
export async function openAt(place: string, options: object = {}): Promise<SlurmBackend> {
  process.env['SLURM_CONF'] = readBed().slurm.conf;
  const config = SlurmConfig.parse({
    graceSeconds: 1,
    pollSeconds: 0.5,
    queueSeconds: 2,
    settleSeconds: 5,
    ...options,
  });
  return openSlurmBackend(config, contextAt(place));
}
