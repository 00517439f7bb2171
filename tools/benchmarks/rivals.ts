import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { has, measure, measureGood } from './measure.ts';

const SNAKEMAKE_VERSION = '9.25.2';
const SNAKEMAKE_SLURM_VERSION = '2.7.1';
const PARSL_VERSION = '2026.10.26';
const JINJA_VERSION = '3.1.6';
const MODEL_ENSEMBLER_VERSION = '0.7.0';

/** Where rivals are installed, outside the repository; made once. */
function home(): string {
  return join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'orchestrate-benchmarks');
}

/** Installs Snakemake and Parsl from PyPI into an environment of their own, unless they are there, and answers its `bin`. */
export async function pythonRivals(): Promise<string> {
  const environment = join(home(), 'venv');
  const bin = join(environment, 'bin');
  if (!existsSync(join(bin, 'snakemake')) || !existsSync(join(bin, 'parsl-globus-auth'))) {
    await measureGood(['python3', '-m', 'venv', environment]);
    const wanted = [`snakemake==${SNAKEMAKE_VERSION}`, `parsl==${PARSL_VERSION}`];
    await measureGood([join(bin, 'pip'), 'install', '--quiet', ...wanted]);
  }
  return bin;
}

/** Installs Jinja2 from PyPI into an environment of its own, unless it is there, and answers its `bin`. */
export async function jinjaRival(): Promise<string> {
  const environment = join(home(), 'jinja');
  const bin = join(environment, 'bin');
  const made = await measure([join(bin, 'python'), '-c', 'import jinja2']).catch(() => undefined);
  if (made?.exitCode !== 0) {
    await measureGood(['python3', '-m', 'venv', environment]);
    await measureGood([join(bin, 'pip'), 'install', '--quiet', `jinja2==${JINJA_VERSION}`]);
  }
  return bin;
}

/** Installs model-ensembler from PyPI into an environment of its own, unless it is there, and answers its `bin`. */
export async function modelEnsemblerRival(): Promise<string> {
  if (!has('rsync'))
    throw new Error('model-ensembler needs rsync: install the package of that name');
  const environment = join(home(), 'model-ensembler');
  const bin = join(environment, 'bin');
  if (!existsSync(join(bin, 'model_ensemble'))) {
    await measureGood(['python3', '-m', 'venv', environment]);
    const wanted = `model-ensembler==${MODEL_ENSEMBLER_VERSION}`;
    await measureGood([join(bin, 'pip'), 'install', '--quiet', wanted]);
  }
  return bin;
}

/** Installs Snakemake with its SLURM plugin from PyPI into an environment of its own, unless it is there, and answers its `bin`. */
export async function snakemakeOnSlurm(): Promise<string> {
  const environment = join(home(), 'snakemake-slurm');
  const bin = join(environment, 'bin');
  const plugin = `snakemake-executor-plugin-slurm==${SNAKEMAKE_SLURM_VERSION}`;
  const found = [join(bin, 'python'), '-c', 'import snakemake_executor_plugin_slurm'] as const;
  const made = await measure(found).catch(() => undefined);
  if (made?.exitCode !== 0) {
    await measureGood(['python3', '-m', 'venv', environment]);
    const wanted = [`snakemake==${SNAKEMAKE_VERSION}`, plugin];
    await measureGood([join(bin, 'pip'), 'install', '--quiet', ...wanted]);
  }
  return bin;
}
