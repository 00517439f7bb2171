import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { jsonLines, Project } from './command-line.ts';
import { CrateRules, type Metadata } from './record-crate-rules.ts';

const SWEEP = `name: melt
storage: { archive: { use: local, path: archive } }
limits: { members: 2 }
flows:
  sweep:
    matrix: { depth: [10, 40], rate: [0.1, 0.5] }
    tasks:
      solve:
        run: "echo {{ depth }} {{ rate }} > {{ outputs.csv }}"
        outputs: { csv: "archive:m/{{ depth }}-{{ rate }}.csv" }
        limits: { members: 1 }
`;

const FAILING = `name: failing
flows:
  work:
    tasks:
      good: { run: "echo fine > {{ outputs.out }}", outputs: { out: good.txt } }
      bad: { run: "echo what went wrong; exit 3", retry: { attempts: 2, delay: 0s, on: [user-error] } }
      after: { needs: bad, run: echo never }
`;

const FILES = [
  'outputs.ndjson',
  'parameters.json',
  'plan.json',
  'project.yaml',
  'report.html',
  'ro-crate-metadata.json',
  'run.json',
];

function sha256Of(content: Buffer | string): string {
  return createHash('sha256').update(content).digest('hex');
}

/** The only record below a folder of a project. */
class RecordOf {
  readonly folder: string;

  constructor(project: Project, below: string) {
    const root = join(project.folder, below);
    const [name = ''] = readdirSync(root);
    this.folder = join(root, name);
  }

  text(name: string): string {
    return readFileSync(join(this.folder, name), 'utf8');
  }

  json(name: string): Record<string, unknown> {
    return JSON.parse(this.text(name)) as Record<string, unknown>;
  }

  get metadata(): Metadata {
    return JSON.parse(this.text('ro-crate-metadata.json')) as Metadata;
  }
}

