import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  type Described,
  described,
  EnsembleWorkspace,
  UPSTREAM_FIXTURES,
} from '../support/ensemble.ts';
import { expectEnd } from '../support/sober.ts';
import { until } from '../support/until.ts';

/** On a busy machine every call of the command line takes seconds. */
const SLOW = { timeout: 240_000 };

interface Outcome {
  readonly runs: Readonly<Record<string, Readonly<Record<string, Described>>>>;
  readonly others: Readonly<Record<string, Described>>;
  readonly trace: readonly string[];
}

const oracle = (
  JSON.parse(readFileSync(join(UPSTREAM_FIXTURES, 'oracle.json'), 'utf8')) as {
    readonly ensembles: Readonly<Record<string, Outcome>>;
  }
).ensembles;

const OURS = new Set(['.orchestrate', 'node_modules', 'project.yaml', 'trace.txt']);

/** What is in the project that the fixtures did not bring. */
function outcomeOf(workspace: EnsembleWorkspace, before: ReadonlySet<string>): Outcome {
  const runs: Record<string, Readonly<Record<string, Described>>> = {};
  const others: Record<string, Described> = {};
  for (const name of workspace.names('.')) {
    if (before.has(name) || OURS.has(name)) continue;
    const inside = described(workspace.path(name), workspace.folder);
    for (const [path, one] of Object.entries(inside)) {
      const full = `${name}/${path}`;
      if (!path.includes('/') && one.folder === true)
        runs[full] = described(workspace.path(full), workspace.folder);
      else if (!path.includes('/')) others[full] = one;
    }
  }
  return { runs, others, trace: workspace.lines('trace.txt') };
}

/** What happened for each run, in order. */
function byRun(trace: readonly string[]): Readonly<Record<string, readonly string[]>> {
  const [runs, order]: [Record<string, string[]>, string[]] = [{}, []];
  for (const line of trace) {
    const [, event = '', run] = /^(pre_run|job|post_run) (\S+)$/.exec(line) ?? [];
    if (run === undefined) order.push(line);
    else runs[run] = [...(runs[run] ?? []), event];
  }
  return { ...runs, 'around the runs': order };
}

/** The trace with every line of a run replaced by that of its batch, each once: the batches in their order. */
function byBatch(trace: readonly string[]): readonly string[] {
  const plain = trace.map((line) => line.replace(/^(?:pre_run|job|post_run) (\S+)-\d+$/, '$1'));
  return plain.filter((line, at) => line !== plain[at - 1]);
}

describe.concurrent('an ensemble of model-ensembler, unmodified', SLOW, () => {
  it.each(Object.entries(oracle))('%s makes what model-ensembler makes', async (file, expected) => {
    using workspace = new EnsembleWorkspace();
    workspace.bringFixtures();
    const before = new Set(workspace.names('.'));
    workspace.ensemble({ file, compat: 'upstream', checkEvery: '0.2s' });

    const call = workspace.start(['run', '--json']);
    const gate = Object.keys(expected.others).filter((path) => path.endsWith('batch.ready'));
    for (const path of gate) {
      const folder = workspace.path(path, '..');
      await until(
        'the batch to wait',
        () => statSync(folder, { throwIfNoEntry: false }) !== undefined,
      );
      workspace.write(path, '');
    }
    const ended = await workspace.endOf(call);

    expectEnd(ended, 0);
    const got = outcomeOf(workspace, before);
    expect(got.runs).toEqual(expected.runs);
    expect(got.others).toEqual(expected.others);
    expect(byRun(got.trace)).toEqual(byRun(expected.trace));
    expect(byBatch(got.trace)).toEqual(byBatch(expected.trace));
  });
});
