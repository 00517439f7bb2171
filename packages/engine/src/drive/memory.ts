import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import type { Json, RunId } from '@orchestrate/core';
import type { OutputRecord } from '../events/fact.ts';
import {
  type InputRecord,
  packInputs,
  packOutputs,
  unpackInputs,
  unpackOutputs,
} from './columns.ts';
import { FINGERPRINT_LENGTH } from './fingerprint.ts';
import { loadLabels } from './labels.ts';
import { identityOf } from './lineage.ts';

/** What the project remembers of a set as it was at one time: the part that is the same for all its tasks. */
export interface MemoryHead {
  /** Code -> digest, see `CodeDigests`. */
  readonly codes: Readonly<Record<string, string>>;
  /** Whether specs depend on results of other tasks; then the digest of the set does not say everything. */
  readonly usesResults: boolean;
  readonly hasInputs: boolean;
  /**
   * Set it needs -> what that set was: a digest over its fingerprints, or, where inputs or results stand between them,
   * `=` and the digest of the set itself. Left out when its tasks do not all descend from the same.
   */
  readonly lineage?: Readonly<Record<string, string>>;
  /** Digest over all fingerprints. */
  readonly identity?: string;
}

/** Parts of a set, which have digests of their own, belong to the generation of the whole. */
const WHOLE_DIGEST = "substr(digest, 1, instr(digest || '#', '#') - 1)";
/** Generations of one set's memory that are kept. */
const KEPT_GENERATIONS = 6;
/** Specs are kept for `why` until a run has this many characters of them. */
export const SPECS_KEPT_CHARACTERS = 8_000_000;

type Row = Record<string, unknown>;

/** The finished tasks of one set at one time. Columns are read when they are first needed. */
export class MemorySet {
  readonly name: string;
  readonly digest: string;
  readonly run: RunId;
  readonly size: number;
  readonly finished: number;
  readonly outputBytes: number;
  readonly head: MemoryHead;
  readonly #db: DatabaseSync;
  #columns: Row | undefined;
  #inputs: readonly string[] | undefined;
  #outputs: readonly string[] | undefined;
  #results: ReadonlyMap<number, Json> | undefined;
  #specs: readonly string[] | undefined;
  #byLabel: ReadonlyMap<string, number> | undefined;
  #byPrint: ReadonlyMap<string, number> | undefined;

  constructor(db: DatabaseSync, row: Row) {
    this.#db = db;
    this.name = String(row['name']);
    this.digest = String(row['digest']);
    this.run = String(row['run']) as RunId;
    this.size = Number(row['size']);
    this.finished = Number(row['finished']);
    this.outputBytes = Number(row['bytes']);
    this.head = JSON.parse(String(row['head'])) as MemoryHead;
  }

  #column(name: string): unknown {
    this.#columns ??=
      this.#db
        .prepare(
          'SELECT done, fingerprints, inputs, outputs, results, specs FROM memory WHERE name=? AND digest=?',
        )
        .get(this.name, this.digest) ?? {};
    return this.#columns[name];
  }

  isDone(index: number): boolean {
    const done = this.#column('done');
    return done instanceof Uint8Array && done[index] === 1;
  }

  /** '' when it was not recorded. */
  fingerprint(index: number): string {
    const all = this.#column('fingerprints');
    if (!(all instanceof Uint8Array)) return '';
    const at = index * FINGERPRINT_LENGTH;
    const text = Buffer.from(all.buffer, all.byteOffset, all.byteLength);
    return text[at] === 0 ? '' : text.toString('latin1', at, at + FINGERPRINT_LENGTH);
  }

  /** Digest over all fingerprints, see `identityOf`. */
  get identity(): string {
    if (this.head.identity !== undefined) return this.head.identity;
    const all = this.#column('fingerprints');
    return identityOf(all instanceof Uint8Array ? all : '');
  }

  /** Puts fingerprints where the given column, which is as long, has none. */
  fillIn(prints: Uint8Array): void {
    const all = this.#column('fingerprints');
    if (!(all instanceof Uint8Array)) return;
    for (let at = 0; at < prints.length; at += FINGERPRINT_LENGTH) {
      if (prints[at] === 0) prints.set(all.subarray(at, at + FINGERPRINT_LENGTH), at);
    }
  }

  inputs(index: number): InputRecord[] | undefined {
    this.#inputs ??= lines(this.#column('inputs'));
    return unpackInputs(this.#inputs[index]);
  }

  outputs(index: number): OutputRecord[] {
    this.#outputs ??= lines(this.#column('outputs'));
    return unpackOutputs(this.#outputs[index]);
  }

  /** Results by index; most tasks have none. */
  results(): ReadonlyMap<number, Json> {
    if (this.#results === undefined) {
      const text = this.#column('results');
      this.#results = new Map(
        typeof text === 'string' ? (JSON.parse(text) as [number, Json][]) : [],
      );
    }
    return this.#results;
  }

  /** The essence of a task's spec, for `why`; kept for small sets only. */
  spec(index: number): string | undefined {
    const packed = this.#column('specs');
    this.#specs ??=
      packed instanceof Uint8Array ? inflateRawSync(packed).toString('utf8').split('\n') : [];
    const text = this.#specs[index];
    return text === '' ? undefined : text;
  }

  /**
   * Index of the task that is meant by a label and a fingerprint: that of the label, unless another finished one has the
   * fingerprint. Labels change when an axis goes or comes, also of tasks that stay what they were.
   */
  match(label: string, print: string): number | undefined {
    const labelled = this.indexOf(label);
    if (labelled !== undefined && this.isDone(labelled) && this.fingerprint(labelled) === print) {
      return labelled;
    }
    return this.#indexOfPrint(print) ?? labelled;
  }

  #indexOfPrint(print: string): number | undefined {
    if (this.#byPrint === undefined) {
      const byPrint = new Map<string, number>();
      for (let index = 0; index < this.size; index += 1) {
        const known = this.isDone(index) ? this.fingerprint(index) : '';
        if (known !== '') byPrint.set(known, index);
      }
      this.#byPrint = byPrint;
    }
    return this.#byPrint.get(print);
  }

  /** Index of the task with this label. */
  indexOf(label: string): number | undefined {
    if (this.#byLabel === undefined) {
      const label = loadLabels(this.#db, this);
      const byLabel = new Map<string, number>();
      for (let index = 0; index < this.size; index += 1) byLabel.set(label(index), index);
      this.#byLabel = byLabel;
    }
    return this.#byLabel.get(label);
  }
}

