import { access, constants, mkdir, readFile, statfs } from 'node:fs/promises';
import { availableParallelism, freemem } from 'node:os';
import { join } from 'node:path';
import type { Finding } from '@orchestrate/core';
import { bytesText } from '../output/quantity-text.ts';

const OLDEST_NODE = 24;
const LITTLE_BYTES = 1024 ** 3;
const TOO_LITTLE_BYTES = 50 * 1024 ** 2;

/** Network file systems on which SQLite's write-ahead log is not safe, by the magic number of statfs(2). */
const NETWORK_FILE_SYSTEMS: Readonly<Record<number, string>> = {
  26985: 'NFS',
  198183888: 'Lustre',
  1196443219: 'GPFS',
  4283649346: 'CIFS',
  20859: 'SMB',
  1397113167: 'AFS',
  16914836: '9P',
  428016422: 'Quobyte',
  12805120: 'CephFS',
  1702057286: 'FUSE',
};

function nodeFinding(): Finding {
  const version = process.versions.node;
  const isGood = Number.parseInt(version, 10) >= OLDEST_NODE;
  return isGood
    ? { subject: 'node', state: 'good', message: version }
    : {
        subject: 'node',
        state: 'bad',
        message: `${version} is too old`,
        hint: `install Node ${OLDEST_NODE} or newer`,
      };
}

async function folderFinding(folder: string): Promise<Finding> {
  try {
    await mkdir(folder, { recursive: true });
    await access(folder, constants.R_OK | constants.W_OK | constants.X_OK);
    return { subject: 'project folder', state: 'good', message: 'can be written' };
  } catch (error) {
    return {
      subject: 'project folder',
      state: 'bad',
      message: `${folder} cannot be written: ${error instanceof Error ? error.message : String(error)}`,
      hint: 'change its owner or permissions, or copy the project somewhere else',
    };
  }
}

function diskFinding(freeBytes: number): Finding {
  const message = `${bytesText(freeBytes)} free`;
  if (freeBytes >= LITTLE_BYTES) return { subject: 'disk', state: 'good', message };
  return {
    subject: 'disk',
    state: freeBytes < TOO_LITTLE_BYTES ? 'bad' : 'warning',
    message: `only ${message}`,
    hint: 'make room: `orchestrate clean` removes the logs of old runs',
  };
}

function fileSystemFinding(type: number): Finding {
  const network = NETWORK_FILE_SYSTEMS[type];
  return network === undefined
    ? { subject: 'file system', state: 'good', message: 'local: the journal is safe here' }
    : {
        subject: 'file system',
        state: 'warning',
        message: `${network} is a network file system: locks and the journal may not be safe on it`,
        hint: 'keep the project on a local disk; data may stay where it is',
      };
}

async function spaceFindings(folder: string): Promise<readonly Finding[]> {
  try {
    const { bavail, bsize, type } = await statfs(folder);
    return [diskFinding(bavail * bsize), fileSystemFinding(type)];
  } catch (error) {
    return [
      {
        subject: 'disk',
        state: 'warning',
        message: `could not be looked at: ${error instanceof Error ? error.message : String(error)}`,
        hint: 'check the path of the project',
      },
    ];
  }
}

/** Journal times come from this clock; one that stands years off makes them useless. */
function clockFinding(now: number): Finding {
  const text = new Date(now).toISOString();
  return now > Date.UTC(2025, 0) && now < Date.UTC(2100, 0)
    ? { subject: 'clock', state: 'good', message: text }
    : {
        subject: 'clock',
        state: 'warning',
        message: `${text} cannot be right`,
        hint: 'set the clock of this machine',
      };
}

async function leaderFinding(stateDirectory: string, isRunning: boolean): Promise<Finding> {
  if (!isRunning) return { subject: 'lock', state: 'good', message: 'free: no run is being led' };
  const owner = await readFile(join(stateDirectory, 'leader.json'), 'utf8').catch(() => '');
  const pid = /"pid":\s*([0-9]+)/.exec(owner)?.[1];
  return {
    subject: 'lock',
    state: 'good',
    message: `held by the run that is going on${pid === undefined ? '' : `, process ${pid}`}`,
  };
}

/** Looks at the machine and the folder of a project. */
export async function machineFindings(
  projectDirectory: string,
  isRunning: boolean,
  now: number,
): Promise<readonly Finding[]> {
  const stateDirectory = join(projectDirectory, '.orchestrate');
  return [
    nodeFinding(),
    {
      subject: 'machine',
      state: 'good',
      message: `${availableParallelism()} cpus, ${bytesText(freemem())} of memory free`,
    },
    clockFinding(now),
    await folderFinding(stateDirectory),
    ...(await spaceFindings(projectDirectory)),
    await leaderFinding(stateDirectory, isRunning),
  ];
}
