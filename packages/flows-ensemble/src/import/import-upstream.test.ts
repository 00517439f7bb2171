import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { importUpstream } from '../import.ts';
import { FINDING_KINDS, findingKind } from './finding-kinds.ts';

interface Written {
  readonly flows: Readonly<
    Record<string, { readonly needs?: unknown; readonly with: Readonly<Record<string, unknown>> }>
  >;
}

interface Shape {
  readonly vars?: string;
  readonly more?: string;
  readonly batch?: string;
}

/** A configuration with one batch of the runs given. */
function configuration(runs: string, { vars = '{}', more = '', batch = '' }: Shape = {}): string {
  return [
    'ensemble:',
    `  vars: ${vars}`,
    '  pre_process: []',
    '  post_process: []',
    '  batches:',
    '  - name: sens',
    '    templatedir: ../template',
    '    templates: [run.sh.j2]',
    '    job_file: run.sh',
    '    cluster: short',
    '    basedir: ./runs',
    '    maxruns: 3',
    '    maxjobs: 2',
    `    runs: ${runs}`,
    ...batch.split('\n').map((line) => `    ${line}`),
    more,
  ].join('\n');
}

function nativeText(runs: string, shape?: Shape): string {
  return importUpstream(configuration(runs, shape), 'old.yml', { native: true }).project;
}

/** Options of the one native ensemble. */
function native(runs: string, shape?: Shape): Readonly<Record<string, unknown>> {
  const { flows } = parse(nativeText(runs, shape)) as Written;
  return flows['sens']?.with ?? {};
}

describe('a project of a configuration', () => {
  it('names the file, where it was started, and whether folders are there', () => {
    const text = configuration('[{depth: 1}]');

    expect(parse(importUpstream(text, 'conf/old.yml').project)).toEqual({
      name: 'old',
      plugins: ['@orchestrate/flows-ensemble'],
      flows: { old: { use: 'ensemble', with: { file: 'conf/old.yml' } } },
    });
    const set = importUpstream(text, '2020 wet.yml', { launch: 'conf', pickup: true });
    expect(parse(set.project)).toMatchObject({
      flows: { wet: { with: { file: '2020 wet.yml', launch: 'conf', pickup: true } } },
    });
    expect([set.templates, set.runs]).toEqual([['template'], ['runs/sens-0']]);
  });

  it('is refused with all problems when the configuration is broken', () => {
    const broken = configuration('[{depth: 1}]', { more: '    tempaltes: []' }).replace(
      'maxjobs: 2',
      'maxjobs: 0',
    );

    expect(() => importUpstream(broken, 'old.yml')).toThrow(
      expect.objectContaining({
        code: 'UPSTREAM_INVALID',
        details: {
          problems: [
            expect.objectContaining({ kind: 'wrong-type', line: 13 }),
            expect.objectContaining({ kind: 'unknown-key', line: 16 }),
          ],
        },
      }),
    );
  });
});

describe('parameters of a native ensemble', () => {
  it('are a matrix where the runs are a full grid, numbers in their form', () => {
    const text = nativeText(
      '[{a: 100.0, b: x}, {a: 100.0, b: y}, {a: 250.0, b: x}, {a: 250.0, b: y}]',
      { vars: '{model: v2, rate: 1.0e-4}' },
    );

    expect(text).toContain('matrix:\n        a: [100.0, 250.0]\n        b: [x, "y"]\n');
    expect(text).toContain('rate: 0.0001');
    expect(text).toContain('model: v2');
  });

  it('find the axis that varies fastest whatever the order of names', () => {
    const { matrix } = native('[{b: 1, a: 7}, {b: 2, a: 7}, {b: 1, a: 8}, {b: 2, a: 8}]');

    expect(Object.keys(matrix as object)).toEqual(['a', 'b']);
  });

  it('are a range where values are evenly spaced and a range has their form', () => {
    const runs = (values: readonly string[]): string =>
      `[${values.map((value) => `{a: ${value}}`).join(', ')}]`;

    expect(nativeText(runs(['0.1', '0.2', '0.3', '0.4']))).toContain(
      'a: { range: [0.1, 0.4, 0.1] }',
    );
    expect(nativeText(runs(['4', '3', '2', '1']))).toContain('a: { range: [4, 1, -1] }');
    expect(nativeText(runs(['1', '2', '3', '4']))).toContain('a: { range: [1, 4] }');
    expect(nativeText(runs(['9.5', '10.0', '10.5', '11.0']))).toContain(
      'a: { range: [9.5, 11.0, 0.5] }',
    );
    expect(nativeText(runs(['0.1', '0.15', '0.2', '0.25']))).toContain('a: [0.1, 0.15, 0.2, 0.25]');
    expect(nativeText(runs(['1', '2', '3', '5']))).toContain('a: [1, 2, 3, 5]');
    expect(nativeText(runs(['1', '2.0', '3', '4']))).toContain('a: [1, 2.0, 3, 4]');
  });

  it('are zipped otherwise, with values of `vars` for runs that have none of their own', () => {
    const { zip, parameters } = native('[{a: 1, b: 5}, {a: 2}, {a: 2, b: 7}]', {
      vars: '{b: 6, c: 1}',
    });

    expect(zip).toEqual({ b: [5, 6, 7], a: [1, 2, 2] });
    expect(parameters).toEqual({ c: 1, cluster: 'short' });
  });

  it('tell runs apart by a number where nothing else does', () => {
    expect(native('[{}, {}, {}]')['zip']).toEqual({ replicate: [0, 1, 2] });
  });

  it('say where a value is missing or of a type that is not there', () => {
    const { decisions } = importUpstream(
      configuration('[{a: 1, d: 2020-01-01 06:00:00}, {d: 2020-01-02 06:00:00}]'),
      'old.yml',
      { native: true },
    );

    expect(decisions.join('\n')).toContain('some runs of batch sens have no `a`');
    expect(decisions.join('\n')).toContain('`d` of batch sens holds a date');
  });
});

