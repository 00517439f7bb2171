import { isFinal, type Json, type TaskState } from '@orchestrate/core';
import type { SetView } from '@orchestrate/engine';
import { labelParameters } from './label-parameters.ts';
import type { CellValue, RowTable, StepCell, TableRow } from './report-types.ts';
import { labelOf, type ReportTask, type RunIndex } from './run-tasks.ts';

/** Rows of one table that are shown; those in trouble come first where not all can be. */
const MOST_ROWS = 10_000;
const MOST_NUMBERS = 8;

/** What a row is when its steps differ: the first of these that any of them is. */
const WORST: readonly TaskState[] = [
  'failed',
  'unknown',
  'running',
  'collecting',
  'queued',
  'submitting',
  'waiting',
  'ready',
  'cancelled',
  'skipped',
  'pending',
  'succeeded',
  'reused',
];

/** The state of a chain of tasks. */
function stateOf(states: readonly TaskState[]): TaskState {
  return WORST.find((state) => states.includes(state)) ?? 'pending';
}

function cellOf(value: Json | undefined): CellValue {
  if (value === undefined || value === null) return null;
  return typeof value === 'object' ? JSON.stringify(value) : value;
}

type Parameters = Readonly<Record<string, CellValue>>;

function parametersOf(tasks: readonly ReportTask[], index: RunIndex): Parameters {
  const [task] = tasks;
  if (task === undefined) return {};
  const kept = index.planOf(task.set)?.parameters?.[task.index];
  if (kept === undefined) return labelParameters(labelOf(task));
  return Object.fromEntries(Object.entries(kept).map(([name, value]) => [name, cellOf(value)]));
}

function stepName(set: string): string {
  return set.slice(set.lastIndexOf('.') + 1);
}

/** Numbers at the top of the result of a task. */
function* numbersOf(task: ReportTask): Generator<readonly [name: string, value: number]> {
  const { result } = task;
  if (typeof result === 'number') yield ['result', result];
  if (result === null || typeof result !== 'object' || Array.isArray(result)) return;
  for (const [name, value] of Object.entries(result)) {
    if (typeof value === 'number' && Number.isFinite(value)) yield [name, value];
  }
}

function reasonOf(
  tasks: readonly ReportTask[],
  nameOf: (task: number) => string,
): string | undefined {
  const failed = tasks.find(({ failure, state }) => failure !== undefined && state === 'failed');
  if (failed?.failure !== undefined) {
    return `${failed.failure.failure}: ${failed.failure.message}`;
  }
  const skipped = tasks.find(({ state }) => state === 'skipped');
  if (skipped?.because === undefined) return undefined;
  return skipped.because < 0
    ? 'not needed, or its tasks could not be made'
    : `because of ${nameOf(skipped.because)}`;
}

interface Draft {
  readonly tasks: readonly ReportTask[];
  readonly parameters: Parameters;
  readonly numbers: ReadonlyMap<string, number>;
}

function draftsOf(sets: readonly SetView[], index: RunIndex): Draft[] {
  const size = sets[0]?.size ?? 0;
  return Array.from({ length: size }, (_, row) => {
    const tasks = sets.flatMap(({ first }) => index.record.tasks[first + row] ?? []);
    const numbers = new Map<string, number>();
    for (const task of tasks) {
      for (const [name, value] of numbersOf(task)) {
        numbers.set(sets.length === 1 ? name : `${stepName(task.set)}.${name}`, value);
      }
    }
    return { tasks, parameters: parametersOf(tasks, index), numbers };
  });
}

function namesOf(lists: Iterable<Iterable<string>>): string[] {
  const names = new Set<string>();
  for (const list of lists) for (const name of list) names.add(name);
  return [...names];
}

function rowOf(
  draft: Draft,
  table: Pick<RowTable, 'parameters' | 'numbers'>,
  index: RunIndex,
): TableRow {
  const { tasks } = draft;
  const steps = tasks.map(
    (task): StepCell => ({
      task: task.name,
      state: task.state,
      attempts: task.attempts,
      seconds: index.secondsOf(task.task),
    }),
  );
  const reason = reasonOf(tasks, (number) => index.record.tasks[number]?.name ?? `task ${number}`);
  const [first] = tasks;
  return {
    id: first === undefined ? '' : labelOf(first),
    parameters: table.parameters.map((name) => draft.parameters[name] ?? null),
    steps,
    state: stateOf(tasks.map(({ state }) => state)),
    attempts: steps.reduce((sum, { attempts }) => sum + attempts, 0),
    seconds: steps.reduce((sum, { seconds }) => sum + seconds, 0),
    ...(reason === undefined ? {} : { reason }),
    numbers: table.numbers.map((name) => draft.numbers.get(name) ?? null),
  };
}

function isTrouble({ tasks }: Draft): boolean {
  return tasks.some(({ state }) => !['succeeded', 'reused'].includes(state) && isFinal(state));
}

function tableOf(
  named: Pick<RowTable, 'title' | 'kind' | 'steps'>,
  drafts: readonly Draft[],
  index: RunIndex,
): RowTable {
  const columns = {
    parameters: namesOf(drafts.map(({ parameters }) => Object.keys(parameters))),
    numbers: namesOf(drafts.map(({ numbers }) => numbers.keys())).slice(0, MOST_NUMBERS),
  };
  const shown =
    drafts.length <= MOST_ROWS
      ? drafts
      : [...drafts.filter(isTrouble), ...drafts.filter((one) => !isTrouble(one))].slice(
          0,
          MOST_ROWS,
        );
  return {
    ...named,
    ...columns,
    size: drafts.length,
    rows: shown.map((draft) => rowOf(draft, columns, index)),
  };
}

/** One table for each group, with a row for each member; one for each other set; one for all tasks that stand alone. */
export function rowTables(index: RunIndex): RowTable[] {
  const tables: RowTable[] = [];
  const lone: Draft[] = [];
  for (const { group, sets } of index.chains()) {
    const drafts = draftsOf(sets, index);
    const [set] = sets;
    if (set === undefined) continue;
    if (group !== undefined) {
      const steps = sets.map(({ name }) => stepName(name));
      tables.push(tableOf({ title: group, kind: 'members', steps }, drafts, index));
    } else if (set.size === 1) lone.push(...drafts);
    else
      tables.push(
        tableOf({ title: set.name, kind: 'tasks', steps: [stepName(set.name)] }, drafts, index),
      );
  }
  if (lone.length > 0) {
    tables.push(
      tableOf({ title: 'Single tasks', kind: 'single tasks', steps: ['task'] }, lone, index),
    );
  }
  return tables;
}
