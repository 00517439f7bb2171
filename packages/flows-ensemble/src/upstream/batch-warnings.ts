import type { Problems } from '../pyyaml/problem.ts';
import type { UpstreamBatch, UpstreamEnsemble } from './model.ts';

type Content = Pick<UpstreamEnsemble, 'vars' | 'batches'>;

/** What upstream sets in each run after the run's own parameters. */
export const AUTOMATIC = ['idx', 'id', 'dir', 'batch_idx'] as const;

/** Batch keys that every run has, given or not, so that they always hide a variable of that name. */
const ALWAYS = [
  'name',
  'templates',
  'templatedir',
  'job_file',
  'basedir',
  'maxruns',
  'maxjobs',
  'repeat',
];

/** Traps in how batches and their variables go together. */
export function warnOfBatches(ensemble: Content, problems: Problems): void {
  for (const [index, batch] of ensemble.batches.entries()) {
    warnOfNames(batch, ensemble.batches.slice(0, index), problems);
    warnOfRuns(batch, problems);
    warnOfCluster(batch, ensemble, problems);
    warnOfHiddenVars(batch, ensemble, problems);
    if (batch.repeat) {
      problems.warning(batch.place, {
        kind: 'repeat',
        message: `\`repeat\` of batch ${batch.name} goes on until a hook fails or no run is left; upstream drops for good each run that got no job`,
        hint: 'let a check in post_batch with `fail: true` say when all is done',
      });
    }
  }
}

function warnOfNames(
  batch: UpstreamBatch,
  earlier: readonly UpstreamBatch[],
  problems: Problems,
): void {
  for (const other of earlier) {
    if (other.name === batch.name && other.basedir === batch.basedir) {
      problems.warning(batch.place, {
        kind: 'batch-name-twice',
        message: `two batches named ${batch.name} in ${batch.basedir} use the same run folders`,
        hint: 'give one of them another name or basedir',
      });
    } else if (other.name.startsWith(batch.name) || batch.name.startsWith(other.name)) {
      const [short, long] = [other.name, batch.name].sort((a, b) => a.length - b.length);
      problems.warning(batch.place, {
        kind: 'job-name-prefix',
        message: `upstream counts jobs of ${long} against maxjobs of ${short}, since their names begin alike`,
      });
    }
  }
}

function warnOfRuns(batch: UpstreamBatch, problems: Problems): void {
  if (batch.runs.length === 0) {
    problems.warning(batch.place, {
      kind: 'no-runs',
      message: `batch ${batch.name} has no runs; upstream logs an error and leaves out post_batch`,
    });
  }
  for (const run of batch.runs) {
    const lost = AUTOMATIC.filter((name) => run.parameters.has(name));
    if (lost.length === 0) continue;
    problems.warning(run.place, {
      kind: 'automatic-name',
      message: `${lost.join(', ')} of a run has no effect: it is set for every run`,
      hint: 'use another name',
    });
  }
}

function warnOfCluster(batch: UpstreamBatch, { vars }: Content, problems: Problems): void {
  const everywhere =
    batch.runs.length > 0 && batch.runs.every((run) => run.parameters.has('cluster'));
  if (batch.cluster !== undefined || vars.has('cluster') || everywhere) return;
  problems.warning(batch.place, {
    kind: 'cluster-missing',
    message: `batch ${batch.name} names no \`cluster\`; with Slurm upstream loops without end`,
    hint: 'name the partition, if it is meant for Slurm',
  });
}

function warnOfHiddenVars(batch: UpstreamBatch, { vars }: Content, problems: Problems): void {
  const hidden = ALWAYS.filter((name) => vars.has(name));
  if (hidden.length === 0) return;
  problems.warning(batch.place, {
    kind: 'hidden-variable',
    message: `${hidden.join(', ')} of \`vars\` is hidden by the batch key of that name, given or not`,
    hint: 'use another name',
  });
}

/** Names that a run of a batch has without `-x`. */
export function attributesOf(batch: UpstreamBatch, { vars }: Content): ReadonlySet<string> {
  const dicts = [vars, batch.visible, ...batch.runs.map((run) => run.parameters)];
  return new Set([...dicts.flatMap((dict) => dict.keys().map(String)), ...AUTOMATIC]);
}
