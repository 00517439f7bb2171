import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { readBed } from './place.ts';

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..', '..', '..');
const KILLS = 6;

/** Runs trials of `tools/kill` on the bed; what each said. */
function trial(...words: readonly string[]): {
  readonly code: number | null;
  readonly said: string;
} {
  const call = ['--conditions=@orchestrate/source', 'tools/kill/run.ts', ...words];
  const env = { ...process.env, ORCHESTRATE_TESTBED_SLURM: readBed().folder };
  const { status, stdout, stderr } = spawnSync(process.execPath, call, {
    cwd: ROOT,
    env,
    encoding: 'utf8',
  });
  return { code: status, said: `${stdout}${stderr}` };
}

test('an sbatch that lies, and a leader killed with six jobs running: six tasks run six times', () => {
  const { code, said } = trial('--what', 'slurm-pilots');

  expect(code, said).toBe(0);
  expect(said.match(/"executions":6,"broken":\[\]/g), said).toHaveLength(4);
}, 240_000);

test(`an ensemble of 200 members survives ${KILLS} kills of its leader`, () => {
  const { code, said } = trial('--what', 'slurm', '--kills', String(KILLS));

  expect(code, said).toBe(0);
}, 240_000);
