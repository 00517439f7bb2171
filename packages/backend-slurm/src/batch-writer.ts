import { lstatSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Clock, JobSpec } from '@orchestrate/core';
import type { PlannedBatch } from './batch-plan.ts';
import { batchScript } from './batch-script.ts';
import type { Cluster } from './cluster.ts';
import type { ClusterFile } from './cluster-files.ts';
import type { SlurmConfig } from './config.ts';
import { type JobFiles, logsOf } from './job-files.ts';
import { jobScript, packText, type RunnerPlace } from './job-script.ts';
import { BATCH_FOLDERS, batchLayout } from './layout.ts';
import type { BatchRecord } from './ledger.ts';

/** What writing a batch is made of. */
export interface BatchWriterParts {
  readonly cluster: Cluster;
  readonly clock: Clock;
  readonly config: SlurmConfig;
  readonly projectDirectory: string;
  /** How packs of function calls are run there; asked when there is one. */
  readonly runner: () => Promise<RunnerPlace>;
  readonly files: JobFiles;
}

/** Writes down what a batch is: for the leader's ledger, and as files for the cluster. */
export class BatchWriter {
  readonly #parts: BatchWriterParts;

  constructor(parts: BatchWriterParts) {
    this.#parts = parts;
  }

  record({ jobs, perAllocation, timeSeconds }: PlannedBatch): BatchRecord {
    const { files } = this.#parts;
    const specs = jobs.map(({ spec }) => spec);
    return {
      name: specs[0]?.key ?? '',
      keys: specs.map(({ key }) => key),
      logs: specs.map(({ logPath }) => logPath),
      calls: specs.map(({ work }) => (work.kind === 'functions' ? work.calls.length : 0)),
      ...(files.isApart ? { home: specs.flatMap((spec) => files.homeFiles(spec) ?? []) } : {}),
      perAllocation,
      ...(timeSeconds === undefined ? {} : { timeSeconds }),
      submittedAt: this.#parts.clock.now(),
    };
  }

  async filesOf(batch: PlannedBatch, { name, submittedAt }: BatchRecord): Promise<ClusterFile[]> {
    const { cluster, config, projectDirectory, files: place } = this.#parts;
    const isPack = batch.jobs.some(({ spec }) => spec.work.kind === 'functions');
    const runner = isPack ? await this.#parts.runner() : NO_RUNNER;
    const { root } = batchLayout(cluster.workdir, name);
    const stamp = String(submittedAt);
    const { jobs, perAllocation, lanes, timeSeconds, options, setup, directives } = batch;
    const first = jobs[0]?.spec.name ?? name;
    const script = batchScript({
      name,
      root,
      stamp,
      jobs: jobs.length,
      perAllocation,
      lanes,
      ...(timeSeconds === undefined ? {} : { timeSeconds }),
      graceSeconds: config.graceSeconds,
      options,
      ...(directives === undefined ? {} : { directives }),
      ...(setup === undefined ? {} : { setup }),
      title: jobs.length === 1 ? first : `${first} and ${jobs.length - 1} more`,
    });
    const files: ClusterFile[] = BATCH_FOLDERS.map((folder) => ({ name: folder }));
    files.push({ name: 'stamp', text: `${stamp}\n` });
    files.push({ name: 'batch.sh', text: script });
    files.push({ name: 'keys', text: jobs.map(({ spec }) => `${spec.key}\n`).join('') });
    for (const [index, { spec }] of jobs.entries()) {
      const { text, extra } = jobScript(
        spec,
        {
          directory: place.pathOf(spec.directory),
          log: place.pathOf(spec.logPath),
          pack: `${root}/packs/${index}.json`,
          result: `${root}/r/${index}.json`,
          script: `${root}/packs/${index}.sh`,
          project: place.pathOf(projectDirectory),
          folders: place.isApart ? foldersOf(spec, place) : [],
          textOf: (one) => place.textOf(one, spec),
        },
        runner,
      );
      files.push({ name: `jobs/${index}.sh`, text });
      if (extra !== undefined) files.push({ name: `packs/${index}.sh`, text: extra });
      if (spec.work.kind === 'functions') {
        files.push({ name: `packs/${index}.json`, text: place.textOf(packText(spec.work), spec) });
      }
    }
    return files;
  }
}

const NO_RUNNER: RunnerPlace = { node: 'node', args: [] };

/** Folders a job needs that are not there because nothing was in them. */
function foldersOf(job: JobSpec, files: JobFiles): string[] {
  const { directory, writes = [] } = job;
  const parents = [...logsOf(job), ...writes].map((path) => dirname(files.pathOf(path)));
  const whole = writes.filter((path) => lstatSync(path, { throwIfNoEntry: false })?.isDirectory());
  return [
    ...new Set([files.pathOf(directory), ...parents, ...whole.map((path) => files.pathOf(path))]),
  ];
}
