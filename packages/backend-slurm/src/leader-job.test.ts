import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { SlurmConfig } from './config.ts';
import { leaderScript, variablesText } from './leader-job.ts';

it('runs the program with its variables, which lie nowhere afterwards', () => {
  const folder = mkdtempSync(join(tmpdir(), "leader 'job-"));
  try {
    const program = join(folder, 'program');
    writeFileSync(
      program,
      '#!/bin/sh\nprintf "%s\\n" "$@" "$TIDE" "${SLURM_JOB_ID-gone}" "$SLURM_CONF" >said\n',
    );
    chmodSync(program, 0o755);
    const variables = join(folder, 'v.env');
    const env = { TIDE: "it's $(high)\nand low" };
    writeFileSync(variables, variablesText(env));
    const job = {
      argv: [program, 'a b', '$HOME'],
      cwd: folder,
      env,
      name: 'lead',
      log: '/dev/null',
    };
    const text = leaderScript(job, variables, SlurmConfig.parse({ setup: 'true' }));
    expect(text).not.toContain('high');
    execFileSync('bash', ['-c', text], {
      env: { ...process.env, SLURM_JOB_ID: '7', SLURM_CONF: '/etc/c' },
    });
    expect(readFileSync(join(folder, 'said'), 'utf8')).toBe(
      "a b\n$HOME\nit's $(high)\nand low\ngone\n/etc/c\n",
    );
    expect(existsSync(variables)).toBe(false);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

it('asks for little and for notice before its end, unless the backend says otherwise', () => {
  const job = { argv: ['x'], cwd: '/', env: {}, name: 'lead-lakes', log: '/w/leader.log' };
  const config = SlurmConfig.parse({ defaults: { partition: 'long', mem: '4G' } });
  const lines = leaderScript(job, '/v', config).split('\n');
  expect(lines.filter((line) => line.startsWith('#SBATCH'))).toEqual([
    '#SBATCH --cpus-per-task=1',
    '#SBATCH --mem=4G',
    '#SBATCH --signal=B:TERM@60',
    '#SBATCH --partition=long',
    '#SBATCH --job-name=lead-lakes',
    '#SBATCH --output=/w/leader.log',
    '#SBATCH --open-mode=append',
    '#SBATCH --no-requeue',
  ]);
});