describe('record', () => {
  it('publishes what a run was, what it did and what it made', async () => {
    using project = new Project({ 'project.yaml': SWEEP });
    await project.call('run');
    const call = await project.call('record', '--to', 'archive:runs/');

    expect(call.stdout).toMatch(
      /^record of 4 outputs \(28 B\): archive:runs\/melt-[a-z0-9]{8}\/$/m,
    );
    expect(call.code).toBe(0);
    const record = new RecordOf(project, 'archive/runs');
    expect(readdirSync(record.folder).sort()).toEqual(FILES);

    expect(jsonLines(record.text('outputs.ndjson'))[0]).toEqual({
      task: 'sweep.solve/depth=10,rate=0.1',
      output: 'csv',
      address: 'archive:m/10-0.1.csv',
      bytes: 7,
      generation: expect.stringMatching(/^\d+-\d+$/) as string,
      check: 'same',
      sha256: sha256Of('10 0.1\n'),
    });
    expect(record.json('run.json')).toMatchObject({
      record: 1,
      project: 'melt',
      state: 'succeeded',
      limits: { members: 2 },
      software: { whenRecorded: { node: process.versions.node } },
      tasksByState: { succeeded: 4 },
      outputs: { outputs: 4, bytes: 28, withDigest: 4, untraced: 0 },
      sets: [{ set: 'sweep.solve', backend: 'local', tasks: 4, attempts: 4 }],
    });
    expect(record.json('run.json')['tasks']).toContainEqual(
      expect.objectContaining({
        name: 'sweep.solve/depth=40,rate=0.5',
        state: 'succeeded',
        parameters: { depth: 40, rate: 0.5 },
        attempts: [expect.objectContaining({ number: 1, backend: 'local', end: 'succeeded' })],
      }),
    );
    expect(record.text('report.html')).toContain('sweep.solve');
  });

  it('ties its files together by metadata that keep the rules, with the digest of each', async () => {
    using project = new Project({ 'project.yaml': SWEEP });
    await project.call('run');
    await project.call('record', '--to', 'archive:runs/');
    const record = new RecordOf(project, 'archive/runs');
    const graph = record.metadata['@graph'];

    expect(new CrateRules(record.metadata).check()).toEqual([]);
    for (const name of FILES.filter((file) => file !== 'ro-crate-metadata.json')) {
      const content = readFileSync(join(record.folder, name));
      expect(graph).toContainEqual(
        expect.objectContaining({
          '@id': name,
          contentSize: String(content.length),
          sha256: sha256Of(content),
        }),
      );
    }
    expect(graph).toContainEqual(
      expect.objectContaining({ '@type': 'PropertyValue', name: 'depth', value: [10, 40] }),
    );
    expect(graph).toContainEqual(
      expect.objectContaining({
        '@id': 'orchestrate:archive/m/40-0.5.csv',
        sha256: sha256Of('40 0.5\n'),
      }),
    );
    expect(graph).toContainEqual(
      expect.objectContaining({
        '@id': expect.stringMatching(/^pkg:npm\/%40orchestrate\/backend-local@\d/) as string,
      }),
    );
  });

  it('holds a project file that is the project that was run', async () => {
    using project = new Project({ 'project.yaml': SWEEP });
    await project.call('run', '--set', 'flows.sweep.matrix.depth=[10]');
    await project.call('record', '--to', 'archive:runs/');
    const { folder } = new RecordOf(project, 'archive/runs');

    const plan = await project.call('plan', '--json', '-c', join(folder, 'project.yaml'));

    expect(JSON.parse(plan.stdout)).toMatchObject({ tasks: 2 });
  });

  it('tells of a run that failed which task did, how often and how', async () => {
    using project = new Project({ 'project.yaml': FAILING });
    expect((await project.call('run')).code).toBe(1);
    expect((await project.call('record', '--to', 'runs/')).code).toBe(0);
    const record = new RecordOf(project, 'runs');

    expect(new CrateRules(record.metadata).check()).toEqual([]);
    expect(record.metadata['@graph']).toContainEqual(
      expect.objectContaining({
        '@type': 'CreateAction',
        actionStatus: 'http://schema.org/FailedActionStatus',
        error: expect.stringMatching(/^1 task failed; first work\.bad \(user-error\): /) as string,
      }),
    );
    expect(record.json('run.json')).toMatchObject({
      state: 'failed',
      tasksByState: { succeeded: 1, failed: 1, skipped: 1 },
    });
    expect(record.json('run.json')['tasks']).toContainEqual(
      expect.objectContaining({ name: 'work.after', state: 'skipped', because: 'work.bad' }),
    );
    expect(record.json('run.json')['tasks']).toContainEqual(
      expect.objectContaining({
        name: 'work.bad',
        state: 'failed',
        failure: expect.objectContaining({ failure: 'user-error' }) as unknown,
        attempts: [
          expect.objectContaining({ number: 1, end: 'failed', failure: 'user-error' }),
          expect.objectContaining({ number: 2, end: 'failed', failure: 'user-error' }),
        ],
      }),
    );
  });

  it('finds the outputs of work that was used again where they were made', async () => {
    using project = new Project({ 'project.yaml': SWEEP });
    await project.call('run');
    const [first] = JSON.parse((await project.call('status', '--all', '--json')).stdout).runs;
    await project.call('run');
    await project.call('run');
    await project.call('record', '--to', 'runs/');
    const lines = jsonLines(new RecordOf(project, 'runs').text('outputs.ndjson'));

    expect(lines).toHaveLength(4);
    expect(new Set(lines.map((line) => line['madeBy']))).toEqual(new Set([first.run]));
    expect(lines[3]).toMatchObject({ check: 'same', sha256: sha256Of('40 0.5\n') });
  });

  it('says of each output which run made it, when a sweep grew from run to run', async () => {
    using project = new Project({ 'project.yaml': SWEEP });
    const runOf = async (text: string): Promise<unknown> => {
      project.write('project.yaml', text);
      const { stdout } = await project.call('run', '--json');
      return jsonLines(stdout).at(-1)?.['run'];
    };
    const first = await runOf(SWEEP);
    const second = await runOf(SWEEP.replace('[10, 40]', '[10, 40, 80]'));
    await runOf(SWEEP.replace('[10, 40]', '[10, 40, 80]'));
    await project.call('record', '--to', 'runs/');
    const lines = jsonLines(new RecordOf(project, 'runs').text('outputs.ndjson'));

    expect(lines.map((line) => line['madeBy'])).toEqual([
      first,
      first,
      first,
      first,
      second,
      second,
    ]);
  });

  it('gives no digest of what is not any more what the run left', async () => {
    using project = new Project({ 'project.yaml': SWEEP });
    await project.call('run');
    project.write('archive/m/10-0.1.csv', 'edited by hand');
    rmSync(join(project.folder, 'archive/m/10-0.5.csv'));
    const call = await project.call('record', '--to', 'runs/');
    const lines = jsonLines(new RecordOf(project, 'runs').text('outputs.ndjson'));

    expect(lines.map(({ check, sha256 }) => [check, sha256 !== undefined])).toEqual([
      ['changed', false],
      ['missing', false],
      ['same', true],
      ['same', true],
    ]);
    expect(lines[0]).toMatchObject({ bytes: 7 });
    expect(call.stderr).toContain('1 output without sha256: changed since the run');
    expect(call.stderr).toContain('1 output without sha256: not there any more');
  });

  it.each([
    ['false', 0],
    ['14 B', 2],
    ['true', 4],
  ])('with `digests: %s` reads as much as that of the outputs', async (digests, read) => {
    const records = `records: { to: "runs/", digests: ${digests} }\n`;
    using project = new Project({ 'project.yaml': SWEEP + records });
    await project.call('run');
    const { stdout } = await project.call('record', '--json');

    expect(JSON.parse(stdout)).toMatchObject({
      address: expect.stringMatching(/^local:runs\/melt-/) as string,
      outputs: { outputs: 4, withDigest: read, overBound: 4 - read },
    });
  });

  it('replaces a record by the same one when it is done again', async () => {
    using project = new Project({ 'project.yaml': SWEEP });
    await project.call('run');
    await project.call('record', '--to', 'runs/');
    const before = new RecordOf(project, 'runs');
    const [outputs, plan] = [before.text('outputs.ndjson'), before.text('plan.json')];
    expect((await project.call('record', '--to', 'runs/')).code).toBe(0);
    const after = new RecordOf(project, 'runs');

    expect(readdirSync(after.folder).sort()).toEqual(FILES);
    expect([after.text('outputs.ndjson'), after.text('plan.json')]).toEqual([outputs, plan]);
    expect(new CrateRules(after.metadata).check()).toEqual([]);
  });

  it('records an earlier run, also when its folder was cleaned, as long as the project is what it was', async () => {
    using project = new Project({ 'project.yaml': FAILING });
    await project.call('run');
    const [line] = JSON.parse((await project.call('status', '--all', '--json')).stdout).runs;
    rmSync(join(project.folder, '.orchestrate/runs', line.run), { recursive: true });

    expect(await project.call('record', line.run, '--to', 'runs/')).toMatchObject({ code: 0 });
    project.write('project.yaml', FAILING.replace('exit 3', 'exit 4'));
    const refused = await project.call('record', line.run, '--to', 'others/');
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain('CLI_UNREADABLE');
    expect(existsSync(join(project.folder, 'others'))).toBe(false);
  });

  it('publishes no secret: not from texts of the project, logs, results or messages', async () => {
    const secret = 'hunter2/"hunter2"';
    const environment = { ORCHESTRATE_SECRET_TOKEN: secret };
    using project = new Project({
      'model.ts': `export const tell = () => ({ token: process.env['TOKEN'] });`,
      'project.yaml': `name: secret
flows:
  work:
    tasks:
      leak: { env: { TOKEN: "\${secret:TOKEN}", COPY: '${secret}' }, run: "echo token $TOKEN; exit 1" }
      give: { env: { TOKEN: "\${secret:TOKEN}" }, call: "./model.ts#tell" }
`,
    });
    expect((await project.start(['run'], environment).ended).code).toBe(1);
    expect((await project.start(['record', '--to', 'runs/'], environment).ended).code).toBe(0);
    const { folder } = new RecordOf(project, 'runs');
    const names = readdirSync(folder);
    const published = names.map((name) => readFileSync(join(folder, name), 'utf8'));

    expect(names).toEqual(FILES.filter((name) => name !== 'parameters.json'));
    expect(published.filter((text) => text.includes('hunter2'))).toEqual([]);
    expect(published.join('')).toContain(['$', '{secret:TOKEN}'].join(''));
    expect(published.join('')).toContain('token ***');
  });

  it('refuses a place that is not known before anything is published', async () => {
    using project = new Project({ 'project.yaml': SWEEP });
    await project.call('run');
    const nowhere = await project.call('record');
    const unknown = await project.call('record', '--to', 'attic:runs/');
    const noRun = await project.call('record', 'zzz', '--to', 'runs/');

    expect(nowhere).toMatchObject({ code: 2 });
    expect(nowhere.stderr).toContain('--to archive:runs/');
    expect(unknown).toMatchObject({ code: 2 });
    expect(unknown.stderr).toContain('there is no storage "attic"; there are archive, local');
    expect(noRun.stderr).toContain('CLI_UNKNOWN_RUN');
  });
});

describe('`records` in a project file', () => {
  it.each([
    ['records: "attic:runs/"', 'records: there is no storage "attic"'],
    ['records: { to: "archve:runs/" }', 'did you mean "archive"?'],
    ['records: "archive:runs"', 'expected the address of a folder, which ends with a slash'],
    ['records: { digests: true }', 'records.to'],
    ['records: { to: "archive:runs/", digest: true }', 'did you mean "digests"?'],
    ['records: { to: "archive:runs/", digests: much }', 'records.digests'],
  ])('is checked with the rest: %s', async (records, problem) => {
    using project = new Project({ 'project.yaml': `${SWEEP}${records}\n` });
    const { code, stderr, stdout } = await project.call('validate');

    expect(code).toBe(2);
    expect(stderr + stdout).toContain(problem);
  });
});
