import { mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { EnsembleWorkspace } from '../support/ensemble.ts';
import { FAR_STORAGE } from '../support/far-storage.ts';
import { expectEnd } from '../support/sober.ts';
import { until } from '../support/until.ts';

/** On a busy machine every call of the command line takes seconds. */
const SLOW = { timeout: 240_000 };

const MODULE = `
import { readFileSync, writeFileSync } from 'node:fs';
export function double(args, { inputs, outputs, task, attempt }) {
  const number = Number(readFileSync(inputs.of, 'utf8'));
  writeFileSync(outputs.to, String(number * args.by));
  return { number: number * args.by, task, attempt, told: process.env.ORCHESTRATE_STORAGES ?? 'nothing' };
}
`;

interface Flow {
  readonly [name: string]: unknown;
}

function workspaceOf(tasks: Flow, more: Flow = {}): EnsembleWorkspace {
  const workspace = new EnsembleWorkspace({ 'far.mjs': FAR_STORAGE, 'work.mjs': MODULE });
  mkdirSync(workspace.path('far'));
  const project = {
    name: 'trial',
    plugins: ['./far.mjs'],
    storage: { far: { use: 'far', path: 'far', witness: `${workspace.effects}/opened` } },
    run: { staging: 'job' },
    flows: { work: { tasks } },
    ...more,
  };
  workspace.write('project.yaml', JSON.stringify(project, undefined, 1));
  return workspace;
}

/** What each process said that opened the storage: its number, and the token that it was given. */
function opened(workspace: EnsembleWorkspace): readonly string[] {
  const text = readFileSync(join(workspace.effects, 'opened'), 'utf8');
  return [...new Set(text.trim().split('\n'))];
}

/** Files of the project, its state among them, that hold a text. */
function filesWith(workspace: EnsembleWorkspace, text: string): readonly string[] {
  const all = readdirSync(workspace.folder, { recursive: true, encoding: 'utf8' });
  return all.filter((name) => {
    if (name.startsWith('node_modules')) return false;
    const path = workspace.path(name);
    return statSync(path).isFile() && readFileSync(path).includes(text);
  });
}

const COPY = {
  inputs: { text: 'far:in/text.txt' },
  outputs: { text: 'far:out/text.txt' },
  run: 'tr a-z A-Z < {{ inputs.text }} > {{ outputs.text }}; echo printed; env | grep -c STORAGES || true',
};

describe.concurrent('a job that moves its files itself', SLOW, () => {
  it('brings inputs and publishes outputs where it runs, prints to its log, and is done once', async () => {
    using workspace = workspaceOf({ copy: COPY });
    workspace.write('far/in/text.txt', 'quiet');

    expectEnd(await workspace.run(), 0);

    expect(workspace.read('far/out/text.txt')).toBe('QUIET');
    expect(opened(workspace)).toHaveLength(2);
    const logs = await workspace.start(['logs', 'work.copy']).ended;
    expect(logs.stdout).toBe('printed\n0\n');
    const again = await workspace.run();
    expect(again.counts).toMatchObject({ reused: 1 });
    workspace.write('far/in/text.txt', 'other');
    expectEnd(await workspace.run(), 0);
    expect(workspace.read('far/out/text.txt')).toBe('OTHER');
  });

  it('publishes folders with a manifest that says who made them, which the next task reads', async () => {
    using workspace = workspaceOf({
      make: {
        outputs: { store: 'far:store/' },
        run: 'mkdir -p {{ outputs.store }}/0; echo one > {{ outputs.store }}/0/0; echo two > {{ outputs.store }}/1',
      },
      read: {
        needs: 'make',
        inputs: { store: 'far:store/' },
        outputs: { all: 'all.txt' },
        run: 'cat {{ inputs.store }}/0/0 {{ inputs.store }}/1 > {{ outputs.all }}',
      },
    });

    expectEnd(await workspace.run(), 0);

    expect(workspace.read('all.txt')).toBe('one\ntwo\n');
    const [header = ''] = workspace.read('far/store/.orchestrate-manifest.jsonl').split('\n');
    expect(JSON.parse(header)).toMatchObject({
      state: 'complete',
      files: 2,
      by: { project: 'trial', task: 'work.make', attempt: 1 },
    });
    expect(workspace.names('.orchestrate/stage')).toEqual([]);
  });

  it('calls functions with their paths, and hands their results on', async () => {
    const tasks = {
      double: {
        inputs: { of: 'far:in/{{ n }}' },
        outputs: { to: 'far:out/{{ n }}' },
        call: './work.mjs#double',
        args: { by: 2 },
      },
      show: {
        needs: 'double',
        outputs: { to: 'shown/{{ n }}' },
        run: 'echo {{ tasks.double.result.number }} > {{ outputs.to }}',
      },
    };
    using workspace = workspaceOf(tasks, {
      flows: { work: { matrix: { n: [1, 2, 3] }, tasks } },
    });
    for (const n of [1, 2, 3]) workspace.write(`far/in/${n}`, String(n));

    expectEnd(await workspace.run(), 0);

    expect([1, 2, 3].map((n) => workspace.read(`far/out/${n}`))).toEqual(['2', '4', '6']);
    expect([1, 2, 3].map((n) => workspace.read(`shown/${n}`))).toEqual(['2\n', '4\n', '6\n']);
  });

  it.each([
    ['was not written', 'true', /output text \(far:out\/text.txt\) was not written/],
    ['is empty', ': > {{ outputs.text }}', /is empty/],
    ['is of another kind', 'mkdir {{ outputs.text }}', /expected a file, got a folder/],
  ])('fails when an output %s, and publishes nothing', async (_what, run, message) => {
    using workspace = workspaceOf({
      make: {
        outputs: { other: 'far:out/other.txt', text: 'far:out/text.txt' },
        run: `echo x > {{ outputs.other }}; ${run}`,
      },
    });

    const ended = await workspace.run();

    expectEnd(ended, 1);
    expect(ended.failures[0]).toMatchObject({ failure: 'user-error' });
    expect(ended.failures[0]?.message).toMatch(message);
    expect(workspace.names('far/out')).toEqual([]);
  });

  it('fails with the exit code of its command, and publishes nothing', async () => {
    using workspace = workspaceOf({
      make: { outputs: { text: 'far:out/text.txt' }, run: 'echo x > {{ outputs.text }}; exit 3' },
    });

    const ended = await workspace.run();

    expectEnd(ended, 1);
    expect(ended.failures[0]?.message).toMatch(/exit code 3/);
    expect(workspace.names('far')).toEqual([]);
  });

  it('is told the options of its storages, secrets among them, where nobody else can read them', async () => {
    using workspace = workspaceOf(
      { copy: COPY },
      {
        storage: { far: { use: 'far', path: 'far', witness: 'W', token: '${secret:TOKEN}' } },
      },
    );
    workspace.write(
      'project.yaml',
      workspace.read('project.yaml').replace('"W"', JSON.stringify(`${workspace.effects}/opened`)),
    );
    workspace.write('far/in/text.txt', 'quiet');
    const secret = 'hunter2-hunter2';

    expectEnd(
      await workspace.run([], { env: { ORCHESTRATE_SECRET_TOKEN: secret, TOKEN: secret } }),
      0,
    );

    expect(opened(workspace)).toHaveLength(2);
    expect(opened(workspace).every((line) => line.endsWith(` ${secret}`))).toBe(true);
    expect(filesWith(workspace, secret)).toEqual([]);
  });

  it('publishes while no leader is there, and is not done again', async () => {
    using workspace = workspaceOf({
      copy: {
        ...COPY,
        run: 'echo ran >> "$EFFECTS/ran-copy"; while [ ! -e "$EFFECTS/go" ]; do sleep 0.05; done; tr a-z A-Z < {{ inputs.text }} > {{ outputs.text }}',
      },
    });
    workspace.write('far/in/text.txt', 'quiet');
    const call = workspace.start(['run', '--json']);
    await workspace.saw('ran-copy');
    call.child.kill('SIGKILL');
    await call.ended;
    workspace.allow('go');

    await until('the output to be published', () => workspace.names('far/out').length > 0);

    expectEnd(await workspace.endOf(workspace.start(['resume', '--json'])), 0);
    expect(workspace.read('far/out/text.txt')).toBe('QUIET');
    expect(workspace.counts('ran-')).toEqual({ copy: 1 });
  });

  it('can be left to the leader, task by task', async () => {
    using workspace = workspaceOf({ copy: { ...COPY, staging: 'leader' } });
    workspace.write('far/in/text.txt', 'quiet');

    expectEnd(await workspace.run(), 0);

    expect(workspace.read('far/out/text.txt')).toBe('QUIET');
    expect(opened(workspace)).toHaveLength(1);
  });
});
