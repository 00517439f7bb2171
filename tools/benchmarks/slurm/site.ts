/** The cluster that benchmarks of SLURM run on, and what is asked of it meanwhile. */
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { slurmBed } from '../../kill/slurm-bed.ts';
import { ask } from '../../testbed/slurm/cluster.ts';
import { until } from '../../testbed/slurm/execute.ts';
import { readRpcCounts, resetRpcCounts } from '../../testbed/slurm/faults.ts';
import { layoutOf } from '../../testbed/slurm/layout.ts';
import { inNamespace } from '../../testbed/slurm/network.ts';
import { type Measured, measureGood, ORCHESTRATE, ROOT } from '../measure.ts';

const CLIENTS = [
  'sacct',
  'sacctmgr',
  'salloc',
  'sbatch',
  'scancel',
  'scontrol',
  'sinfo',
  'squeue',
  'srun',
  'sstat',
];
/** Accounting is reached from the network of the cluster only. */
const OF_ACCOUNTING: readonly string[] = ['sacct', 'sacctmgr'];

/** Files of this program's benchmarks; removed when it ends. */
const FOLDER = mkdtempSync(join(tmpdir(), 'orchestrate-bench-slurm-'));
process.on('exit', () => rmSync(FOLDER, { recursive: true, force: true }));

/** Requests that only clients send; nodes and the controller itself send others. */
const CLIENT_REQUEST =
  /^REQUEST_(JOB_INFO|JOB_INFO_SINGLE|JOB_USER_INFO|SUBMIT_BATCH_JOB|KILL_JOB|CANCEL_JOB_STEP|UPDATE_JOB|PARTITION_INFO|NODE_INFO|BUILD_INFO|PING|STATS_INFO|JOB_STEP_INFO|ASSOC_MGR_INFO|RESERVATION_INFO)$/;

/** A cluster whose clients are counted. */
export interface CountedSite extends AsyncDisposable {
  /** What programs have in their environment to be counted. */
  readonly environment: Readonly<Record<string, string>>;
  /** Forgets what was counted. */
  reset(): Promise<void>;
  /** SLURM commands since then. */
  commands(): number;
  /** Requests of clients that the controller had since then. */
  requests(): Promise<number>;
  /** Resolves when no job of ours is queued or runs. */
  untilIdle(): Promise<void>;
  /** Ends every job of ours. */
  cancelAll(): Promise<void>;
}

/** Opens the cluster. */
export async function countedSite(): Promise<CountedSite> {
  const bed = await slurmBed();
  const layout = layoutOf();
  const bin = join(FOLDER, 'clients');
  const calls = join(bin, '.calls');
  mkdirSync(bin, { recursive: true });
  for (const name of CLIENTS) {
    const real = `/usr/bin/${name}`;
    const argv = OF_ACCOUNTING.includes(name) ? inNamespace(layout.clusterNamespace, real) : [real];
    // Snakemake takes the settings of SLURM away from what it runs.
    const conf = `export SLURM_CONF=${layout.paths.slurmConf}`;
    const text = `#!/bin/sh\necho ${name} >>${calls}\n${conf}\nexec ${argv.join(' ')} "$@"\n`;
    writeFileSync(join(bin, name), text);
    chmodSync(join(bin, name), 0o755);
  }
  const { username } = userInfo();
  const squeue = () => ask(layout, 'squeue', '-h', '-u', username, '-o', '%A');
  return {
    environment: {
      ...bed.environment,
      // model-ensembler names the user by it.
      USER: username,
      PATH: `${bin}${delimiter}${process.env['PATH'] ?? ''}`,
    },
    async reset() {
      rmSync(calls, { force: true });
      await resetRpcCounts(layout);
    },
    commands: () => (existsSync(calls) ? readFileSync(calls, 'utf8').trim().split('\n').length : 0),
    async requests() {
      const { byRequest } = await readRpcCounts(layout);
      const sent = Object.entries(byRequest).filter(([name]) => CLIENT_REQUEST.test(name));
      return sent.reduce((sum, [, count]) => sum + count, 0);
    },
    untilIdle: () => until('idle cluster', async () => (await squeue()).stdout.trim() === '', 600),
    async cancelAll() {
      await ask(layout, 'scancel', '-u', username);
    },
    [Symbol.asyncDispose]: () => bed[Symbol.asyncDispose](),
  };
}

/** A folder with a project in which our packages are found. */
export function slurmProject(name: string, files: Readonly<Record<string, string>>): string {
  const folder = join(FOLDER, name);
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  mkdirSync(join(folder, 'node_modules'));
  const packages = join('node_modules', '@orchestrate');
  symlinkSync(join(ROOT, packages), join(folder, packages));
  return folder;
}

/** Runs the built command line in a project, with the cluster. */
export function orchestrateOn(
  site: CountedSite,
  folder: string,
  ...words: readonly string[]
): Promise<Measured> {
  return measureGood([process.execPath, ORCHESTRATE, ...words], {
    cwd: folder,
    env: site.environment,
  });
}