function lines(text: unknown): readonly string[] {
  return typeof text === 'string' && text !== '' ? text.split('\n') : [];
}

/** The memory of a set to be written. */
export interface MemoryToSave {
  readonly name: string;
  readonly digest: string;
  readonly run: RunId;
  readonly size: number;
  readonly head: MemoryHead;
  readonly done: Uint8Array;
  readonly fingerprints: Uint8Array;
  readonly inputs?: readonly (readonly InputRecord[] | undefined)[];
  readonly outputs?: readonly (readonly OutputRecord[] | undefined)[];
  readonly results: readonly (readonly [index: number, value: Json])[];
  /** Redacted by the caller, like everything here. */
  readonly specs?: readonly (string | undefined)[];
}

/** What a project remembers of its finished work, newest first, by the names of sets. */
export class Memory {
  readonly #db: DatabaseSync | undefined;
  readonly #known = new Map<string, readonly MemorySet[]>();
  #select: StatementSync | undefined;

  /** Without a database nothing is remembered. */
  constructor(db: DatabaseSync | undefined) {
    this.#db = db;
  }

  of(name: string): readonly MemorySet[] {
    let sets = this.#known.get(name);
    const db = this.#db;
    if (db === undefined) return [];
    if (sets === undefined) {
      this.#select ??= db.prepare(
        'SELECT name, digest, run, size, finished, bytes, head FROM memory WHERE name=? ORDER BY saved DESC, rowid DESC',
      );
      sets = this.#select.all(name).map((row) => new MemorySet(db, row));
      this.#known.set(name, sets);
    }
    return sets;
  }

  /** Writes memory; call inside a transaction. */
  save(memory: MemoryToSave, now: number, redact: (text: string) => string): void {
    const db = this.#db;
    if (db === undefined) return;
    const packed = (text: string | undefined): string | null =>
      text === undefined ? null : redact(text);
    let bytes = 0;
    for (const records of memory.outputs ?? []) for (const one of records ?? []) bytes += one.bytes;
    let finished = 0;
    for (const one of memory.done) finished += one;
    db.prepare(
      `INSERT OR REPLACE INTO memory(name, digest, run, saved, size, finished, bytes, head, done, fingerprints, inputs, outputs, results, specs)
         VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?)`,
    ).run(
      memory.name,
      memory.digest,
      memory.run,
      now,
      memory.size,
      finished,
      bytes,
      redact(JSON.stringify(memory.head)),
      memory.done,
      memory.fingerprints,
      packed(memory.inputs && packInputs(memory.inputs)),
      packed(memory.outputs && packOutputs(memory.outputs)),
      memory.results.length === 0 ? null : redact(JSON.stringify(memory.results)),
      memory.specs === undefined
        ? null
        : deflateRawSync(redact(memory.specs.map((spec) => spec ?? '').join('\n')), { level: 1 }),
    );
    db.prepare(
      `DELETE FROM memory WHERE name=? AND ${WHOLE_DIGEST} NOT IN
           (SELECT ${WHOLE_DIGEST} FROM memory WHERE name=? GROUP BY 1 ORDER BY max(saved) DESC, max(rowid) DESC LIMIT ?)`,
    ).run(memory.name, memory.name, KEPT_GENERATIONS);
    if (finished < memory.size || memory.digest.includes('#'))
      return void this.#known.delete(memory.name);
    // All of the set is finished: what was remembered of parts of it says nothing more.
    db.prepare("DELETE FROM memory WHERE name=? AND digest LIKE ? || '#%'").run(
      memory.name,
      memory.digest,
    );
    this.#known.delete(memory.name);
  }
}
