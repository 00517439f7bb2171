import type { RunId } from '@orchestrate/core';
import type { OutputRecord, TaskView } from '@orchestrate/engine';
import type { OutputCheck, OutputDigests } from './output-digests.ts';
import type { MadeOutputs } from './output-trail.ts';

/** One line of `outputs.ndjson`. */
export interface OutputLine {
  readonly task: string;
  readonly output: string;
  readonly address: string;
  readonly bytes: number;
  readonly generation: string;
  /** The run that made it, when it was an earlier one. */
  readonly madeBy?: RunId;
  /** Whether it was still there, as the run left it, when the record was made. */
  readonly check: OutputCheck;
  readonly sha256?: string;
}

/** A task with a way to find its outputs. */
type Task = Pick<TaskView, 'name' | 'set' | 'index' | 'state'>;

/** What the lines of a run are made from. */
export interface OutputSources {
  readonly run: RunId;
  readonly tasks: Iterable<Task>;
  readonly outputsOf: (task: Task) => MadeOutputs | undefined;
  readonly digests: OutputDigests;
}

/** Files looked at side by side. */
const SIDE_BY_SIDE = 8;

/** Every output of a run, task by task, and how many tasks have outputs that nobody knows any more. */
export class OutputLines {
  /** Reused tasks whose outputs are not in the journal. */
  untraced = 0;
  readonly #sources: OutputSources;

  constructor(sources: OutputSources) {
    this.#sources = sources;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<OutputLine> {
    let batch: (() => Promise<OutputLine>)[] = [];
    for (const line of this.#lines()) {
      batch.push(line);
      if (batch.length < SIDE_BY_SIDE) continue;
      yield* await Promise.all(batch.map((look) => look()));
      batch = [];
    }
    yield* await Promise.all(batch.map((look) => look()));
  }

  *#lines(): Generator<() => Promise<OutputLine>> {
    const { tasks, outputsOf } = this.#sources;
    for (const task of tasks) {
      if (task.state !== 'succeeded' && task.state !== 'reused') continue;
      const made = outputsOf(task);
      if (made === undefined) this.untraced += 1;
      else for (const output of made.outputs) yield () => this.#line(task, output, made.run);
    }
  }

  async #line(task: Task, output: OutputRecord, madeBy: RunId): Promise<OutputLine> {
    const { name, address, bytes, generation } = output;
    const isOfThisRun = madeBy === this.#sources.run;
    return {
      task: task.name,
      output: name,
      address,
      bytes,
      generation,
      ...(isOfThisRun ? {} : { madeBy }),
      ...(await this.#sources.digests.of(output)),
    };
  }
}
