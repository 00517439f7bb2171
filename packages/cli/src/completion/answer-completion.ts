import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import type { History } from '@orchestrate/engine';
import { COMMANDS } from '../commands/command-table.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { printable } from '../output/printable.ts';
import { namedTasks } from '../session/open-history.ts';
import { type Candidate, completeWords, type Lookups } from './complete-words.ts';
import { profileNames } from './profile-names.ts';

const MOST_CANDIDATES = 500;

function configOf(words: readonly string[]): string {
  for (const [position, word] of words.entries()) {
    if (word === '--config' || word === '-c') return words[position + 1] ?? 'project.yaml';
    if (word.startsWith('--config=')) return word.slice('--config='.length);
  }
  return 'project.yaml';
}

/** Ensembles and the labels of their members, as the last run had them. */
function memberCandidates(history: History): readonly Candidate[] {
  const { id: run } = history.row();
  const groups = new Map<string, string>();
  for (const { name, group } of history.plan(run).sets) {
    if (group !== undefined && !groups.has(group.name)) groups.set(group.name, name);
  }
  const labels = namedTasks(history, run).flatMap(({ name, set }): Candidate[] => {
    const of = [...groups].find(([, first]) => first === set)?.[0];
    const value = name.slice(set.length + 1);
    return of === undefined || value === '' ? [] : [{ value, says: `a member of ${of}` }];
  });
  const ensembles = [...groups.keys()].map((value) => ({ value, says: 'all of its members' }));
  return [...ensembles, ...labels.slice(0, MOST_CANDIDATES)];
}

/** What is known of the project in the folder; nothing of it may fail aloud while a person types. */
function lookupsFor(projectFile: string): Lookups {
  const history = async () => {
    const { openHistory } = await import('@orchestrate/engine');
    return openHistory(dirname(projectFile));
  };
  return {
    async profiles() {
      return profileNames(await readFile(projectFile, 'utf8'));
    },
    async runs() {
      using open = await history();
      return open.runs().map(({ run, state, name }) => ({ value: run, says: `${name}, ${state}` }));
    },
    async tasks(start) {
      using open = await history();
      const runs = open.runs();
      const last = runs.reduce((latest, line) => (line.beganAt >= latest.beganAt ? line : latest));
      const view = open.view(last.run);
      const sets: Candidate[] = view.sets.map((set) => ({ value: set.name, says: 'a set' }));
      const tasks = namedTasks(open, last.run)
        .filter((task) => task.name.startsWith(start))
        .slice(0, MOST_CANDIDATES)
        .map((task) => ({ value: task.name, says: `a task of ${task.set}` }));
      const lone = new Set(tasks.map((task) => task.value));
      return [...sets.filter((set) => !lone.has(set.value)), ...tasks];
    },
    async members(start) {
      using open = await history();
      return memberCandidates(open).filter(({ value }) => value.startsWith(start));
    },
  };
}

/** Answers the completion script of a shell: a candidate a line, a tab, what it is; or what kind of path the shell completes. */
export async function answerCompletion(
  words: readonly string[],
  directory: string,
): Promise<ExitCode> {
  const lookups = lookupsFor(resolve(directory, configOf(words)));
  try {
    const answer = await completeWords(words, COMMANDS, lookups);
    const lines =
      typeof answer === 'string'
        ? [`:${answer}`]
        : answer.map(({ value, says }) =>
            says === undefined ? printable(value) : `${printable(value)}\t${printable(says)}`,
          );
    process.stdout.write(lines.map((line) => `${line}\n`).join(''));
  } catch {
    // No project, no journal, a broken one: then there is nothing to offer, and no error to show in the middle of a line.
  }
  return EXIT.succeeded;
}
