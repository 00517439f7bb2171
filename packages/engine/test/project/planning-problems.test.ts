import { isFlowError } from '@orchestrate/core';
import { describe, expect, it } from 'vitest';
import { planProject } from '../../src/plan/plan-project.ts';
import { isProjectProblems } from '../../src/project/project-problems.ts';
import { builtins, lineOf, Workspace } from './workspace.ts';

/** What is wrong with a project that can be loaded and not planned, each with its place. */
async function planningLines(
  yaml: string,
  files: Readonly<Record<string, string>> = {},
): Promise<readonly string[]> {
  using workspace = new Workspace({ 'project.yaml': yaml, ...files });
  // Without the stand-in for flows of the file: the engine plans them itself.
  const loaded = await workspace.load({
    builtins: builtins.filter(({ name }) => name === 'local'),
  });
  const error: unknown = await planProject(loaded).catch((thrown: unknown) => thrown);
  if (isProjectProblems(error)) return error.problems.map(lineOf);
  throw isFlowError(error) ? error : new Error('it can be planned');
}

describe('problems that are found while flows are planned', () => {
  it('are shown for all flows at once, each with the place of its text', async () => {
    const lines = await planningLines(
      `name: p
flows:
  one:
    from: p.csv
    tasks:
      a: { run: "echo {{ nosuch }}" }
      b: { run: "echo {{ x }}", resources: { cpus: "{{ x.y }}" } }
  two:
    from: missing.csv
    tasks:
      a: { run: "echo {{ y }}" }
  three:
    needs: [one]
    from: p.csv
    tasks:
      a: { run: "echo {{ z }}" }
`,
      { 'p.csv': 'x\n1\n2\n' },
    );

    expect(lines).toEqual([
      'project.yaml:6:17 flows.one.tasks.a.run: there is no parameter or name "nosuch"',
      expect.stringMatching(
        /^project.yaml:7:52 flows.one.tasks.b.resources.cpus: a number has no fields, so no "y"/,
      ),
      expect.stringMatching(
        /^project.yaml:9:11 flows.two.from: missing.csv cannot be read: there is no such file/,
      ),
    ]);
  });

  it('leave out what follows from a table of a task that cannot be read', async () => {
    const lines = await planningLines(`name: p
flows:
  one:
    tasks:
      a: { from: missing.csv, run: "echo {{ y }}" }
      b: { from: also.csv, run: "echo {{ y }}" }
`);

    expect(lines.map((line) => line.split(' cannot')[0])).toEqual([
      'project.yaml:5:18 flows.one.tasks.a.from: missing.csv',
      'project.yaml:6:18 flows.one.tasks.b.from: also.csv',
    ]);
  });

  it('are backends and limits that nobody declares, and limits that are too small', async () => {
    const lines = await planningLines(`name: p
limits: { licences: 2 }
flows:
  one:
    tasks:
      a: { run: echo, backend: locl }
      b: { run: echo, limits: { licenses: 1 } }
  two:
    tasks:
      a: { run: echo, limits: { licences: 3 } }
`);

    expect(lines).toEqual([
      'project.yaml:6:32 flows.one.tasks.a.backend: runs on backend locl, expected one of local, leader; did you mean "local"?',
      'project.yaml:7:43 flows.one.tasks.b.limits.licenses: takes slots of limit licenses, expected one of: licences; did you mean "licences"?',
      'project.yaml:10:43 flows.two.tasks.a.limits.licences: needs 3 slots of limit licences, which has 2: it could never start',
    ]);
  });
});
