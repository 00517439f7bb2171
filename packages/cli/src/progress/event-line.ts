import type { Fact, JournalEntry, Names, Ranges } from '@orchestrate/engine';

/** The fixed text of each event; facts go beside it, never into it. */
const MESSAGES: Readonly<Record<Fact['type'], string>> = {
  'run-began': 'run began',
  'sets-added': 'sets added',
  'leader-began': 'leader began',
  'leader-ended': 'leader ended',
  submitting: 'submitting jobs',
  queued: 'jobs queued',
  started: 'jobs started',
  waiting: 'jobs wait in the queue',
  doubted: 'jobs in doubt',
  withdrawn: 'jobs withdrawn',
  succeeded: 'tasks succeeded',
  reused: 'tasks reused',
  'attempt-failed': 'attempt failed',
  'check-open': 'check does not hold yet',
  'expand-failed': 'expansion failed',
  skipped: 'tasks skipped',
  cancelled: 'tasks cancelled',
  'backend-paused': 'backend paused',
  'backend-resumed': 'backend resumed',
  asked: 'asked by a person',
  'run-ended': 'run ended',
};

/** How loud an event is. */
type EventLevel = 'info' | 'warn' | 'error';

/** One event in the form in which it is written as a line of JSON. */
export interface EventLine {
  readonly level: EventLevel;
  readonly message: string;
  /** The fact with `sequence`, `at` and, where it names tasks, their names. */
  readonly facts: Readonly<Record<string, unknown>>;
}

/** Names are for people; beyond this many the numbers and the count have to do. */
const MOST_NAMES = 20;

function levelOf(fact: Fact): EventLevel {
  switch (fact.type) {
    case 'attempt-failed':
      return fact.again ? 'warn' : 'error';
    case 'expand-failed':
      return 'error';
    case 'doubted':
    case 'backend-paused':
      return 'warn';
    default:
      return 'info';
  }
}

function namesOf(ranges: Ranges, names: Names): { taskCount: number; names: string[] } {
  let taskCount = 0;
  const listed: string[] = [];
  for (const range of ranges) {
    const [first, last] = typeof range === 'number' ? [range, range] : range;
    taskCount += last - first + 1;
    for (let task = first; task <= last && listed.length < MOST_NAMES; task += 1) {
      listed.push(names.task(task));
    }
  }
  return { taskCount, names: listed };
}

function tasksOf(fact: Fact): Ranges | undefined {
  if (fact.type === 'submitting') return fact.jobs.flatMap((job) => job.tasks);
  if ('tasks' in fact) return fact.tasks;
  return undefined;
}

/** What a fact says of each of its tasks: left out where it would be longer than all the rest. */
const BY_TASK = new Set(['results', 'outputs', 'usage']);

function fieldsOf(fact: Fact, taskCount: number): Record<string, unknown> {
  const isLong = taskCount > MOST_NAMES;
  return Object.fromEntries(
    Object.entries(fact).filter(
      ([name]) => name !== 'fingerprints' && !(isLong && BY_TASK.has(name)),
    ),
  );
}

/**
 * The documented form of an event: the fact as it is in the journal, and names for the numbers in it. Fingerprints are left
 * to the journal, and so is what a fact says of each of its tasks when they are many.
 */
export function eventLine({ sequence, at, fact }: JournalEntry, names: Names): EventLine {
  const tasks = tasksOf(fact);
  const named = tasks === undefined ? undefined : namesOf(tasks, names);
  return {
    level: levelOf(fact),
    message: MESSAGES[fact.type],
    facts: {
      sequence,
      at,
      ...fieldsOf(fact, named?.taskCount ?? 0),
      ...named,
      ...('task' in fact ? { name: names.task(fact.task) } : {}),
      ...(fact.type === 'skipped' && fact.because >= 0
        ? { becauseName: names.task(fact.because) }
        : {}),
    },
  };
}
