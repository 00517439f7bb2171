import { randomBytes } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { silentLogger } from '@orchestrate/core';
import { listFolder, machineTimers, openHost, SshConfig, sendFiles } from '@orchestrate/ssh';
import { readBed } from '../../testbed/slurm/description.ts';
import { measureGood, mustEqual, tidy, WORK } from '../measure.ts';
import type { Benchmark } from '../report.ts';

const FILES = 10_000;
const FILE_BYTES = 4096;
const LARGE_BYTES = 2 ** 30;
const ROUNDS = 3;
const PIECE = 2 ** 24;

type Bed = NonNullable<ReturnType<typeof readBed>>;

function bed(): Bed {
  const found = readBed();
  if (found === undefined) {
    throw new Error('the test bed is down: node tools/testbed/slurm/bed.ts up');
  }
  return found;
}

/** 10,000 small files in 100 folders, and a large one; none of it can be made smaller. */
function sources(): { readonly small: string; readonly large: string } {
  const [small, large] = [join(WORK, 'staging-small'), join(WORK, 'staging-large')];
  mkdirSync(large, { recursive: true });
  for (let at = 0; at < FILES; at += 1) {
    const folder = join(small, `${at % 100}`);
    if (at < 100) mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, `${at}.nc`), randomBytes(FILE_BYTES));
  }
  const piece = randomBytes(PIECE);
  const file = join(large, 'forcing.nc');
  writeFileSync(file, '');
  for (let at = 0; at < LARGE_BYTES; at += PIECE) writeFileSync(file, piece, { flag: 'a' });
  return { small, large };
}

const clock = { now: () => Date.now(), monotonic: () => performance.now() };

/** Sends a folder as the backend does, over a new connection, and answers the seconds. */
async function send({ logins }: Bed, from: string, to: string): Promise<number> {
  const [login] = logins;
  if (login === undefined) throw new Error('the bed has no login host');
  const { host: name, user, key, knownHosts } = login;
  const config = SshConfig.parse({ host: name, user, identityFile: key, knownHosts });
  const began = performance.now();
  await using host = openHost(config, {
    clock,
    random: Math.random,
    timers: machineTimers(clock),
    log: silentLogger,
  });
  await sendFiles(host, { to, files: listFolder(from) });
  return (performance.now() - began) / 1000;
}

function median(numbers: readonly number[]): number {
  return [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? Number.NaN;
}

/** Files over SSH on loopback, against `tar` over `ssh` and `scp`, in turns. */
export const slurmStaging: Benchmark = async () => {
  const site = bed();
  const { small, large } = sources();
  const root = `${site.scratch}/bench-staging-${process.pid}`;
  const ssh = ['ssh', '-F', site.sshConfig, 'login1'] as const;
  const times = {
    small: [] as number[],
    large: [] as number[],
    tar: [] as number[],
    scp: [] as number[],
  };
  try {
    for (let round = 0; round < ROUNDS; round += 1) {
      const to = (what: string): string => `${root}/${what}-${round}`;
      times.small.push(await send(site, small, to('small')));
      const tar = `tar -cf - . | ssh -F '${site.sshConfig}' login1 'mkdir -p ${to('tar')} && tar -xf - -C ${to('tar')}'`;
      times.tar.push((await measureGood(['sh', '-c', tar], { cwd: small })).seconds);
      times.large.push(await send(site, large, to('large')));
      await measureGood([...ssh, 'mkdir', '-p', to('scp')]);
      const scp = [
        'scp',
        '-q',
        '-F',
        site.sshConfig,
        join(large, 'forcing.nc'),
        `login1:${to('scp')}/`,
      ] as const;
      times.scp.push((await measureGood([...scp])).seconds);
      const count = await measureGood([...ssh, `find ${to('small')} -name '*.nc' | wc -l`]);
      mustEqual('files there', Number(count.stdout), FILES);
      const same = await measureGood([
        ...ssh,
        `cmp ${to('large')}/forcing.nc ${to('scp')}/forcing.nc && rm -rf ${to('large')} ${to('scp')}`,
      ]);
      mustEqual('difference of the large file', same.stdout, '');
    }
  } finally {
    await measureGood([...ssh, 'rm', '-rf', root]);
  }
  const [ours, tar, one, scp] = [times.small, times.tar, times.large, times.scp].map(median) as [
    number,
    number,
    number,
    number,
  ];
  return {
    bench: 'slurm-staging',
    ours: { small: { seconds: tidy(ours) }, large: { seconds: tidy(one) } },
    rival: { tarOverSsh: { seconds: tidy(tar) }, scp: { seconds: tidy(scp) } },
    ratio: { speedSmallOverTar: tidy(tar / ours), speedLargeOverScp: tidy(scp / one) },
    limit: { speedSmallOverTarAtLeast: 0.8, speedLargeOverScpAtLeast: 0.5 },
  };
};
