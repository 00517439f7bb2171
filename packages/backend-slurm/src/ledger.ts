import {
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { slurmError } from './errors.ts';
import type { HomeFiles } from './job-files.ts';

/** What has to be known of a batch to find its jobs again. */
export interface BatchRecord {
  /** The name of the job in SLURM: the key of its first job. */
  readonly name: string;
  readonly keys: readonly string[];
  /** Logs of the jobs on the leader, by index: they tell whether a key stands for the same work. */
  readonly logs: readonly string[];
  /** For jobs that are packs of function calls: how many calls; 0 for others. */
  readonly calls: readonly number[];
  /** Files to bring home of each job, by index, where the cluster does not share ours. */
  readonly home?: readonly HomeFiles[];
  readonly perAllocation: number;
  readonly timeSeconds?: number;
  /** When it was about to be submitted, milliseconds since 1970. */
  readonly submittedAt: number;
}

type Line =
  | ({ readonly type: 'batch' } & BatchRecord)
  | { readonly type: 'job'; readonly name: string; readonly id: string }
  | { readonly type: 'reason'; readonly key: string; readonly reason: ForcedEnd }
  | { readonly type: 'gone'; readonly name: string };

/** Why the engine has a job ended. */
export type ForcedEnd = 'cancelled' | 'timeout' | 'out-of-memory';

/**
 * Which batches were submitted, in a file that survives the leader. A batch stands there, safely on the disk, before `sbatch`
 * is called. The file is made anew when most of it is of no use any more.
 */
export class Ledger implements Disposable {
  readonly batches = new Map<string, BatchRecord>();
  /** Ids that sbatch answered, by name. */
  readonly ids = new Map<string, string>();
  /** Keys whose end was asked for. */
  readonly forced = new Map<string, ForcedEnd>();
  readonly #path: string;
  #descriptor: number | undefined;
  #isTorn = false;

  /** @throws SLURM_STATE_UNUSABLE */
  constructor(folder: string) {
    this.#path = join(folder, 'batches.jsonl');
    try {
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      this.#read();
      this.#rewrite();
    } catch (error) {
      throw slurmError('SLURM_STATE_UNUSABLE', `cannot keep records of jobs in ${folder}`, {
        details: { folder, clean: true },
        cause: error,
      });
    }
  }

  begin(batch: BatchRecord): void {
    this.batches.set(batch.name, batch);
    this.#append({ type: 'batch', ...batch }, true);
  }

  submitted(name: string, id: string): void {
    this.ids.set(name, id);
    this.#append({ type: 'job', name, id }, false);
  }

  force(key: string, reason: ForcedEnd): void {
    if (this.forced.has(key)) return;
    this.forced.set(key, reason);
    this.#append({ type: 'reason', key, reason }, false);
  }

  remove(name: string): void {
    const batch = this.batches.get(name);
    if (batch === undefined) return;
    this.batches.delete(name);
    this.ids.delete(name);
    for (const key of batch.keys) this.forced.delete(key);
    this.#append({ type: 'gone', name }, false);
  }

  #read(): void {
    let text = '';
    try {
      text = readFileSync(this.#path, 'utf8');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
    for (const line of text.split('\n')) {
      const record = parse(line);
      if (record === undefined) continue;
      if (record.type === 'batch') {
        const { type: _, ...batch } = record;
        this.batches.set(batch.name, batch);
      } else if (record.type === 'job') this.ids.set(record.name, record.id);
      else if (record.type === 'reason') this.forced.set(record.key, record.reason);
      else {
        this.batches.delete(record.name);
        this.ids.delete(record.name);
      }
    }
    const keys = new Set([...this.batches.values()].flatMap((batch) => batch.keys));
    for (const key of this.forced.keys()) if (!keys.has(key)) this.forced.delete(key);
  }

  /** Writes what is still of use to a new file, so that the file does not grow from run to run. */
  #rewrite(): void {
    const lines: Line[] = [];
    for (const batch of this.batches.values()) lines.push({ type: 'batch', ...batch });
    for (const [name, id] of this.ids) lines.push({ type: 'job', name, id });
    for (const [key, reason] of this.forced) lines.push({ type: 'reason', key, reason });
    const aside = `${this.#path}.new`;
    const descriptor = openSync(aside, 'w', 0o600);
    try {
      writeWhole(descriptor, lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
    renameSync(aside, this.#path);
    this.#descriptor = openSync(this.#path, 'a', 0o600);
  }

  #append(line: Line, durable: boolean): void {
    const descriptor = this.#descriptor;
    if (descriptor === undefined) return;
    // What a full disk cut off must not swallow the next line.
    const gap = this.#isTorn ? '\n' : '';
    try {
      writeWhole(descriptor, `${gap}${JSON.stringify(line)}\n`);
      this.#isTorn = false;
      if (durable) fsyncSync(descriptor);
    } catch (error) {
      this.#isTorn = true;
      throw slurmError('SLURM_STATE_UNUSABLE', `cannot write to ${this.#path}`, {
        details: { path: this.#path, clean: true },
        cause: error,
      });
    }
  }

  [Symbol.dispose](): void {
    if (this.#descriptor !== undefined) closeSync(this.#descriptor);
    this.#descriptor = undefined;
  }
}

function writeWhole(descriptor: number, text: string): void {
  const bytes = Buffer.from(text);
  let written = 0;
  while (written < bytes.length) written += writeSync(descriptor, bytes, written);
}

/** A line, or `undefined` for one that a crash cut off. */
function parse(line: string): Line | undefined {
  if (line === '') return undefined;
  try {
    return (JSON.parse(line) as Line | null) ?? undefined;
  } catch {
    return undefined;
  }
}
