import { readFileSync, writeFileSync } from 'node:fs';
import type { TaskSet, TaskSpec } from '@orchestrate/core';
import type { RunRequest, RunSummary } from '../../src/drive/run-types.ts';
import { startRun } from '../../src/drive/start-run.ts';
import { type Program, ProgramBackend } from './program-backend.ts';
import { type ProjectFolder, requestFor, setOf } from './project.ts';

export const write: Program = (_job, [path = '', text = 'text']) => writeFileSync(path, text);
const copy: Program = (_job, [from = '', to = '']) =>
  writeFileSync(to, `${readFileSync(from, 'utf8')}!`);
const fail: Program = () => {
  throw new Error('it broke');
};
const nothing: Program = () => undefined;
/** Programs of the tests. */
export const PROGRAMS = { write, copy, fail, nothing };

/** A task that writes a text to `out/<name>.txt`. */
export function writer(name: string, text = 'text'): TaskSpec {
  return {
    work: { kind: 'command', argv: ['write', '{{ outputs.file }}', text] },
    outputs: [{ name: 'file', address: `local:out/${name}.txt` }],
  };
}

/** A task that copies a file and adds a mark. */
export function copier(from: string, to: string): TaskSpec {
  return {
    work: { kind: 'command', argv: ['copy', '{{ inputs.from }}', '{{ outputs.to }}'] },
    inputs: [{ name: 'from', address: from }],
    outputs: [{ name: 'to', address: to }],
  };
}

/** Two tasks that write and two that copy what those wrote. */
export const chain = (text = 'text'): TaskSet[] => [
  setOf('flow.make', [writer('a', text), writer('b', text)], {
    labels: ['a', 'b'],
    hasInputs: false,
  }),
  setOf(
    'flow.copy',
    [copier('local:out/a.txt', 'local:out/a2.txt'), copier('local:out/b.txt', 'local:out/b2.txt')],
    { labels: ['a', 'b'], needs: [{ set: 'flow.make', how: 'aligned' }] },
  ),
];

/** Runs to the end. */
export async function finished(request: RunRequest): Promise<RunSummary> {
  return (await startRun(request)).done;
}

/** Runs sets to the end and tells what was submitted. */
export async function run(
  folder: ProjectFolder,
  sets: readonly TaskSet[],
  backend = new ProgramBackend(PROGRAMS),
): Promise<{ summary: RunSummary; names: string[] }> {
  const summary = await finished(requestFor(folder, sets, { backend }));
  return { summary, names: backend.submitted.map(({ name }) => name) };
}
