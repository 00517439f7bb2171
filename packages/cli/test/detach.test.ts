import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { jsonLines, Project } from './command-line.ts';

const WAITING = `name: patient
flows:
  work:
    tasks:
      wait: { run: "until [ -e go ]; do sleep 0.05; done; touch done" }
`;

interface Leader {
  readonly run: string;
  readonly pid: number;
}

async function stateOf(project: Project): Promise<unknown> {
  const { stdout } = await project.call('status', '--json');
  return jsonLines(stdout)[0]?.['state'];
}

it('leaves a run to a process of its own, which goes on when the call is over', async () => {
  using project = new Project({ 'project.yaml': WAITING });
  const started = await project.call('run', '--detach', '--json');
  expect(started).toMatchObject({ code: 0, stderr: '' });
  const leader = jsonLines(started.stdout)[0] as unknown as Leader;
  expect(await stateOf(project)).toBe('running');

  const second = await project.call('run', '--detach');
  expect(second.code).toBe(2);
  expect(second.stderr).toContain(
    `error RUN_LOCKED: A run of this project is led by process ${leader.pid}`,
  );

  writeFileSync(join(project.folder, 'go'), '');
  await vi.waitFor(async () => expect(await stateOf(project)).toBe('succeeded'), {
    timeout: 20_000,
  });
  expect(existsSync(join(project.folder, 'done'))).toBe(true);
  const log = readFileSync(join(project.folder, '.orchestrate', 'leader.log'), 'utf8');
  expect(jsonLines(log).at(-1)).toMatchObject({ type: 'summary', run: leader.run });
});

it('tells what is wrong as if it had been called here', async () => {
  using project = new Project({
    'project.yaml': 'name: x\nflows: { a: { tasks: { b: { runn: y } } } }\n',
  });
  const wrong = await project.call('run', '--detach');
  expect(wrong).toMatchObject({ code: 2, stdout: '' });
  expect(wrong.stderr).toContain('did you mean "run"?');
  const told = await project.call('run', '--detach', '--json');
  expect(jsonLines(told.stdout)[0]).toMatchObject({ error: { code: 'PROJECT_INVALID' } });
});

it('refuses a backend without a machine of its own, and one that is not there', async () => {
  using project = new Project({ 'project.yaml': WAITING });
  const local = await project.call('run', '--detach', '--on', 'local');
  expect(local.code).toBe(2);
  expect(local.stderr).toContain('error CLI_NO_HOST: the backend local has no machine of its own');
  const unknown = await project.call('status', '--on', 'loca');
  expect(unknown.stderr).toContain(
    'error PROVIDER_UNKNOWN: there is no backend "loca"; did you mean "local"?',
  );
  const nowhere = await project.call('fetch');
  expect(nowhere.stderr).toContain('`orchestrate fetch` needs --on BACKEND');
});