describe('hooks of a native ensemble', () => {
  it('keep order, place and meaning of commands', () => {
    const options = native('[{a: 1}, {a: 2}]', {
      batch: [
        'pre_batch: [{name: execute, args: {cmd: "mkdir x; touch y"}}]',
        'pre_run:',
        '- {name: check, args: {cmd: "test -d {{x"}}',
        '- {name: check, args: {cmd: "test -s in", fail: true}}',
        '- {name: quota, args: {atleast: 1024}}',
        'post_run:',
        '- {name: execute, args: {cmd: run.a}}',
        '- {name: remove}',
      ].join('\n'),
    });

    expect(options).toMatchObject({
      template: 'template',
      render: ['run.sh.j2'],
      directory: 'runs/sens-{{ member.index }}',
      job: 'run.sh',
      members: 3,
      jobs: 2,
      before: [{ run: ['bash', '-c', 'mkdir x; touch y'], dir: 'runs' }],
      pre: [
        { check: "test -d {{ '{{' }}x", every: '30s', patience: '30d' },
        { check: 'test -s in', patience: '0s' },
        { quota: { sources: [{ use: 'quota', atLeast: '1024Ki' }] } },
      ],
      post: [{ run: "{{ parameters['a'] }}" }],
    });
    expect(options).not.toHaveProperty('archive');
  });

  it('make an archive of a copy that is followed by a removal, and of a repetition a resubmission', () => {
    const options = native('[{a: 1}]', {
      batch: [
        'repeat: true',
        'pre_run: [{name: check, args: {cmd: ./todo, fail: true}}]',
        'post_run:',
        '- {name: check, args: {cmd: test -f outfile, fail: true}}',
        '- {name: move, args: {dest: "/archive/${USER}", exclude: ["*.tmp"]}}',
        '- {name: remove}',
        'post_batch: [{name: check, args: {cmd: ./left, fail: true}}]',
      ].join('\n'),
    });

    expect(options).toMatchObject({
      success: 'test -f outfile',
      resubmit: { attempts: 20, on: ['timeout'] },
      archive: {
        to: '/archive/${env:USER}/sens-{{ member.index }}',
        exclude: ['*.tmp'],
        remove: true,
        disposable: ['*.tmp'],
      },
    });
    expect(Object.keys(options)).not.toEqual(expect.arrayContaining(['pre']));
    expect(Object.keys(options)).not.toEqual(expect.arrayContaining(['after']));
  });
});

describe('the report of an import', () => {
  it('has every warning at its place, by kind, the worst first', () => {
    const text = configuration('[{a: 010, t: 12:30:00}, {a: 1}]', {
      batch: 'post_run: [{name: move, args: {dest: "/x|y"}}, {name: remove}]',
    });

    const { report, findings } = importUpstream(text, 'old.yml');

    expect(findings.map(({ kind }) => kind)).toEqual([
      'move-then-remove',
      'failure-ignored',
      'post-run-after-failure',
      'leaked-value',
      'base-60-number',
      'octal-number',
    ]);
    expect(report).toContain('# What old.yml relies on\n');
    expect(report.indexOf('## Data or results at risk')).toBeLessThan(
      report.indexOf('## Other values than one would expect'),
    );
    expect(report).toMatch(/\| `old\.yml:14:\d+` `ensemble\.batches\[0\]\.runs\[0\]\.t` \| /);
  });

  it('knows every kind of warning that the reference describes', () => {
    const page = readFileSync(
      join(import.meta.dirname, '../../../../docs/reference/errors/model-ensembler.md'),
      'utf8',
    );
    const kinds = [...page.matchAll(/^\| ((?:`[a-z0-9-]+`(?:, )?)+) \|/gm)].flatMap(
      ([, cell = '']) => [...cell.matchAll(/`([a-z0-9-]+)`/g)].map(([, kind = '']) => kind),
    );

    expect([...FINDING_KINDS].sort()).toEqual(kinds.sort());
    expect(findingKind('something-new').title).toBe('something-new');
  });
});
