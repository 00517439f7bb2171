import { execFile } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, it, vi } from 'vitest';
import { readBed } from './place.ts';

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..', '..', '..');
/** As people call it: what is sent is what was built. */
const PROGRAM = join(ROOT, 'packages', 'cli', 'bin', 'orchestrate.js');
const SECRET = 'tide-table-5150';
const MEMBERS = 20;

// Members wait for their turn on a cluster that others use too.
vi.setConfig({ testTimeout: 300_000 });

const bed = readBed();
const [login] = bed.logins;
if (login === undefined) throw new Error('the test bed has no login host');
const folder = mkdtempSync(join(tmpdir(), 'slurm-detached-'));
const workdir = join(bed.scratch, basename(folder));

afterAll(async () => {
  await there('rm', '-rf', workdir);
  rmSync(folder, { recursive: true, force: true });
});

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

function execute(program: string, args: readonly string[], environment = {}): Promise<Ended> {
  return new Promise((resolve) => {
    const options = { cwd: folder, env: { ...process.env, ...environment } };
    execFile(program, args, options, (error, stdout, stderr) => {
      resolve({
        code: typeof error?.code === 'number' ? error.code : error === null ? 0 : 1,
        stdout,
        stderr,
      });
    });
  });
}

/** Calls our program on the laptop, which has the secret and a variable. */
function call(...words: readonly string[]): Promise<Ended> {
  const environment = {
    ORCHESTRATE_SECRET_TIDE: SECRET,
    PLACE: 'Holm',
    LANG: 'C.UTF-8',
    LC_ALL: '',
  };
  return execute(process.execPath, [PROGRAM, ...words], environment);
}

/** Runs a program on the login node. */
async function there(...words: readonly string[]): Promise<string> {
  const ended = await execute('ssh', ['-F', bed.sshConfig, 'login1', ...words]);
  return ended.stdout;
}

function write(path: string, text: string): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), text);
}

function writeProject(): void {
  mkdirSync(join(folder, 'node_modules', '@orchestrate'), { recursive: true });
  for (const name of ['backend-slurm', 'flows-ensemble']) {
    symlinkSync(join(ROOT, 'packages', name), join(folder, 'node_modules', '@orchestrate', name));
  }
  write('template/depth.txt.j2', '{{ depth }}\n');
  write(
    'template/run.sh',
    '#!/bin/bash\nset -eu\necho "at $PLACE, ${#TIDE} characters, ${ORCHESTRATE_SECRET_TIDE-alone}"\nsleep "${PATIENCE:-0}"\ncp depth.txt result.txt\nhostname >> result.txt\n',
  );
  write('data/tides.txt', 'low high\n');
  write('data/old.txt', 'is removed later\n');
  write('data/count.txt', 'grows there\n');
  write(
    'project.yaml',
    `name: detached
plugins: ["@orchestrate/flows-ensemble", "@orchestrate/backend-slurm"]
backends:
  hpc:
    use: slurm
    ssh: { host: "${login?.host}", user: "${login?.user}", identityFile: "${login?.key}", knownHosts: "${login?.knownHosts}", commandsPerMinute: 6000 }
    workdir: "${workdir}"
    defaults: { partition: short }
    pollSeconds: 0.5
    queueSeconds: 2
    settleSeconds: 5
    graceSeconds: 1
flows:
  sound:
    use: ensemble
    backend: hpc
    with:
      matrix: { depth: { range: [1, ${MEMBERS}, 1] } }
      template: template
      job: run.sh
      env: { PLACE: "\${env:PLACE}", TIDE: "\${secret:TIDE}", PATIENCE: "0" }
      resources: { cpus: 1, memory: 50Mi, time: 2m }
      success: "test -s result.txt"
      archive: { to: "archive/{{ member.id }}" }
`,
  );
}

interface Status {
  readonly state: string;
  readonly run: string;
  readonly sets: readonly { readonly name: string; readonly counts: Record<string, number> }[];
}

async function status(): Promise<Status> {
  const { code, stdout, stderr } = await call('status', '--on', 'hpc', '--json');
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return JSON.parse(stdout) as Status;
}

function until(what: string, holds: () => Promise<boolean>, seconds: number): Promise<void> {
  const look = async () => {
    expect(await holds(), `${what}: not within ${seconds} s`).toBe(true);
  };
  return vi.waitFor(look, { timeout: seconds * 1000, interval: 200 });
}

/** The copy of the project on the site. */
async function copy(): Promise<string> {
  return (await there(`echo ${workdir}/leaders/*/project`)).trim();
}

it('leads an ensemble from the login node, for a laptop that looks in now and then', async () => {
  writeProject();
  expect((await call('status', '--on', 'hpc')).stderr).toContain('CLI_NOT_THERE');

  const started = await call('run', '--detach', '--on', 'hpc');
  expect(started).toMatchObject({ code: 0 });
  expect(started.stdout).toMatch(/run \w+ is led by process \d+ on login1; this machine may go/);
  await until('the run to end', async () => (await status()).state !== 'running', 150);
  const end = await status();
  expect(end.state).toBe('succeeded');
  expect(end.sets.find(({ name }) => name === 'sound.job')?.counts).toEqual({ succeeded: MEMBERS });

  const log = await call('logs', '--on', 'hpc', 'sound.job/depth=7');
  expect(log.stdout).toBe(`at Holm, ${SECRET.length} characters, alone\n`);
  const why = await call('why', '--on', 'hpc', 'sound.job/depth=7');
  expect(why.stdout).toContain('sound.job/depth=7 ran because it had not been finished before');
  const unknown = await call('why', '--on', 'hpc', 'sound.nothing');
  expect(unknown.code).toBe(2);
  expect(unknown.stderr).toContain('`orchestrate status --on hpc`');

  // Nothing of it lies in a file of the site.
  expect(await there(`grep -rlF ${SECRET} ${workdir}`)).toBe('');
});

