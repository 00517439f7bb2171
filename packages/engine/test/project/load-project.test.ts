import { FlowError } from '@orchestrate/core';
import { describe, expect, it } from 'vitest';
import { isProjectProblems } from '../../src/project/project-problems.ts';
import { renderProblems } from '../../src/project/render-problems.ts';
import { builtins, lineOf, linesOf, SMALL, Workspace } from './workspace.ts';

const BACKEND = (lines: string) => `${SMALL}backends:\n  hpc:\n    use: local\n${lines}\n`;

describe('loadProject', () => {
  it('loads a small project with built-in backend and storage', async () => {
    using workspace = new Workspace({ 'project.yaml': SMALL });

    const project = await workspace.load();

    expect(project).toMatchObject({
      name: 'demo',
      directory: workspace.directory,
      file: workspace.path('project.yaml'),
      defaultBackend: 'local',
      settings: { keepGoing: true },
      warnings: [],
    });
    expect([...project.backends.keys()]).toEqual(['local']);
    expect([...project.storages.keys()]).toEqual(['local']);
    expect(project.flows.map(({ name }) => name)).toEqual(['hello']);
    expect(Object.isFrozen(project.effective)).toBe(true);
  });

  it('names line, column, path, what was expected and what is there', async () => {
    expect(await linesOf(BACKEND('    partition: 4'))).toEqual([
      'project.yaml:9:16 backends.hpc.partition: expected string, got number 4',
    ]);
  });

  it('shows the line with a caret under the place', async () => {
    using workspace = new Workspace({ 'project.yaml': BACKEND('    partition: 4') });

    const text = renderProblems(await workspace.problems());

    expect(text).toBe(
      [
        'project.yaml:9:16 backends.hpc.partition: expected string, got number 4',
        '    9 |     partition: 4',
        '      |                ^',
        '',
      ].join('\n'),
    );
  });

  it.each([
    ['    slot: 4', '9:5 backends.hpc.slot: unknown key (did you mean "slots"?)'],
    ['    slots: 0', '9:12 backends.hpc.slots: expected a number of at least 1, got number 0'],
    ['    slots: 1.5', '9:12 backends.hpc.slots: expected whole number, got number 1.5'],
    ['    slots: [1]', '9:12 backends.hpc.slots: expected number, got list'],
    [
      '    workdir: ""',
      '9:14 backends.hpc.workdir: expected a text that is not empty, got string ""',
    ],
    [
      '    mode: fats',
      '9:11 backends.hpc.mode: expected one of "fast", "careful", got string "fats" (did you mean "fast"?)',
    ],
    ['    ssh: host', '9:10 backends.hpc.ssh: expected map, got string "host"'],
    ['    ssh:', '9:9 backends.hpc.ssh: expected map, got nothing'],
    ['    ssh: { user: me }', '9:5 backends.hpc.ssh.host: missing, expected string'],
    [
      '    ssh: { host: a, usr: b }',
      '9:21 backends.hpc.ssh.usr: unknown key (did you mean "user"?)',
    ],
    [
      '    zzzzzzz: 1',
      '9:5 backends.hpc.zzzzzzz: unknown key (known keys: slots, workdir, mode, ssh, partition, use)',
    ],
  ])('explains a wrong option of a plugin: %s', async (lines, expected) => {
    expect(await linesOf(BACKEND(lines))).toEqual([`project.yaml:${expected}`]);
  });

  it.each([
    [
      'greet: { run: 4 }',
      '5:21 flows.hello.tasks.greet.run: expected string or list, got number 4',
    ],
    ['greet: { run: [] }', '5:21 flows.hello.tasks.greet.run: expected at least 1 entry, got list'],
    [
      'greet: { run: [a, 1] }',
      '5:25 flows.hello.tasks.greet.run[1]: expected string, got number 1',
    ],
    ['greet: { rum: x }', '5:7 flows.hello.tasks.greet.run: missing, expected string or list'],
  ])('explains the alternatives of a union: %s', async (task, expected) => {
    const lines = await linesOf(SMALL.replace('greet: { run: echo hello }', task));

    expect(lines[0]).toBe(`project.yaml:${expected}`);
  });

  it('reports all problems of all stages at once, sorted by place', async () => {
    const lines = await linesOf(`name: demo
nmae: x
plugins: ["@orchestrate/backend-slurm"]
storage: { archive: { use: gcs, bucket: b } }
backends: { hpc: { use: lokal }, big: { use: local, slots: four } }
defaults: { backend: hpcc }
limits: { jobs: 0, "a b": 1 }
flows:
  first: { use: sweep, backend: bog, needs: [second], with: { templat: x } }
  second: { needs: first, tasks: { t: { run: "\${env:NOPE}" } } }
`);

    expect(lines.map((line) => line.split(': ')[0])).toEqual([
      'project.yaml:2:1 nmae',
      'project.yaml:3:11 plugins[0]',
      'project.yaml:4:28 storage.archive.use',
      'project.yaml:5:25 backends.hpc.use',
      'project.yaml:5:60 backends.big.slots',
      'project.yaml:6:22 defaults.backend',
      'project.yaml:7:17 limits.jobs',
      'project.yaml:7:20 limits["a b"]',
      'project.yaml:9:33 flows.first.backend',
      'project.yaml:9:45 flows.first.needs',
      'project.yaml:9:55 flows.first.with.template',
      'project.yaml:9:63 flows.first.with.templat',
      'project.yaml:10:46 flows.second.tasks.t.run',
    ]);
  });

  it.each([
    [
      'slurm',
      'npm install @orchestrate/backend-slurm, then add "@orchestrate/backend-slurm" to `plugins`',
    ],
    [
      'kubernetes',
      'npm install @orchestrate/backend-k8s, then add "@orchestrate/backend-k8s" to `plugins` and write use: k8s',
    ],
    ['locla', 'did you mean "local"?'],
    ['sweep', '"sweep" is a flow, not a backend'],
  ])('tells how to get the unknown plugin %s', async (use, hint) => {
    const lines = await linesOf(`${SMALL}backends: { hpc: { use: ${use} } }\n`);

    expect(lines).toEqual([
      `project.yaml:6:25 backends.hpc.use: there is no backend plugin "${use}" (${hint})`,
    ]);
  });

  it('does not blame the use of a plugin whose package is reported as missing', async () => {
    const lines = await linesOf(
      `${SMALL}plugins: ["@orchestrate/backend-slurm"]\nbackends: { hpc: { use: slurm } }\n`,
    );

    expect(lines).toEqual([
      'project.yaml:6:11 plugins[0]: the package "@orchestrate/backend-slurm" is not installed for this project (npm install @orchestrate/backend-slurm)',
    ]);
  });

  it('finds circles and unknown names among the needs of flows', async () => {
    const lines = await linesOf(`name: demo
flows:
  a: { needs: c, tasks: { t: { run: x } } }
  b: { needs: [a], tasks: { t: { run: x } } }
  c: { needs: [b], tasks: { t: { run: x } } }
  collect: { needs: [a, colect], tasks: { t: { run: x } } }
`);

    expect(lines).toEqual([
      'project.yaml:3:15 flows.a.needs: flows need each other in a circle: a -> c -> b -> a (take one of these needs away)',
      'project.yaml:6:25 flows.collect.needs[1]: there is no flow "colect" (did you mean "collect"?)',
    ]);
  });

  it('orders flows so that each comes after those it needs', async () => {
    using workspace = new Workspace({
      'project.yaml': `name: demo
flows:
  report: { needs: [sweep, check], tasks: { t: { run: x } } }
  check: { needs: sweep, tasks: { t: { run: x } } }
  sweep: { use: sweep, with: { template: t } }
`,
    });

    const { flows } = await workspace.load();

    expect(flows.map(({ name }) => name)).toEqual(['sweep', 'check', 'report']);
    expect(flows[0]).toMatchObject({ needs: [], config: { template: 't' } });
  });

  it('says where options of a flow plugin belong', async () => {
    const lines = await linesOf(
      'name: demo\nflows:\n  s: { use: sweep, template: t, with: { template: t } }\n',
    );

    expect(lines).toEqual([
      'project.yaml:3:20 flows.s.template: unknown key (options of the plugin belong under `with`; known keys: use, needs, backend, with)',
    ]);
  });

  it('takes the only backend as default and asks for one among several', async () => {
    const two = 'backends: { a: { use: cloud, region: one }, b: { use: cloud, region: two } }\n';
    using one = new Workspace({
      'project.yaml': `${SMALL}backends: { a: { use: cloud, region: x } }\n`,
    });

    expect((await one.load()).defaultBackend).toBe('a');
    expect(await linesOf(SMALL + two)).toEqual([
      'project.yaml:3:3 flows.hello: names no backend, and the project has several (add `backend:`, or `defaults: { backend: ... }` for all flows)',
    ]);
    expect(await linesOf(`${SMALL}${two}defaults: { backend: b }\n`)).toEqual([]);
  });

  it('lets a flow run in the leading process, a name no backend may take', async () => {
    const text = SMALL.replace('hello:', 'hello:\n    backend: leader');

    expect(await linesOf(text)).toEqual([]);
    expect(await linesOf(`${text}backends: { leader: { use: local } }\n`)).toEqual([
      'project.yaml:7:13 backends.leader: this name is taken: it means the leading process (choose another name)',
    ]);
  });

  it('plans flows written in the file with the engine, and locates what they find then', async () => {
    using workspace = new Workspace({ 'project.yaml': SMALL });
    const project = await workspace.load({
      builtins: builtins.filter(({ name }) => name === 'local'),
    });
    const error = new FlowError('INLINE_FLOW_INVALID', 'flow hello: ...', {
      retry: 'never',
      hint: '',
      details: {
        flow: 'hello',
        problems: [{ path: ['tasks', 'greet', 'run'], message: 'is odd' }],
      },
    });

    const refusal = project.refusal(new Map([['hello', error]]));
    expect(isProjectProblems(refusal) && refusal.problems.map(lineOf)).toEqual([
      'project.yaml:5:21 flows.hello.tasks.greet.run: is odd',
    ]);
    expect(project.flows[0]?.plugin.name).toBe('inline');
  });

  it('gives a problem found while planning its place', async () => {
    using workspace = new Workspace({ 'project.yaml': SMALL });
    const project = await workspace.load();

    const there = project.locate({ path: 'flows.hello.tasks.greet.run', message: 'is odd' });
    const missing = project.locate({
      path: ['flows', 'hello', 'tasks', 'wave'],
      message: 'is missing',
      hint: 'add it',
    });

    expect(lineOf(there)).toBe('project.yaml:5:21 flows.hello.tasks.greet.run: is odd');
    expect(lineOf(missing)).toBe('project.yaml:4:5 flows.hello.tasks.wave: is missing (add it)');
  });

  it('throws PROJECT_NOT_FOUND for a missing file, and takes a folder for its project.yaml', async () => {
    using workspace = new Workspace({ 'sub/project.yaml': SMALL });

    await expect(workspace.load()).rejects.toMatchObject({ code: 'PROJECT_NOT_FOUND' });
    expect((await workspace.load({ file: 'sub' })).file).toBe(workspace.path('sub/project.yaml'));
  });

  it('changes the digest with the written form of a number', async () => {
    const project = async (number: string) => {
      using workspace = new Workspace({
        'project.yaml': `name: d\nflows:\n  s: { use: sweep, with: { template: t, matrix: { x: [${number}] } } }\n`,
      });
      return await workspace.load();
    };

    const [plain, written, again] = await Promise.all(['100', '100.0', '100.0'].map(project));

    expect(written?.effective).toEqual(plain?.effective);
    expect(written?.digest).not.toBe(plain?.digest);
    expect(again?.digest).toBe(written?.digest);
  });

  it('keeps run settings', async () => {
    using workspace = new Workspace({
      'project.yaml': `${SMALL}run: { keepGoing: false, patience: 2h }\n`,
    });

    expect((await workspace.load()).settings).toEqual({ keepGoing: false, patienceSeconds: 7200 });
    expect(await linesOf(`${SMALL}run: { patience: soon }\n`)).toEqual([
      expect.stringContaining('run.patience: expected a duration'),
    ]);
  });
});

describe('an unknown key of a task', () => {
  it.each([
    ['env', 'environment'],
    ['environment_variables', 'environment'],
    ['depends_on', 'needs'],
    ['command', 'run'],
  ])('%s leads to %s', async (written, meant) => {
    const lines = await linesOf(
      `name: p\nflows: { f: { tasks: { a: { run: "true", ${written}: x } } } }\n`,
    );

    expect(lines.join('\n')).toContain(`did you mean "${meant}"?`);
  });
});
