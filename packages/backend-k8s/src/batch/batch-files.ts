import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import type { JobKey, Resources } from '@orchestrate/core';
import type { EndRequest } from '../job-state.ts';
import type { Batch } from './batch-plan.ts';
import { podScript } from './batch-script.ts';

/** What is remembered of a batch, for whoever leads later. */
export interface BatchRecord {
  readonly keys: readonly JobKey[];
  readonly logs: readonly string[];
  readonly pods: number;
  readonly resources: Resources;
}

const RECORD = 'batch.json';
const FORGOTTEN = 'forgotten';

/** Batches in a folder that jobs see: what each pod is to do, and what it has done. */
export class BatchFiles {
  readonly #folder: string;

  constructor(stateDirectory: string) {
    this.#folder = join(stateDirectory, 'batches');
  }

  folder(name: string): string {
    return join(this.#folder, name);
  }

  /** File in which a pod writes what became of its jobs. */
  results(name: string, pod: number): string {
    return join(this.folder(name), 'results', `${pod}`);
  }

  /** The words that do one pod's part of a batch. */
  command(name: string): readonly string[] {
    const script = 'exec /bin/sh "$1/pod-$JOB_COMPLETION_INDEX.sh"';
    return ['/bin/sh', '-c', script, 'sh', this.folder(name)];
  }

  /** Writes a batch down; the record comes last. */
  write(batch: Batch, graceSeconds: number): BatchRecord {
    const { name, jobs, pods } = batch;
    const folder = this.folder(name);
    for (const inner of ['results', 'cancel']) mkdirSync(join(folder, inner), { recursive: true });
    for (let pod = 0; pod < pods; pod += 1)
      writeFileSync(join(folder, `pod-${pod}.sh`), podScript(batch, pod, folder, graceSeconds));
    const record: BatchRecord = {
      keys: jobs.map(({ key }) => key),
      logs: jobs.map(({ logPath }) => logPath),
      pods,
      resources: jobs[0].resources,
    };
    writeFileSync(join(folder, `${RECORD}.part`), JSON.stringify(record));
    renameSync(join(folder, `${RECORD}.part`), join(folder, RECORD));
    return record;
  }

  /** `undefined` when there is no such batch, or not whole. */
  read(name: string): BatchRecord | undefined {
    try {
      return JSON.parse(readFileSync(join(this.folder(name), RECORD), 'utf8')) as BatchRecord;
    } catch {
      return undefined;
    }
  }

  /** Keeps a job from being started, and remembers as what it is to end. */
  cancel(name: string, position: number, request: EndRequest): void {
    const file = join(this.folder(name), 'cancel', `${position}`);
    if (!existsSync(file)) writeFileSync(file, JSON.stringify(request));
  }

  /** As what a job was asked to end. */
  cancelled(name: string, position: number): EndRequest | undefined {
    try {
      const file = join(this.folder(name), 'cancel', `${position}`);
      return JSON.parse(readFileSync(file, 'utf8')) as EndRequest;
    } catch {
      return undefined;
    }
  }

  /** Remembers of which jobs nobody will ask any more: a later leader is not told of them again. */
  forget(name: string, positions: readonly number[]): void {
    appendFileSync(join(this.folder(name), FORGOTTEN), `${positions.join('\n')}\n`);
  }

  forgotten(name: string): readonly number[] {
    try {
      const text = readFileSync(join(this.folder(name), FORGOTTEN), 'utf8');
      return text.split('\n').filter(Boolean).map(Number);
    } catch {
      return [];
    }
  }

  remove(name: string): void {
    rmSync(this.folder(name), { recursive: true, force: true });
  }
}
