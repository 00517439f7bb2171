import {
  didYouMean,
  isFlowError,
  type Json,
  LazyFields,
  type Results,
  type TaskSet,
  type Value,
  valueFrom,
} from '@orchestrate/core';
import { inlineError } from './errors.ts';

/** Stands for results while there are none: asking for one is a mistake in the plan. */
export const NO_RESULTS: Results = {
  result(set) {
    throw inlineError('INLINE_FLOW_INVALID', `the result of ${set} is not known before it has run`);
  },
  size(set) {
    throw inlineError(
      'INLINE_FLOW_INVALID',
      `the number of tasks of ${set} is not known before it has run`,
    );
  },
};

/** A member of another flow, as `each` sees it. */
export class MemberFields extends LazyFields {
  readonly #set: TaskSet;
  readonly #index: number;

  constructor(set: TaskSet, index: number) {
    super();
    this.#set = set;
    this.#index = index;
  }

  get label(): string {
    return this.#set.label(this.#index);
  }

  names(): readonly string[] {
    return ['id', 'index', 'label', 'parameters', 'dir'];
  }

  field(name: string): unknown {
    switch (name) {
      case 'id':
        return this.label || String(this.#index);
      case 'index':
        return this.#index;
      case 'label':
        return this.label;
      case 'parameters':
        return this.parameters;
      case 'dir':
        return this.#directory();
      default:
        return undefined;
    }
  }

  get parameters(): Value {
    return valueFrom(this.#set.parameters?.(this.#index) ?? {});
  }

  #directory(): string | undefined {
    try {
      return this.#set.spec(this.#index, NO_RESULTS).directory ?? '.';
    } catch (error) {
      if (isFlowError(error)) return undefined;
      throw error;
    }
  }
}

/** The flows a flow needs, seen from inside it. */
export class UpstreamFlows {
  readonly #sets: readonly TaskSet[];
  readonly #members = new Map<string, readonly MemberFields[]>();

  constructor(sets: readonly TaskSet[]) {
    this.#sets = sets;
  }

  /** Names of the flows. */
  get names(): string[] {
    return [...new Set(this.#sets.map((set) => set.name.split('.')[0] ?? ''))];
  }

  /** The sets of a flow by name of task. */
  tasks(flow: string): ReadonlyMap<string, TaskSet> {
    const own = this.#sets.filter((set) => set.name.startsWith(`${flow}.`));
    return new Map(own.map((set) => [set.name.slice(flow.length + 1), set]));
  }

  #memberSet(flow: string): TaskSet | undefined {
    return [...this.tasks(flow).values()].find(
      (set) => set.group !== undefined && set.expand === undefined,
    );
  }

  /** Members of a flow. @throws INLINE_FLOW_INVALID when it has none */
  members(flow: string): readonly MemberFields[] {
    const known = this.#members.get(flow);
    if (known !== undefined) return known;
    const set = this.#memberSet(flow);
    if (set === undefined)
      throw inlineError('INLINE_FLOW_INVALID', `flow "${flow}" has no members`);
    const members = Array.from({ length: set.size }, (_, index) => new MemberFields(set, index));
    this.#members.set(flow, members);
    return members;
  }

  /** Text that changes when anything a flow's tasks are made of does. */
  identity(flow: string): string {
    return [...this.tasks(flow).values()].map((set) => set.digest).join(',');
  }

  /** What is wrong with a name that begins with `flows`, if anything. */
  complaint([, flow, field, task]: readonly string[]): string | undefined {
    if (flow === undefined) return undefined;
    if (!this.names.includes(flow)) {
      return `flow "${flow}" is not among the flows this one needs${didYouMean(flow, this.names)}`;
    }
    if (field === 'members')
      return this.#memberSet(flow) === undefined ? `flow "${flow}" has no members` : undefined;
    if (field === undefined) return undefined;
    if (field !== 'tasks') return `a flow has members and tasks, no "${field}"`;
    const tasks = this.tasks(flow);
    if (task === undefined || tasks.has(task)) return undefined;
    return `flow "${flow}" has no task "${task}"${didYouMean(task, tasks.keys())}`;
  }

  /** Results of all tasks of a set. */
  results(flow: string, task: string, results: Results): readonly (Json | undefined)[] {
    return this.#parts(flow, task, results).flatMap((set) =>
      Array.from({ length: set.size }, (_, index) => results.result(set.name, index)),
    );
  }

  /** Addresses of one output of all tasks of a set. */
  outputs(flow: string, task: string, output: string, results: Results): readonly string[] {
    return this.#parts(flow, task, results).flatMap((set) =>
      Array.from({ length: set.size }, (_, index) => {
        const outputs = set.spec(index, results).outputs ?? [];
        const found = outputs.find(({ name }) => name === output);
        if (found !== undefined) return found.address;
        const known = outputs.map(({ name }) => name);
        throw inlineError(
          'INLINE_FLOW_INVALID',
          `${set.name} has no output "${output}"${didYouMean(output, known)}`,
        );
      }),
    );
  }

  #parts(flow: string, task: string, results: Results): readonly TaskSet[] {
    const set = this.tasks(flow).get(task);
    const unfold = (one: TaskSet, depth: number): readonly TaskSet[] => {
      if (one.expand === undefined || depth > 10) return [one];
      return one.expand.into(results).flatMap((part) => unfold(part, depth + 1));
    };
    return set === undefined ? [] : unfold(set, 0);
  }
}
