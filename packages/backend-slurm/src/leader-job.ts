import { shellQuote } from '@orchestrate/ssh';
import type { SlurmConfig } from './config.ts';
import { directives } from './sbatch-options.ts';

/** Seconds before the end of its time at which a leader is asked to leave; its jobs stay. */
const NOTICE_SECONDS = 60;

/** What the job of a leader is made of. */
export interface LeaderJob {
  readonly argv: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly name: string;
  readonly log: string;
}

/** Shell text that sets variables; for a file that nobody else can read. */
export function variablesText(env: Readonly<Record<string, string>>): string {
  const lines = Object.entries(env).map(([name, value]) => `export ${name}=${shellQuote(value)}`);
  return `${lines.join('\n')}\n`;
}

/**
 * The script of a job that leads a run. It reads its variables from the file `variables` and removes that; what SLURM has told
 * this job of itself must not be taken for wishes by the jobs that it submits.
 */
export function leaderScript(
  { argv, cwd, name, log }: LeaderJob,
  variables: string,
  { defaults, setup }: SlurmConfig,
): string {
  return [
    '#!/bin/bash',
    ...directives({
      'cpus-per-task': 1,
      mem: '1G',
      signal: `B:TERM@${NOTICE_SECONDS}`,
      ...defaults,
      'job-name': name,
      output: log,
      'open-mode': 'append',
      requeue: false,
      'no-requeue': true,
    }),
    `. ${shellQuote(variables)} && rm -f -- ${shellQuote(variables)} || exit 1`,
    'conf=${SLURM_CONF:-}; unset "${!SLURM_@}" "${!SBATCH_@}"; [ -z "$conf" ] || export SLURM_CONF=$conf',
    ...(setup === undefined ? [] : [setup]),
    `cd -- ${shellQuote(cwd)} && exec ${argv.map(shellQuote).join(' ')}`,
    '',
  ].join('\n');
}