it('brings home what was made there, and leaves alone what came from here', async () => {
  write('data/tides.txt', 'changed here since\n');
  const grown = join(await copy(), 'data');
  await there(`echo there >>${grown}/count.txt; echo there >>${grown}/tides.txt`);
  expect(await call('fetch', '--on', 'hpc')).toMatchObject({ code: 0, stderr: '' });
  expect(readFileSync(join(folder, 'archive', 'depth=7', 'result.txt'), 'utf8')).toMatch(
    /^7\n?p\d\n/,
  );
  expect(readFileSync(join(folder, 'data', 'tides.txt'), 'utf8')).toBe('changed here since\n');
  expect(readFileSync(join(folder, 'data', 'count.txt'), 'utf8')).toBe('grows there\nthere\n');
  const report = await call('report', '--on', 'hpc', '--output', 'sound.html');
  expect(report).toMatchObject({ code: 0, stdout: 'sound.html\n' });
  expect(readFileSync(join(folder, 'sound.html'), 'utf8')).toContain('sound.job');
});

it('uses finished work again when the project comes once more, without what was removed from it', async () => {
  rmSync(join(folder, 'data', 'old.txt'));
  expect(existsSync(join(folder, 'archive', 'depth=7', 'result.txt'))).toBe(true);
  const again = await call('run', '--detach', '--on', 'hpc');
  expect(again).toMatchObject({ code: 0 });
  await until('the second run to end', async () => (await status()).state !== 'running', 60);
  const { sets } = await status();
  expect(sets.find(({ name }) => name === 'sound.job')?.counts).toEqual({ reused: MEMBERS });
  const data = await there('ls', join(await copy(), 'data'));
  expect(data).toBe('count.txt\ntides.txt\n');
});

it('refuses a second leader, and cancels the first from afar', async () => {
  const longer = ['--set', 'flows.sound.with.env.PATIENCE="90"', '--fresh'];
  expect(await call('run', '--detach', '--on', 'hpc', ...longer)).toMatchObject({ code: 0 });
  const isRunning = async () => {
    const set = (await status()).sets.find(({ name }) => name === 'sound.job');
    return (set?.counts['running'] ?? 0) > 0;
  };
  await until('a member to run', isRunning, 120);
  const second = await call('run', '--detach', '--on', 'hpc');
  expect(second.code).toBe(2);
  expect(second.stderr).toContain('CLI_LED_THERE');
  expect(await call('cancel', '--on', 'hpc')).toMatchObject({ code: 0 });
  await until('the end', async () => (await status()).state === 'cancelled', 60);
  expect(await there(`squeue -h -o %j | grep -c "^${(await status()).run}" || true`)).toBe('0\n');
});

it('goes on there after its leader was killed', async () => {
  const some = ['--set', 'flows.sound.with.env.PATIENCE="4"'];
  const started = await call('run', '--detach', '--on', 'hpc', '--json', '--fresh', ...some);
  const { pid, run } = JSON.parse(started.stdout) as { pid: number; run: string };
  await there('kill', '-9', String(pid));
  await until('the leader to be gone', async () => (await status()).state === 'unfinished', 30);
  const resumed = await call('resume', '--on', 'hpc', ...some);
  expect(resumed).toMatchObject({ code: 0 });
  await until('the end', async () => (await status()).state !== 'running', 150);
  expect(await status()).toMatchObject({ state: 'succeeded', run });
});

it('leads from a job where a login node is no place for that', async () => {
  const before = (await status()).run;
  const fresh = ['--fresh', '--as-job'];
  const started = await call('run', '--on', 'hpc', '--json', ...fresh);
  expect(started).toMatchObject({ code: 0 });
  const { job } = JSON.parse(started.stdout) as { job: string };
  expect(job).toMatch(/^\d+$/);
  await until('the run to begin', async () => (await status()).run !== before, 150);
  await until('the run to end', async () => (await status()).state !== 'running', 150);
  expect((await status()).state).toBe('succeeded');
  expect(await there(`grep -rlF ${SECRET} ${workdir}`)).toBe('');
});

it('asks sbatch beforehand what it would take', async () => {
  const good = await call('plan', '--check');
  expect(good).toMatchObject({ code: 0 });
  expect(good.stdout).toMatch(/sound\.job +an array of 20: would be taken, and started at 2/);
  const large = await call('plan', '--check', '--set', 'flows.sound.with.resources.memory=900Gi');
  expect(large.code).toBe(2);
  expect(large.stdout).toContain('sbatch refuses it: allocation failure');
  const foreign = ['--set', `backends.hpc.defaults.account=${bed.slurm.foreignAccount}`];
  const answer = await call('plan', '--check', '--json', ...foreign);
  expect(answer.code).toBe(2);
  expect(JSON.parse(answer.stdout)).toMatchObject({
    check: [{ subject: 'sound.job', state: 'bad' }],
  });
});
