import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { Workspace } from './support/workspace.ts';

const SECRET = 'pl4nted-S3cret&<value>';

const FILES = {
  'project.yaml': `
name: melt
limits: { members: 2, licences: 1 }
flows:
  sweep:
    matrix: { depth: [10, 40], rate: [0.1, 0.5, 0.9] }
    members: { limit: members }
    tasks:
      solve:
        run: "for i in $(seq 1 40); do echo step $i; done; echo \\"got $TOKEN\\" >&2; test {{ depth }} -lt 40 || exit 3"
        env: { TOKEN: "\${env:PLANTED}" }
        retry: { attempts: 2, delay: 0.1s, on: [user-error] }
      score: { needs: solve, call: "./score.ts#score", args: { depth: "{{ depth }}", rate: "{{ rate }}" } }
  after:
    needs: [sweep]
    tasks:
      gather: { run: "true" }
`,
  'score.ts': `export const score = ({ depth, rate }: { depth: number; rate: number }) => ({ melt: depth * rate, ok: true });
`,
};

interface Answer {
  readonly head: { readonly state: string; readonly tasks: number; readonly next?: string };
  readonly failures: readonly {
    readonly task: string;
    readonly failure: string;
    readonly attempts: number;
    readonly skipped: number;
    readonly logs: readonly { readonly attempt: number; readonly lines: readonly string[] }[];
  }[];
  readonly tables: readonly {
    readonly kind: string;
    readonly parameters: readonly string[];
    readonly steps: readonly string[];
    readonly numbers: readonly string[];
    readonly rows: readonly {
      readonly parameters: readonly unknown[];
      readonly state: string;
      readonly numbers: readonly unknown[];
    }[];
  }[];
  readonly statistics: readonly {
    readonly set: string;
    readonly attempts: number;
    readonly failedAttempts: object;
  }[];
  readonly use: readonly {
    readonly name: string;
    readonly kind: string;
    readonly capacity?: number;
    readonly peak: number;
  }[];
}

describe('orchestrate report', () => {
  it('writes a run with failures down, as a page and as data', async () => {
    using workspace = new Workspace(FILES);
    const env = { PLANTED: SECRET };
    const call = (...words: string[]) => workspace.start(words, { env }).ended;

    const run = await call('run', '--quiet');
    const first = await call('report');
    const path = first.stdout.trim();
    const page = workspace.read(path);
    await call('report', '--output', 'deep/er/copy.html', '--open-no');
    const answer = JSON.parse((await call('report', '--json')).stdout) as Answer;

    expect([run.code, first.code, first.stderr]).toEqual([1, 0, '']);
    expect(path).toMatch(/^\.orchestrate\/runs\/[a-z0-9]+\/report\.html$/);
    expect(workspace.read('deep/er/copy.html')).toBe(page);
    expect(page).toContain('✗ failed');
    expect(page).toContain('step 40');
    expect(page).not.toContain('step 11\n');

    expect(answer.head).toMatchObject({ state: 'failed', tasks: 13, next: 'orchestrate retry' });
    expect(answer.failures).toHaveLength(3);
    expect(answer.failures[0]).toMatchObject({ failure: 'user-error', attempts: 2, skipped: 2 });
    expect(answer.failures[0]?.logs.map(({ attempt, lines }) => [attempt, lines.length])).toEqual([
      [1, 30],
      [2, 30],
    ]);
    expect(answer.failures[0]?.logs[0]?.lines[28]).toBe('step 40');
    expect(answer.tables[0]).toMatchObject({
      kind: 'members',
      parameters: ['depth', 'rate'],
      steps: ['solve', 'score'],
      numbers: ['score.melt'],
    });
    expect(answer.tables[0]?.rows[1]).toMatchObject({
      parameters: [10, 0.5],
      state: 'succeeded',
      numbers: [5],
    });
    expect(answer.tables[0]?.rows[3]).toMatchObject({
      parameters: [40, 0.1],
      state: 'failed',
      numbers: [null],
    });
    expect(answer.statistics[0]).toMatchObject({
      set: 'sweep.solve',
      attempts: 9,
      failedAttempts: { 'user-error': 6 },
    });
    expect(answer.use).toContainEqual(
      expect.objectContaining({ name: 'members', kind: 'limit', capacity: 2, peak: 2 }),
    );
  });

  it('keeps secrets out of the ends of logs', async () => {
    using workspace = new Workspace({
      ...FILES,
      'project.yaml': FILES['project.yaml'].replace('${env:PLANTED}', '${secret:PLANTED}'),
    });
    const env = { ORCHESTRATE_SECRET_PLANTED: SECRET };
    await workspace.start(['run', '--quiet'], { env }).ended;

    await workspace.start(['report', '--output', 'page.html'], { env }).ended;

    expect(workspace.read('page.html')).toContain('got ***');
    expect(workspace.read('page.html')).not.toContain('pl4nted');
  });

  it('tells of a run that was stopped, and how to go on with it', async () => {
    using workspace = new Workspace({
      'project.yaml': `
name: long
flows:
  night:
    matrix: { hour: [1, 2, 3] }
    tasks:
      work: { run: 'touch "$EFFECTS/began-{{ hour }}"; until test -e "$EFFECTS/go"; do sleep 0.05; done' }
`,
    });
    const { child, ended } = workspace.start(['run', '--quiet']);
    await workspace.saw('began-1');
    child.kill('SIGKILL');
    await ended;

    const written = await workspace.call('report', '--output', 'page.html');
    workspace.allow('go');
    const resumed = await workspace.call('resume', '--quiet');
    const answer = JSON.parse((await workspace.call('report', '--json')).stdout) as {
      head: { restarts: number; state: string };
    };

    expect(written.code).toBe(0);
    expect(workspace.read('page.html')).toMatch(/<code>orchestrate resume --run [a-z0-9]+<\/code>/);
    expect(resumed.code).toBe(0);
    expect(answer.head).toMatchObject({ restarts: 1, state: 'succeeded' });
  });

  it('needs neither the project nor the folder of the run, and changes nothing without a run', async () => {
    using workspace = new Workspace({
      'project.yaml': 'name: none\nflows: { f: { tasks: { t: { run: "true" } } } }\n',
    });

    const none = await workspace.call('report');

    expect([none.code, none.stdout]).toEqual([2, '']);
    expect(existsSync(workspace.path('.orchestrate'))).toBe(false);

    await workspace.call('run', '--quiet');
    workspace.write('project.yaml', 'name: [broken');
    const written = await workspace.call('report', '--output', 'page.html');

    expect(written.code).toBe(0);
    expect(workspace.read('page.html')).toContain('✓ succeeded');
  });
});
