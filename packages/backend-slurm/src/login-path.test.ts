import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { silentLogger } from '@orchestrate/core';
import { machineTimers, openLocalHost } from '@orchestrate/ssh';
import { expect, it } from 'vitest';
import { LoginPathHost, parseProbe } from './login-path.ts';

const clock = { now: () => Date.now(), monotonic: () => performance.now() };
const around = { clock, timers: machineTimers(clock), random: Math.random, log: silentLogger };

it('reads the path after everything that start-up files said', () => {
  expect(parseProbe('Welcome! @@PATH=no\n@@PATH=/opt/slurm/bin:/usr/bin@@')).toBe(
    '/opt/slurm/bin:/usr/bin',
  );
  expect(parseProbe('')).toBeUndefined();
});

it('finds programs that only login shells find', async () => {
  const home = mkdtempSync(join(tmpdir(), 'login-path-'));
  writeFileSync(join(home, '.bash_profile'), `echo noise; export PATH=/usr/bin:/bin:${home}/sw\n`);
  const before = { HOME: process.env['HOME'], PATH: process.env['PATH'] };
  Object.assign(process.env, { HOME: home, PATH: '/usr/bin:/bin' });
  try {
    await using host = new LoginPathHost(openLocalHost(around));
    const { stdout } = await host.run(['printenv', 'PATH']);

    // Where the machine has SLURM itself, nothing has to be looked for.
    expect(stdout.trim()).toMatch(/^\/usr\/bin:\/bin/);
    const hasSlurm = (await host.run('command -v sbatch')).code === 0;
    expect(stdout.includes(`${home}/sw`)).toBe(!hasSlurm);
  } finally {
    Object.assign(process.env, before);
    rmSync(home, { recursive: true });
  }
});
