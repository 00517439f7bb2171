import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Json } from '@orchestrate/core';
import type { History, LoadedProjectFile, RunLine, RunView, TaskView } from '@orchestrate/engine';
import { cliError } from '../errors.ts';
import { AttemptFold } from '../report/attempts.ts';
import type { RunHead } from '../report/report-types.ts';
import { LeaderFold, runHead } from '../report/run-head.ts';
import { RunIndex } from '../report/run-tasks.ts';
import { type Software, softwareOf } from './software.ts';

/** What is known of a run, but for its outputs. */
export interface RunFacts {
  readonly line: RunLine;
  readonly head: RunHead;
  readonly view: RunView;
  readonly index: RunIndex;
  readonly attempts: AttemptFold;
  /** sha256 of the effective project. */
  readonly projectDigest: string;
  readonly graphDigest: string;
  /** The effective project, with references instead of secrets. */
  readonly project: Json;
  /** Files kept in the folder of the run, by name. */
  readonly kept: Readonly<Record<string, Json>>;
  readonly software: Software;
  readonly tasks: () => Iterable<TaskView>;
  readonly nameOf: (task: number) => string;
}

/** What a run keeps in its folder beside logs, and what goes into a record as it is. */
const KEPT = ['plan.json', 'parameters.json', 'selection.json'] as const;

function readKept(folder: string, name: string): Json | undefined {
  try {
    return JSON.parse(readFileSync(join(folder, name), 'utf8')) as Json;
  } catch {
    return undefined; // a run without such a file, or a folder that was cleaned
  }
}

/**
 * The effective project of a run: from its folder, or, when that was cleaned, the project of now if it is still the same.
 * @throws CLI_UNREADABLE when neither is there
 */
function projectOf(folder: string, digest: string, loaded: LoadedProjectFile): Json {
  const kept = readKept(folder, 'project.json');
  if (kept !== undefined) return kept;
  if (loaded.digest === digest) return loaded.effective;
  throw cliError(
    'CLI_UNREADABLE',
    `${join(folder, 'project.json')} is not there, and the project file has changed since that run: what was run is not known any more`,
  );
}

/** Takes out of the journal, and the folder of the run, what a record tells. @throws CLI_UNREADABLE */
export function runFacts(
  history: History,
  line: RunLine,
  { loaded, version }: { readonly loaded: LoadedProjectFile; readonly version: string },
): RunFacts {
  const [attempts, leaders] = [new AttemptFold(), new LeaderFold()];
  for (const entry of history.entries(line.run)) {
    attempts.feed(entry);
    leaders.feed(entry);
  }
  const view = history.view(line.run);
  const head = runHead({ view, line }, leaders, '');
  const row = history.row(line.run);
  const folder = history.folder(line.run);
  const names = history.names(line.run);
  const kept = KEPT.flatMap((name) => {
    const value = readKept(folder, name);
    return value === undefined ? [] : [[name, value] as const];
  });
  return {
    line,
    head,
    view,
    index: new RunIndex({
      view,
      plan: history.plan(line.run),
      tasks: [],
      attempts: attempts.attempts,
      lastAt: head.lastAt,
    }),
    attempts,
    projectDigest: row.project,
    graphDigest: row.graph,
    project: projectOf(folder, row.project, loaded),
    kept: Object.fromEntries(kept),
    software: softwareOf(loaded, version),
    tasks: () => history.tasks({}, line.run),
    nameOf: (task) => names.task(task),
  };
}
