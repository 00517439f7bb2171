import type { RunId, TaskSet, TaskSpec } from '@orchestrate/core';
import type { FailureRecord, OutputRecord } from '../events/fact.ts';
import type { Input, ReusedTask } from '../schedule/messages.ts';
import { ChangedAncestors } from './changed-ancestor.ts';
import type { CodeDigests } from './code-digest.ts';
import type { InputRecord } from './columns.ts';
import { type Identity, Unfit } from './file-identity.ts';
import { essence, fingerprint } from './fingerprint.ts';
import type { InputDigests, KnownInput } from './input-digests.ts';
import { Lineage } from './lineage.ts';
import { type Memory, SPECS_KEPT_CHARACTERS } from './memory.ts';
import type { Places } from './places.ts';
import { RunAncestry } from './run-ancestry.ts';
import type { RunBook, SetBook } from './run-book.ts';
import { isSameDescent, type SameSet, SameSets } from './same-set.ts';
import type { RegisteredSet } from './task-registry.ts';
import { whatChanged } from './what-changed.ts';

type Prepared = Input & { readonly type: 'prepared' };

/** Why a task runs again although it was finished before: the first thing that differs. */
export interface Change {
  readonly task: number;
  readonly field: string;
  readonly before?: string;
  readonly after?: string;
}

/** What preparing is made of. */
export interface PreparerParts {
  readonly book: RunBook;
  readonly memory: Memory;
  readonly places: Places;
  readonly codes: CodeDigests;
  readonly inputs: InputDigests;
  readonly run: RunId;
  /** Use no earlier work. */
  readonly fresh: boolean;
  readonly noteChange: (change: Change) => void;
}

/** A task rendered, with its inputs looked at. */
export interface Rendered {
  readonly book: SetBook;
  readonly index: number;
  readonly set: TaskSet;
  readonly spec: TaskSpec;
  readonly inputs: readonly KnownInput[];
  /** Sets whose results went into the spec. */
  readonly used: ReadonlySet<string>;
}

const NO_SETS: ReadonlySet<string> = new Set();
const NOTHING: readonly string[] = [];
const NO_CODES: unknown = undefined;

class Answer {
  readonly run: number[] = [];
  readonly notNeeded: number[] = [];
  readonly reused = new Map<RunId, ReusedTask[]>();
  readonly failed: (FailureRecord & { readonly task: number })[] = [];

  addReused(from: RunId, task: ReusedTask): void {
    const list = this.reused.get(from);
    if (list === undefined) this.reused.set(from, [task]);
    else list.push(task);
  }

  inputs(): Prepared[] {
    const { run, failed, notNeeded } = this;
    const inputs: Prepared[] = [];
    run.sort((a, b) => a - b);
    for (const [reusedFrom, reused] of this.reused) {
      reused.sort((a, b) => a.task - b.task);
      inputs.push({ type: 'prepared', run: [], reused, reusedFrom, failed: [] });
    }
    if (run.length > 0 || failed.length > 0 || notNeeded.length > 0) {
      inputs.push({ type: 'prepared', run, reused: [], notNeeded, failed });
    }
    return inputs;
  }
}

/** Tasks looked at side by side when looking takes a while. */
const SIDE_BY_SIDE = 32;

/** Says of ready tasks whether they are finished already, and whether their inputs are there. */
export class Preparer {
  readonly #parts: PreparerParts;
  readonly #same: SameSets;
  readonly #lineage: Lineage;
  readonly #ancestors: ChangedAncestors;
  #specsLeft = SPECS_KEPT_CHARACTERS;
  /** The last task without inputs that was fingerprinted. */
  #printed = { codes: NO_CODES, text: '', descent: '', print: '' };

  constructor(parts: PreparerParts) {
    this.#parts = parts;
    const { book, memory, codes } = parts;
    const ancestry = new RunAncestry(book, memory, parts.run);
    this.#lineage = new Lineage(ancestry);
    const { registry } = book;
    const lineage = this.#lineage;
    this.#ancestors = new ChangedAncestors({ memory, lineage, ancestry, registry });
    this.#same = new SameSets({ book, memory, codes, lineage: this.#lineage, ancestry });
  }

  /** Whether tasks of a set have to be looked at before they start. */
  needsLook(set: TaskSet): boolean {
    if (set.hasInputs !== false || set.when !== undefined) return true;
    return this.#reuses(set) && this.#parts.memory.of(set.name).length > 0;
  }

