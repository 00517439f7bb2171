import { EnsembleWorkspace } from './ensemble.ts';
import { until } from './until.ts';

type Task = Readonly<Record<string, unknown>>;

/** What of a batch a trial changes. */
export interface TrialBatch {
  readonly name?: string;
  readonly basedir?: string;
  readonly templatedir?: string;
  readonly runs?: readonly Readonly<Record<string, unknown>>[];
  readonly templates?: readonly string[];
  readonly maxruns?: number;
  readonly maxjobs?: number;
  readonly repeat?: boolean;
  readonly pre_batch?: readonly Task[];
  readonly pre_run?: readonly Task[];
  readonly post_run?: readonly Task[];
  readonly post_batch?: readonly Task[];
}

/** A task of a hook. */
export function task(name: string, args: Readonly<Record<string, unknown>> = {}): Task {
  return { name, args };
}

/** A command that says in `trace.txt` that it ran, for the run in whose folder it is called. */
export function note(word: string): Task {
  return task('execute', { cmd: `echo "${word} $(basename "$PWD")" >> ../../trace.txt` });
}

/** A command of a batch that says in `trace.txt` that it ran. */
export function noteBatch(word: string): Task {
  return task('execute', { cmd: `echo "${word}" >> ../trace.txt` });
}

/** Shell text that holds for all runs but one. */
export function allBut(run: string, otherwise = 'false'): string {
  return `[ "$(basename "$PWD")" != ${run} ] || ${otherwise}`;
}

const JOB = `#!/bin/sh
echo "job {{ run.id }}" >> ../../trace.txt
{{ run.work | default('true') }}
echo "{{ run.id }}" > outfile
`;

/** An ensemble in the form of model-ensembler with one template and three runs a batch, `b-0` to `b-2`. */
export class UpstreamTrial extends EnsembleWorkspace {
  constructor(batches: readonly TrialBatch[], options: Readonly<Record<string, unknown>> = {}) {
    super({ 'template/job.sh.j2': JOB });
    this.batches(batches);
    this.ensemble({ file: 'old.yaml', checkEvery: '0.1s', ...options });
  }

  /** Writes the configuration anew. */
  batches(batches: readonly TrialBatch[]): void {
    const complete = batches.map((batch) => ({
      name: 'b',
      basedir: `./${batch.name ?? 'b'}-runs`,
      templatedir: '../template',
      templates: ['job.sh.j2'],
      job_file: 'job.sh',
      cluster: 'short',
      maxruns: 3,
      maxjobs: 3,
      runs: [{}, {}, {}],
      pre_batch: [],
      pre_run: [note('pre')],
      post_run: [note('post')],
      post_batch: [noteBatch(`post_batch ${batch.name ?? 'b'}`)],
      ...batch,
    }));
    const ensemble = {
      vars: {},
      pre_process: [],
      post_process: [task('execute', { cmd: 'echo post_process >> trace.txt' })],
      batches: complete,
    };
    // Every JSON text is YAML as well.
    this.write('old.yaml', JSON.stringify({ ensemble }));
  }

  /** Waits for a line in the trace. */
  sawLine(line: string): Promise<void> {
    return until(`the line ${line}`, () => this.lines('trace.txt').includes(line));
  }

  /** What one run did, in order, as its trace tells. */
  done(run: string): readonly string[] {
    return this.lines('trace.txt').flatMap((line) =>
      line.endsWith(` ${run}`) ? [line.slice(0, -run.length - 1)] : [],
    );
  }

  /** What was done for batches and the whole, in order. */
  around(): readonly string[] {
    return this.lines('trace.txt').filter((line) => /^(?:pre_|post_)/.test(line));
  }
}
