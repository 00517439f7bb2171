import { existsSync, mkdirSync, readdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { sentinel, snapshot } from '../support/sentinel.ts';
import { expectEnd, expectSober } from '../support/sober.ts';
import { Workspace } from '../support/workspace.ts';

function task(line: string): string {
  return `name: escape\nflows:\n  work:\n    tasks:\n      t: ${line}\n`;
}

const OUTSIDE = '../outside/new.txt';

/** Projects that name a place outside of their folder. */
const ESCAPES: readonly (readonly [string, string])[] = [
  ['an output above', task(`{ run: "echo x > {{ outputs.o }}", outputs: { o: "${OUTSIDE}" } }`)],
  ['an absolute output', task('{ run: "echo x > {{ outputs.o }}", outputs: { o: "HOME/new" } }')],
  [
    'an output in place above',
    task(
      `{ run: "echo x > {{ outputs.o }}", outputs: { o: { path: "${OUTSIDE}", inPlace: true } } }`,
    ),
  ],
  [
    'an output behind a harmless beginning',
    task('{ run: "echo x > {{ outputs.o }}", outputs: { o: "a/../../outside/new.txt" } }'),
  ],
  [
    'an output through a link',
    task('{ run: "echo x > {{ outputs.o }}", outputs: { o: "linked/new.txt" } }'),
  ],
  [
    'an output in place through a link',
    task(
      '{ run: "echo x > {{ outputs.o }}", outputs: { o: { path: "linked/new.txt", inPlace: true } } }',
    ),
  ],
  [
    'an output over a link to a file',
    task('{ run: "echo x > {{ outputs.o }}", outputs: { o: "linked.txt" } }'),
  ],
  [
    'an output in place over a link to a file',
    task(
      '{ run: "echo x > {{ outputs.o }}", outputs: { o: { path: "linked.txt", inPlace: true } } }',
    ),
  ],
  ['an output of the journal', task('{ run: "echo", outputs: { o: ".orchestrate/journal.db" } }')],
  [
    'an input above',
    task('{ run: "cat {{ inputs.i }}", inputs: { i: "../outside/precious.txt" } }'),
  ],
  [
    'an input through a link',
    task('{ run: "cat {{ inputs.i }}", inputs: { i: "linked/precious.txt" } }'),
  ],
  ['a folder above', task('{ run: "echo x > new.txt", dir: "../outside" }')],
  ['an absolute folder', task('{ run: "echo x > new.txt", dir: "HOME" }')],
  ['a folder through a link', task('{ run: "echo x > new.txt", dir: linked }')],
  ['a new folder behind a link', task('{ run: "echo x > new.txt", dir: linked/new }')],
  ['a function above', task('{ call: "../outside/evil.ts#run" }')],
  ['a function through a link', task('{ call: "./linked/evil.ts#run" }')],
  ['an include above', 'name: escape\ninclude: ../outside/precious.txt\n'],
  ['an absolute include', 'name: escape\ninclude: HOME/precious.txt\n'],
  ['an include through a link', 'name: escape\ninclude: linked/precious.txt\n'],
  ['a plugin above', 'name: escape\nplugins: ["../outside/evil.ts"]\n'],
  ['a plugin through a link', 'name: escape\nplugins: ["./linked/evil.ts"]\n'],
  [
    'a parameter file above',
    'name: escape\nflows: { work: { from: ../outside/table.csv, tasks: { t: { run: echo } } } }\n',
  ],
  [
    'a parameter file through a link',
    'name: escape\nflows: { work: { from: linked/table.csv, tasks: { t: { run: echo } } } }\n',
  ],
];

function hostile(yaml: string): { readonly workspace: Workspace; readonly outside: string } {
  const workspace = new Workspace();
  const outside = sentinel(workspace.home);
  symlinkSync(outside, workspace.path('linked'));
  symlinkSync(join(outside, 'precious.txt'), workspace.path('linked.txt'));
  workspace.write('project.yaml', yaml.replaceAll('HOME', outside));
  workspace.write('../outside/evil.ts', `require('fs').writeFileSync('pwned', '')\n`);
  workspace.write('../outside/table.csv', 'n\n1\n');
  return { workspace, outside };
}

describe.concurrent('a path that leaves the folder of the project', () => {
  it.each(ESCAPES)('is refused: %s', async (_name, yaml) => {
    const { workspace, outside } = hostile(yaml);
    using _workspace = workspace;
    const before = snapshot(outside);
    const ended = await workspace.call('run');

    expectSober(ended);
    expect([1, 2], ended.stdout + ended.stderr).toContain(ended.code);
    expect(ended.stdout + ended.stderr).not.toContain('do not touch');
    expect(snapshot(outside)).toEqual(before);
    expect(existsSync(workspace.path('pwned'))).toBe(false);
  });
});

describe.concurrent('links that appear while a run is on', () => {
  it('are not followed where outputs are published', async () => {
    const { workspace, outside } = hostile(`name: swap
flows:
  work:
    tasks:
      make:
        run: "echo x > {{ outputs.o }}; mkdir -p out; ln -sfn HOME out/sub"
        outputs: { o: "out/sub/new.txt" }
`);
    using _workspace = workspace;
    const before = snapshot(outside);
    const ended = await workspace.call('run');

    expectEnd(ended, 1);
    expect(ended.stderr).toContain('symbolic link');
    expect(snapshot(outside)).toEqual(before);
  });

  it('are not followed where an output of a task is itself a link', async () => {
    const { workspace, outside } = hostile(`name: swap
flows:
  work:
    tasks:
      make: { run: "ln -s HOME/precious.txt {{ outputs.o }}", outputs: { o: "out/new.txt" } }
      tree: { run: "mkdir {{ outputs.o }} && ln -s HOME {{ outputs.o }}/sub", outputs: { o: "out/tree/" } }
`);
    using _workspace = workspace;
    const before = snapshot(outside);
    const ended = await workspace.call('run');

    expectEnd(ended, 1);
    expect(existsSync(workspace.path('out/new.txt'))).toBe(false);
    expect(existsSync(workspace.path('out/tree/sub'))).toBe(false);
    expect(snapshot(outside)).toEqual(before);
  });

  it('are not followed where logs are written', async () => {
    const { workspace, outside } = hostile(`name: swap
flows:
  work:
    tasks:
      first:
        run: "for d in .orchestrate/runs/*/logs; do mv $d $d.old; ln -s HOME $d; done"
      second: { needs: first, run: "echo overwritten" }
      third: { needs: second, env: { TOKEN: "\${secret:TOKEN}" }, run: "echo $TOKEN" }
`);
    using _workspace = workspace;
    const before = snapshot(outside);
    const env = { ORCHESTRATE_SECRET_TOKEN: 'hunter2-hunter2' };
    const ended = await workspace.start(['run'], { env }).ended;

    expectSober(ended);
    expect(snapshot(outside)).toEqual(before);
  });

  it('are not followed where the folder of a task is swapped for one', async () => {
    const { workspace, outside } = hostile(`name: swap
flows:
  work:
    tasks:
      first: { run: "rmdir place; ln -s HOME place" }
      second: { needs: first, dir: place, run: "echo x > new.txt" }
`);
    using _workspace = workspace;
    mkdirSync(workspace.path('place'));
    const before = snapshot(outside);
    const ended = await workspace.call('run');

    expectSober(ended);
    expect(ended.code).toBe(1);
    expect(snapshot(outside)).toEqual(before);
  });
});

describe.concurrent('a link in place of .orchestrate', () => {
  it.each(['run', 'resume', 'status', 'clean', 'validate', 'plan'])(
    'is refused by %s, or not used',
    async (command) => {
      const { workspace, outside } = hostile(task('{ run: "echo fine" }'));
      using _workspace = workspace;
      const empty = join(outside, 'empty');
      mkdirSync(empty);
      symlinkSync(empty, workspace.path('.orchestrate'));
      const before = snapshot(outside);
      const ended = await workspace.call(command, ...(command === 'clean' ? ['--yes'] : []));

      expectSober(ended);
      expect(snapshot(outside)).toEqual(before);
    },
  );

  it('is refused as well where a part of it is the link', async () => {
    for (const part of ['runs', 'stage', 'journal.db', 'lock.db', 'leader.json']) {
      const { workspace, outside } = hostile(
        task('{ run: "echo fine > {{ outputs.o }}", outputs: { o: fine.txt } }'),
      );
      using _workspace = workspace;
      mkdirSync(workspace.path('.orchestrate'));
      const isFile = readdirSync(outside).includes(part);
      symlinkSync(isFile ? join(outside, part) : outside, workspace.path('.orchestrate', part));
      const before = snapshot(outside);
      const ended = await workspace.call('run');

      expectSober(ended);
      expect(snapshot(outside), part).toEqual(before);
    }
  });
});