  #reuses(set: TaskSet): boolean {
    return set.reuse !== false && set.check === undefined && !this.#parts.fresh;
  }

  /** The answers to one `prepare` effect; at once when nothing but local files is involved and nothing has changed. */
  prepare(tasks: readonly number[]): Prepared[] | Promise<Prepared[]> {
    const answer = new Answer();
    const slow: number[] = [];
    for (const task of tasks) {
      const entry = this.#parts.book.registry.find(task);
      if (entry?.set?.when !== undefined && !this.#isNeeded(entry, task, answer)) continue;
      const same = entry === undefined ? undefined : this.#sameSet(entry);
      if (entry === undefined || same === undefined) slow.push(task);
      else if (this.#isUnchanged(same, task - entry.first)) {
        answer.addReused(same.row.run, { task });
      } else slow.push(task);
    }
    if (slow.length === 0) return answer.inputs();
    return this.#prepareSlowly(slow, answer);
  }

  /** Whether the flow needs a task; one that is not, or of which that cannot be told, gets its answer here. */
  #isNeeded({ set, first }: RegisteredSet, task: number, answer: Answer): boolean {
    try {
      if (set?.when?.(task - first, this.#parts.book.results) !== false) return true;
      answer.notNeeded.push(task);
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      answer.failed.push({ task, failure: 'user-error', message });
    }
    return false;
  }

  #sameSet(entry: RegisteredSet): SameSet | undefined {
    if (entry.set === undefined || !this.#reuses(entry.set)) return undefined;
    return this.#same.of(entry);
  }

  #isUnchanged(same: SameSet, index: number): boolean {
    const { row } = same;
    if (!row.isDone(index) || !isSameDescent(same, index)) return false;
    if (row.head.hasInputs) {
      const inputs = row.inputs(index);
      if (inputs === undefined) return false;
      for (const input of inputs) if (!this.#isSameInput(input)) return false;
    }
    for (const output of row.outputs(index)) {
      if (this.#lostOutput(output) !== undefined) return false;
    }
    return true;
  }

  #isSameInput(input: InputRecord): boolean {
    const { places } = this.#parts;
    const seen = places.seen(input.address) ?? places.localIdentity(input.address);
    if (seen === undefined || seen instanceof Unfit) return false;
    return seen.bytes === input.bytes && seen.generation === input.generation;
  }

  /** Why a local output is not as it was left. Remote ones are looked at in the slow way. */
  #lostOutput(output: OutputRecord): string | undefined {
    const { places } = this.#parts;
    const now = places.localIdentity(output.address);
    if (now === undefined) return 'missing';
    if (now instanceof Unfit) return now.reason;
    if (now.bytes !== output.bytes) return `${now.bytes} bytes`;
    if (now.generation !== output.generation) return 'changed since';
    places.noteSeen(output.address, output);
    return undefined;
  }

  async #prepareSlowly(tasks: readonly number[], answer: Answer): Promise<Prepared[]> {
    for (let at = 0; at < tasks.length; at += SIDE_BY_SIDE) {
      const pending: Promise<void>[] = [];
      for (const task of tasks.slice(at, at + SIDE_BY_SIDE)) {
        const looked = this.#prepareOne(task, answer);
        if (looked !== undefined) pending.push(looked);
      }
      if (pending.length > 0) await Promise.all(pending);
    }
    this.#parts.inputs.save();
    return answer.inputs();
  }

  #prepareOne(task: number, answer: Answer): Promise<void> | undefined {
    const fail = (message: string): void => {
      answer.failed.push({ task, failure: 'user-error', message });
    };
    try {
      const found = this.#parts.book.at(task);
      const set = found?.[0].entry.set;
      if (found === undefined || set === undefined)
        return fail('the flow does not know this task') as undefined;
      const [book, index] = found;
      const spec = this.render(set, book, index);
      const used = this.usedBy(set);
      const looked = (spec.inputs ?? []).map((input) => this.#parts.inputs.look(input));
      if (!looked.some((one) => one instanceof Promise)) {
        const missing = looked.find((one) => typeof one === 'string');
        if (typeof missing === 'string') return fail(missing) as undefined;
      }
      const go = async (): Promise<void> => {
        try {
          const known = await Promise.all(looked.map(async (one) => one));
          const missing = known.find((one) => typeof one === 'string');
          if (typeof missing === 'string') return fail(missing);
          const inputs = known.filter((one) => typeof one !== 'string');
          book.inputs[index] = inputs.map((one) => one.record);
          const print = this.print({ book, index, set, spec, inputs, used });
          await this.#decide({ task, index, book, set, print, spec }, answer);
        } catch (error) {
          fail(error instanceof Error ? error.message : String(error));
        }
      };
      return go();
    } catch (error) {
      return fail(error instanceof Error ? error.message : String(error)) as undefined;
    }
  }

  /** Renders a spec and notes whether it asked for results of other tasks. */
  render(set: TaskSet, book: SetBook, index: number): TaskSpec {
    const { results } = this.#parts.book;
    const asked = results.asked;
    // Clearing an empty set is not for free: it gets a new table, and a million of them outlive their use.
    if (results.used.size > 0) results.used.clear();
    const spec = set.spec(index, results);
    if (results.asked !== asked) book.usesResults = true;
    return spec;
  }

  /** Sets whose results went into the spec that was rendered last. */
  usedBy(set: TaskSet): ReadonlySet<string> {
    const { results, madeFrom } = this.#parts.book;
    const made = madeFrom.get(set.name);
    if (results.used.size === 0) return made ?? NO_SETS;
    return new Set([...results.used, ...(made ?? [])]);
  }

  #descent({ book, index, set, inputs, used }: Rendered): string {
    const read = inputs.length === 0 ? NOTHING : inputs.map(({ record }) => record.address);
    const { text = '', sets } = this.#lineage.of(set, index, read, used);
    for (const name of sets) book.descendsFrom.add(name);
    return text;
  }

  /** Fingerprints a rendered task and notes what the memory and `why` will want to know. */
  print(one: Rendered): string {
    const { book, index, spec, inputs } = one;
    const codes = this.#parts.codes.of(spec.work);
    for (const [code, digest] of codes) book.codes.set(code, digest);
    const descent = this.#descent(one);
    const rendered = essence(spec);
    const before = this.#printed;
    // Tasks that differ in nothing are common among functions: one text is kept for all of them, and one digest made.
    const isLike = before.codes === codes && before.text === rendered && inputs.length === 0;
    const text = isLike ? before.text : rendered;
    if (this.#specsLeft > 0) {
      if (!isLike) this.#specsLeft -= text.length;
      book.specs[index] = text;
    }
    const contents = inputs.length === 0 ? NOTHING : inputs.map(({ digest }) => digest);
    const isSame = isLike && before.descent === descent;
    const print = isSame ? before.print : fingerprint(text, codes, contents, descent);
    if (inputs.length === 0 && !isSame) this.#printed = { codes, text, descent, print };
    if (!book.hasFingerprint(index)) book.rendered += 1;
    book.setFingerprint(index, print);
    return print;
  }

  async #decide(
    one: {
      readonly task: number;
      readonly index: number;
      readonly book: SetBook;
      readonly set: TaskSet;
      readonly print: string;
      readonly spec: TaskSpec;
    },
    answer: Answer,
  ): Promise<void> {
    const { task, index, book, set, print } = one;
    if (!this.#reuses(set)) {
      answer.run.push(task);
      return;
    }
    let change: Change | undefined;
    for (const memory of this.#parts.memory.of(set.name)) {
      const same = memory.digest === set.digest && memory.size === set.size;
      const then = same ? index : memory.match(set.label(index), print);
      if (then === undefined || !memory.isDone(then)) continue;
      if (memory.fingerprint(then) !== print) {
        change ??= { task, ...whatChanged(memory, then, book, index, this.#naming(book, index)) };
        continue;
      }
      const outputs = memory.outputs(then);
      const lost = await this.#firstLost(outputs);
      if (lost !== undefined) {
        change ??= { task, ...lost };
        continue;
      }
      const result = memory.results().get(then);
      const kept = same
        ? {}
        : { fingerprint: print, outputs, ...(result === undefined ? {} : { result }) };
      if (!same) book.isNew = true;
      answer.addReused(memory.run, { task, ...kept });
      return;
    }
    if (change !== undefined) this.#parts.noteChange(change);
    answer.run.push(task);
  }

  #naming(book: SetBook, index: number): Parameters<typeof whatChanged>[4] {
    return {
      code: (code) => this.#parts.codes.named(code),
      ancestor: () => this.#ancestors.of(book, index),
    };
  }

  async #firstLost(
    outputs: readonly OutputRecord[],
  ): Promise<
    { readonly field: string; readonly before: string; readonly after: string } | undefined
  > {
    for (const output of outputs) {
      const lost = await this.#lostAnywhere(output);
      if (lost === undefined) continue;
      return {
        field: `output ${output.name} (${output.address})`,
        before: `${output.bytes} bytes`,
        after: lost,
      };
    }
    return undefined;
  }

  async #lostAnywhere(output: OutputRecord): Promise<string | undefined> {
    const { places } = this.#parts;
    if (places.localPath(output.address) !== undefined) return this.#lostOutput(output);
    let now: Identity | Unfit | undefined;
    try {
      now = await places.identity(places.of(output.address));
    } catch (error) {
      // The storage is gone from the project, or does not answer: then the output is not there to be used.
      return error instanceof Error ? error.message : String(error);
    }
    if (now === undefined || now instanceof Unfit) return 'missing';
    if (now.generation !== output.generation) return 'changed since';
    places.noteSeen(output.address, output);
    return undefined;
  }
}
