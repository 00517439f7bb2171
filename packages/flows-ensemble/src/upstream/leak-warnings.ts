import type { Problems } from '../pyyaml/problem.ts';
import { AUTOMATIC } from './batch-warnings.ts';
import type { UpstreamBatch, UpstreamEnsemble } from './model.ts';
import { RESOURCES } from './read-batch.ts';

/**
 * Upstream fills one and the same context for run after run and batch after batch, so what one sets is still there for those
 * that do not set it. Here every run is on its own; this names those whose templates would have read something left over.
 */
export function warnOfLeaks(ensemble: Pick<UpstreamEnsemble, 'batches'>, problems: Problems): void {
  /** Name -> which run or batch set it last. */
  const left = new Map<string, string>();
  for (const batch of ensemble.batches) {
    warnOfBatch(batch, left, problems);
    for (const key of batch.visible.keys().map(String)) left.delete(key);
    warnOfRuns(batch, left, problems);
    for (const key of RESOURCES) {
      if (batch.visible.has(key) && !left.has(key)) left.set(key, `batch ${batch.name}`);
    }
  }
}

function warnOfBatch(
  batch: UpstreamBatch,
  left: ReadonlyMap<string, string>,
  problems: Problems,
): void {
  for (const key of RESOURCES) {
    const from = left.get(key);
    if (batch.visible.has(key) || !from?.startsWith('batch ')) continue;
    problems.warning(batch.place, {
      kind: 'leaked-value',
      message: `batch ${batch.name} has no \`${key}\`; upstream keeps that of ${from}`,
      hint: `give the batch a \`${key}\` if it needs one`,
    });
  }
}

function warnOfRuns(batch: UpstreamBatch, left: Map<string, string>, problems: Problems): void {
  const named = new Set<string>();
  for (const [index, run] of batch.runs.entries()) {
    for (const [key, from] of left) {
      if (from.startsWith('batch ') || run.parameters.has(key) || named.has(key)) continue;
      named.add(key);
      problems.warning(run.place, {
        kind: 'leaked-value',
        message: `run ${batch.name}-${index} has no \`${key}\`; upstream keeps that of ${from}`,
        hint: `give every run a \`${key}\`, or put the usual value into \`vars\` and name it in each run that differs`,
      });
    }
    for (const key of run.parameters.keys().map(String)) {
      if (!AUTOMATIC.some((name) => name === key)) left.set(key, `run ${batch.name}-${index}`);
    }
  }
}
