import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import { jsonLines, Project } from './command-line.ts';

const CHAIN = `name: chain
flows:
  numbers:
    matrix: { n: [1, 2, 3] }
    tasks:
      double:
        run: expr {{ n }} \\* 2 > {{ outputs.file }}
        outputs: { file: "out/{{ n }}.txt" }
  total:
    needs: [numbers]
    tasks:
      sum:
        run: cat out/1.txt out/2.txt out/3.txt | paste -sd+ > {{ outputs.sum }}; echo added up
        outputs: { sum: "out/sum.txt" }
`;

const FAILING = `name: failing
flows:
  work:
    tasks:
      good: { run: echo fine }
      bad: { run: "echo what went wrong >&2; exit 3" }
      after: { needs: bad, run: echo never }
`;

/** The task goes on once \`go\` is there. */
const WAITING = `name: waiting
limits: { one: 1 }
flows:
  work:
    matrix: { n: [1, 2, 3] }
    tasks:
      wait:
        run: |
          touch started-{{ n }}
          until [ -e go ]; do sleep 0.05; done
          echo done >> ended-{{ n }}
        limits: { one: 1 }
`;

const LIMIT_MILLISECONDS = 60_000;

async function until(isSo: () => boolean): Promise<void> {
  const end = Date.now() + 50_000;
  while (!isSo()) {
    if (Date.now() > end) throw new TypeError('it did not come to pass');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

describe('run', { timeout: LIMIT_MILLISECONDS }, () => {
  it('runs a pipeline, and the second time has nothing to do', async () => {
    using project = new Project({ 'project.yaml': CHAIN });
    const first = await project.call('run');

    expect(first.stderr).toContain('4 tasks in 2 sets on local');
    expect(first.stderr).toMatch(/numbers\.double +3 +3 +0/);
    expect(first.stderr).toMatch(/run [a-z0-9]{8} succeeded in/);
    expect(first.code).toBe(0);
    expect(readFileSync(join(project.folder, 'out/sum.txt'), 'utf8')).toBe('2+4+6\n');

    const second = await project.call('run', '--json');
    expect(second.code).toBe(0);
    expect(jsonLines(second.stdout).at(-1)).toMatchObject({
      type: 'summary',
      outcome: 'succeeded',
      counts: { total: 4, reused: 4, succeeded: 0 },
    });
    expect(second.stderr).toBe('');

    const logs = await project.call('logs', 'total.sum');
    expect(logs.stdout).toBe('added up\n');
    expect(logs.stderr).toContain('this is its log from run');
  });

  it('writes every event as a line of JSON where nobody looks', async () => {
    using project = new Project({ 'project.yaml': CHAIN });
    const { stdout } = await project.call('run');
    const lines = jsonLines(stdout);
    const sequence = lines.map((line) => line['sequence']);

    expect(sequence).toEqual(lines.map((_line, position) => position));
    expect(lines[0]).toMatchObject({ type: 'run-began', name: 'chain', msg: 'run began' });
    expect(lines.at(-1)).toMatchObject({ type: 'leader-ended' });
    expect(stdout).toContain('"numbers.double/n=1"');
  });

  it('ends with 1 when work failed, and says what, why and where to look', async () => {
    using project = new Project({ 'project.yaml': FAILING });
    const run = await project.call('run');

    expect(run.code).toBe(1);
    expect(jsonLines(run.stdout).find((line) => line['type'] === 'attempt-failed')).toMatchObject({
      level: 'error',
      msg: 'attempt failed',
      name: 'work.bad',
      failure: 'user-error',
      message: expect.stringContaining('3') as string,
    });
    expect(run.stderr).toMatch(/work\.bad {2}user-error after 1 attempt: .*3/);
    expect(run.stderr).toContain('orchestrate logs work.bad');

    const logs = await project.call('logs', 'work.bad');
    expect(logs).toMatchObject({ code: 0, stdout: 'what went wrong\n' });

    const why = await project.call('why', 'after');
    expect(why.code).toBe(0);
    expect(why.stdout).toContain('work.bad');
    expect(why.stdout).toContain('user-error');

    const status = await project.call('status', '--json');
    expect(JSON.parse(status.stdout)).toMatchObject({
      state: 'failed',
      total: 3,
      counts: { succeeded: 1, failed: 1, skipped: 1 },
    });
    expect((await project.call('status')).stdout).toContain('work.bad');

    project.write('project.yaml', FAILING.replace('exit 3', 'true'));
    expect(await project.call('run')).toMatchObject({ code: 0 });
  });

  it('tries failed tasks again', async () => {
    using project = new Project({
      'project.yaml': FAILING.replace('exit 3', '[ -e fixed ]'),
    });
    expect((await project.call('run')).code).toBe(1);
    project.write('fixed', '');

    const retried = await project.call('retry', '--json');
    expect(retried.code).toBe(0);
    expect(jsonLines(retried.stdout).at(-1)).toMatchObject({
      counts: { failed: 0, skipped: 0, reused: 1, succeeded: 2 },
    });
  });

  it('lists the candidates for a name that fits several tasks', async () => {
    using project = new Project({ 'project.yaml': CHAIN });
    await project.call('run');
    const { code, stderr } = await project.call('logs', 'numbers.double');

    expect(code).toBe(2);
    expect(stderr).toContain('fits 3 tasks');
    expect(stderr).toContain('numbers.double/n=2');
    expect((await project.call('logs', 'numbers.doubl')).stderr).toContain('numbers.double/n=1');
    expect((await project.call('logs', 'nosuch')).stderr).toContain('CLI_UNKNOWN_TASK');
  });

  it('stops after the running tasks on Ctrl-C, and resume does only the rest', async () => {
    using project = new Project({ 'project.yaml': WAITING });
    const { child, ended } = project.start(['run']);
    await until(() => existsSync(join(project.folder, 'started-1')));
    child.kill('SIGINT');
    await new Promise((resolve) => child.stdout?.once('data', resolve));
    project.write('go', '');
    const stopped = await ended;

    expect(stopped.code).toBe(3);
    expect(stopped.stdout).toContain('stopping after the tasks that are running');
    expect(stopped.stderr).toContain('`orchestrate resume` goes on');
    expect(existsSync(join(project.folder, 'started-2'))).toBe(false);

    expect(await project.call('resume')).toMatchObject({ code: 0 });
    for (const n of [1, 2, 3]) {
      expect(readFileSync(join(project.folder, `ended-${n}`), 'utf8')).toBe('done\n');
    }
  });

  it('leaves the jobs alive on SIGTERM, and resume takes them over', async () => {
    using project = new Project({ 'project.yaml': WAITING });
    const { child, ended } = project.start(['run', '--json']);
    await until(() => existsSync(join(project.folder, 'started-1')));
    child.kill('SIGTERM');
    const left = await ended;

    expect(left.code).toBe(3);
    expect(jsonLines(left.stdout).at(-1)).toMatchObject({ outcome: 'stopped', liveJobs: 1 });

    project.write('go', '');
    expect(await project.call('resume')).toMatchObject({ code: 0 });
    expect(readFileSync(join(project.folder, 'ended-1'), 'utf8')).toBe('done\n');
  });

  it('tells how the run of another process stands, follows it, and cancels it', async () => {
    using project = new Project({ 'project.yaml': WAITING });
    const { ended } = project.start(['run', '--json']);
    await until(() => existsSync(join(project.folder, 'started-1')));

    const status = await project.call('status', '--json');
    expect(JSON.parse(status.stdout)).toMatchObject({ state: 'running', total: 3 });
    const second = await project.call('run');
    expect(second.code).toBe(2);
    expect(second.stderr).toContain('RUN_LOCKED');
    const watch = project.start(['status', '--watch', '--json']);

    expect(await project.call('cancel')).toMatchObject({ code: 0 });

    expect((await ended).code).toBe(1);
    const followed = jsonLines((await watch.ended).stdout);
    expect(followed[0]).toMatchObject({ type: 'run-began' });
    expect(followed.map((line) => line['type'])).toContain('run-ended');
  });

  it('can be followed from before it has begun', async () => {
    using project = new Project({ 'project.yaml': CHAIN });
    const watch = project.start(['status', '--watch', '--json']);
    const { code } = await project.call('run');
    const { code: watched, stdout } = await watch.ended;

    expect({ code, watched }).toEqual({ code: 0, watched: 0 });
    const types = jsonLines(stdout).map((line) => line['type']);
    expect(types).toContain('run-began');
    expect(types).toContain('run-ended');
  });

  it('is followed when somebody leads who has not begun it yet, not the run before', async () => {
    using project = new Project({ 'project.yaml': CHAIN });
    await project.call('run');
    const lock = new DatabaseSync(join(project.folder, '.orchestrate/lock.db'));
    lock.exec('BEGIN EXCLUSIVE');
    const watch = project.start(['status', '--watch', '--json']);
    const ends = watch.ended.then(() => 'what was to wait');
    // A call that begins later has looked at the journal and ended before.
    const later = project.call('status', '--all', '--json').then(() => 'what began later');
    const first = await Promise.race([ends, later]);
    lock.close();
    const { code, stdout } = await watch.ended;

    expect(first).toBe('what began later');
    expect(code).toBe(0);
    expect(jsonLines(stdout).map((line) => line['type'])).toContain('run-ended');
  });

  it('says beforehand what a fresh run does, and how many members a changed value concerns', async () => {
    using project = new Project({ 'project.yaml': CHAIN });
    await project.call('run');

    const fresh = await project.call('run', '--fresh');
    const changed = await project.call('plan', '--set', 'flows.numbers.matrix.n=[1, 2, 5]');

    expect(fresh.stderr).toContain('4 tasks to run');
    expect(fresh.stderr).not.toContain('nothing to run');
    expect(changed.stdout).toMatch(/numbers\.double +3 +2 +runs partly +1 of 3 run: n=5 is new/);
    expect(changed.stdout).toMatch(/total\.sum +1 +0 +runs +numbers\.double\/n=5, which it needs,/);
    expect(changed.stdout).toContain('2 tasks to run, 2 done already');
  });

  it('says beforehand which files are not what they were', async () => {
    using project = new Project({ 'project.yaml': CHAIN });
    await project.call('run');
    rmSync(join(project.folder, 'out/2.txt'));

    const plan = await project.call('plan');
    const run = await project.call('run');

    const lost = 'n=2 output file (local:out/2.txt) changed: 2 bytes -> missing';
    expect(plan.stdout).toContain(`1 of 3 run: ${lost}`);
    expect(plan.stdout).toContain('1 task to run, 3 done already');
    expect(run.stderr).toContain('1 task to run, 3 done already');
    expect(run.stderr).toMatch(/in all +4 +1 +3 /);
  });

  it('names the code that changed by its path in the project', async () => {
    using project = new Project({
      'project.yaml': 'name: code\nflows: { f: { tasks: { a: { call: "./code/a.mjs#a" } } } }\n',
      'code/a.mjs': 'export const a = () => 1;',
    });
    await project.call('run');
    project.write('code/a.mjs', 'export const a = () => 2;');

    const plan = await project.call('plan');
    await project.call('run');
    const why = await project.call('why', 'f.a');

    expect(plan.stdout).toContain('the code of code/a.mjs changed');
    expect(why.stdout.trim().split('\n').slice(1)).toEqual([
      'f.a ran because the code of code/a.mjs is not as it was.',
    ]);
  });

  it('removes what old runs left, and keeps outputs and the last run', async () => {
    using project = new Project({ 'project.yaml': CHAIN });
    await project.call('run');
    await project.call('run', '--fresh');
    const runs = join(project.folder, '.orchestrate', 'runs');
    const { stdout } = await project.call('clean', '--dry-run', '--json');
    const { items } = JSON.parse(stdout) as { items: { path: string }[] };

    expect(items).toHaveLength(1);
    const [old] = items;
    expect(old?.path.startsWith(runs)).toBe(true);

    const unasked = await project.call('clean');
    expect(unasked.code).toBe(2);
    expect(unasked.stderr).toContain('CLI_NOT_CONFIRMED');
    expect(existsSync(old?.path ?? '')).toBe(true);

    expect(await project.call('clean', '--yes')).toMatchObject({ code: 0 });
    expect(existsSync(old?.path ?? '')).toBe(false);
    expect(existsSync(join(project.folder, 'out/sum.txt'))).toBe(true);
  });

  it('removes kept inputs only when it is asked to', async () => {
    using project = new Project({
      'project.yaml': CHAIN,
      '.orchestrate/cache/blobs/ab': 'an input of before',
    });
    const kept = join(project.folder, '.orchestrate/cache/blobs/ab');
    await project.call('run');

    await project.call('clean', '--yes');
    expect(existsSync(kept)).toBe(true);

    const { stdout } = await project.call('clean', '--cache', '--yes');
    expect(stdout).toContain('inputs kept from other storages');
    expect(existsSync(kept)).toBe(false);
  });

  it('keeps a secret out of everything it writes', async () => {
    const secret = 'hunter2-hunter2';
    using project = new Project({
      'project.yaml': `name: secret
flows:
  work:
    tasks:
      leak:
        env: { TOKEN: "\${secret:TOKEN}" }
        run: "echo token $TOKEN; exit 1"
`,
    });
    const environment = { ORCHESTRATE_SECRET_TOKEN: secret };
    const run = await project.start(['run', '--verbose'], environment).ended;
    const logs = await project.start(['logs', 'leak'], environment).ended;
    const status = await project.start(['status'], environment).ended;

    expect(run.code).toBe(1);
    expect(logs.stdout).toBe('token ***\n');
    expect([run, logs, status].map(({ stdout, stderr }) => stdout + stderr).join('')).not.toContain(
      secret,
    );
  });

  it('shows the plan and the reason why a set runs again', async () => {
    using project = new Project({ 'project.yaml': CHAIN });
    const before = await project.call('plan');
    expect(before.code).toBe(0);
    expect(before.stdout).toMatch(/numbers\.double +3 +0 +runs/);

    await project.call('run');
    rmSync(join(project.folder, 'out/sum.txt'));
    const { stdout } = await project.call('plan', '--json');
    expect(JSON.parse(stdout)).toMatchObject({ tasks: 4 });
  });

  it('looks at the machine, the plugins and the providers', async () => {
    using project = new Project({ 'project.yaml': CHAIN });
    const doctor = await project.call('doctor');
    expect(doctor.stdout).toContain('chain is valid');
    expect(doctor.code).toBe(0);

    const { stdout } = await project.call('plugins');
    expect(stdout).toContain('@orchestrate/backend-local');
    expect(stdout).toContain('backends.local');
  });
});
