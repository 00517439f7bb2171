import { posix } from 'node:path';
import { repr } from '../python/text.ts';
import type { PyObject, PyValue } from '../python/value.ts';
import type { UpstreamBatch, UpstreamEnsemble } from './model.ts';

/** Which member of a batch, and what is known of it only when it is about to run. */
export interface Member {
  /** Position in the batch's `runs`, from 0. */
  readonly index: number;
  /** Absolute path of the batch's basedir, links resolved, as Python's `os.getcwd()` gives it. */
  readonly basedir: string;
  /** Cycle of a batch with `repeat`, from 1. Default 1. */
  readonly cycle?: number;
  /** Pairs of `-x`. */
  readonly extra?: ReadonlyMap<string, string>;
}

/** The named tuple that templates see as `run`. */
export class RunContext implements PyObject {
  readonly pyType = 'Run';
  readonly #attributes: ReadonlyMap<string, PyValue>;

  constructor(attributes: ReadonlyMap<string, PyValue>) {
    this.#attributes = attributes;
  }

  attribute(name: string): PyValue | undefined {
    return this.#attributes.get(name);
  }

  /** In the order in which upstream sets them. */
  names(): readonly string[] {
    return [...this.#attributes.keys()];
  }

  text(): string {
    const fields = [...this.#attributes].map(([name, value]) => `${name}=${repr(value)}`);
    return `Run(${fields.join(', ')})`;
  }
}

/** Id and folder of a member, whatever `-x` says: its folder is named after its batch and its position. */
export function memberId(batch: UpstreamBatch, index: number): string {
  return `${batch.name}-${index}`;
}

/**
 * What templates and arguments of one member see as `run`: `vars`, then the batch's keys, the run's own, the automatic ones and
 * those of `-x`, each hiding the ones before. Nothing of another run is in it.
 *
 * @throws RangeError when the batch has no such run.
 */
export function memberContext(
  ensemble: Pick<UpstreamEnsemble, 'vars'>,
  batch: UpstreamBatch,
  member: Member,
): RunContext {
  const run = batch.runs[member.index];
  if (run === undefined) throw new RangeError(`batch ${batch.name} has no run ${member.index}`);
  const id = memberId(batch, member.index);
  const attributes = new Map<string, PyValue>();
  for (const dict of [ensemble.vars, batch.visible, run.parameters]) {
    for (const [name, value] of dict.entries()) {
      if (typeof name === 'string') attributes.set(name, value);
    }
  }
  attributes.set('idx', BigInt(member.index));
  attributes.set('id', id);
  attributes.set('dir', posix.join(member.basedir, id));
  attributes.set('batch_idx', BigInt(member.cycle ?? 1));
  for (const [name, value] of member.extra ?? []) attributes.set(name, value);
  return new RunContext(attributes);
}
