import { isFlowError } from '@orchestrate/core';
import { describe, expect, it } from 'vitest';
import type { Problem } from '../pyyaml/problem.ts';
import type { UpstreamEnsemble } from './model.ts';
import { readUpstream } from './read-upstream.ts';

/** A batch in which nothing is missing, wrong or worth a warning. */
const BATCH = `
  - name: waves
    templatedir: ../template
    templates: [job.sh.j2]
    job_file: job.sh
    cluster: short
    basedir: ./waves
    maxruns: 4
    maxjobs: 2
    runs: [{height: 1.5}]`;

function ensemble(batch = BATCH, more = ''): UpstreamEnsemble {
  return readUpstream(`ensemble:\n  vars: {}\n${more}  batches:${batch}\n`, 'waves.yaml');
}

function lines(problems: readonly Problem[]): readonly string[] {
  return problems.map(({ line, column, path, kind }) => `${line}:${column} ${path} ${kind}`);
}

function problemsOf(read: () => unknown): readonly Problem[] {
  try {
    read();
  } catch (error) {
    expect(isFlowError(error) && error.code).toBe('UPSTREAM_INVALID');
    const { details } = error as { details: { problems: readonly Problem[] } };
    return details.problems.filter(({ severity }) => severity === 'error');
  }
  return [];
}

const refused = (text: string) => problemsOf(() => readUpstream(text, 'waves.yaml'));

const errors = (text: string) =>
  refused(text).map(({ line, column, path, message }) => `${line}:${column} ${path}: ${message}`);

const batchErrors = (lines: string) =>
  problemsOf(() => ensemble(`${BATCH}\n${lines.replace(/^/gm, '    ')}`)).map(
    ({ path, message }) => `${path.replace('ensemble.batches[0].', '')}: ${message}`,
  );

const batchWarnings = (lines: string) =>
  ensemble(`${BATCH}\n${lines.replace(/^/gm, '    ')}`).warnings.map(
    ({ path, kind }) => `${path.replace('ensemble.batches[0].', '')} ${kind}`,
  );

describe('readUpstream', () => {
  it('reads a batch with its runs and no warnings', () => {
    const { batches, warnings, vars } = ensemble();

    expect(warnings).toEqual([]);
    expect(vars.size).toBe(0);
    expect(batches[0]).toMatchObject({
      name: 'waves',
      templates: ['job.sh.j2'],
      jobFile: 'job.sh',
      maxruns: 4,
      maxjobs: 2,
      repeat: false,
    });
    expect(batches[0]?.runs[0]?.parameters.get('height')).toBe(1.5);
    expect(batches[0]?.runs[0]?.place).toMatchObject({ line: 12, column: 12 });
  });

  it('takes each key that a batch lacks from batch_config, whole', () => {
    const read = ensemble(
      '\n  - {name: a, basedir: ./a, runs: [{}], maxjobs: 1, pre_run: []}\n',
      '  batch_config: {templatedir: t, templates: [x.j2], maxruns: 3, maxjobs: 9, pre_run: [{name: execute, args: {cmd: date}}]}\n',
    );

    expect(read.batches[0]).toMatchObject({ templatedir: 't', maxruns: 3, maxjobs: 1 });
    expect(read.batches[0]?.hooks.pre_run).toEqual([]);
  });

  it('reads tasks with their arguments as written', () => {
    const read = ensemble(
      `${BATCH}\n    pre_run:\n    - name: check\n      args: {cmd: test -d data, fail: true}`,
    );
    const [task] = read.batches[0]?.hooks.pre_run ?? [];

    expect(task?.type).toBe('check');
    expect([...(task?.arguments ?? [])].map(([name, { value }]) => [name, value])).toEqual([
      ['cmd', 'test -d data'],
      ['fail', true],
    ]);
  });

  it('accepts what the documentation shows and the schema refuses', () => {
    const text = `$schema: https://example.org/s.json\nensemble:\n  vars: []\n  pre_process:\n  batch_config:\n  batches:${BATCH}\n    pre_batch:\n    post_run: ~\n`;

    expect(lines(readUpstream(text, 'x.yaml').warnings)).toEqual(['3:9 ensemble.vars empty-vars']);
  });

  it('names all required properties that a batch lacks', () => {
    expect(errors('ensemble:\n  batches: [{}]\n')).toEqual([
      '2:13 ensemble.batches[0]: required properties are missing: `name`, `templatedir`, `templates`, `basedir`, `runs`, `maxruns`, `maxjobs`',
    ]);
  });

  it('refuses files without an ensemble', () => {
    expect(errors('')).toEqual(['1:1 : the required property `ensemble` is missing']);
    expect(errors('- 1\n')).toEqual(['1:1 : expected a map, got a list']);
    expect(errors('ensembl: {batches: []}\n')).toEqual([
      '1:1 ensembl: the file has no key `ensembl`; did you mean "ensemble"?',
      '1:1 : the required property `ensemble` is missing',
    ]);
    expect(errors('ensemble: {}\n')).toEqual([
      '1:11 ensemble: the required property `batches` is missing',
    ]);
    expect(errors('ensemble: [\n')[0]).toContain('this is not valid YAML');
  });

  it('refuses name and basedir in batch_config, naming them', () => {
    const text = `ensemble:\n  batch_config: {name: a, basedir: b}\n  batches:${BATCH}${BATCH}\n`;

    expect(errors(text)).toEqual([
      '2:18 ensemble.batch_config.name: `name` cannot stand in batch_config: every batch needs a `name` and a `basedir` of its own',
      '2:27 ensemble.batch_config.basedir: `basedir` cannot stand in batch_config: every batch needs a `name` and a `basedir` of its own',
    ]);
  });

  it('names a wrong default once, however many batches take it', () => {
    const text = `ensemble:\n  batch_config: {ntasks: many}\n  batches:${BATCH}${BATCH}\n`;

    expect(errors(text)).toEqual([
      '2:26 ensemble.batch_config.ntasks: expected a number, got the text "many"',
    ]);
  });

  it.each([
    ['job_file: 12', 'job_file: expected a text, got the whole number 12'],
    ['maxruns: 0', 'maxruns: expected a whole number of 1 or more, got the whole number 0'],
    ['maxjobs: 1.5', 'maxjobs: expected a whole number of 1 or more, got the number 1.5'],
    ['maxjobs: yes', 'maxjobs: expected a whole number of 1 or more, got the truth value True'],
    ['name: 2020-01-01', 'name: expected a text, got the date 2020-01-01'],
    [
      'name: ../up',
      'name: the folders of runs are named `../up-0`, `../up-1`, which leads out of basedir',
    ],
    ['templates: job.sh.j2', 'templates: expected a list, got the text "job.sh.j2"'],
    ['templates: [job.sh]', 'templates[0]: expected a file name that ends in .j2, got "job.sh"'],
    ['templates: [/etc/x.j2]', 'templates[0]: expected a path inside templatedir, got "/etc/x.j2"'],
    ['templates: [a/.j2]', 'templates[0]: expected a file name that ends in .j2, got "a/.j2"'],
    ['templates: [x.j2, y.j2, x.j2]', 'templates[2]: this template is already in the list'],
    ['repeat: 1', 'repeat: expected true or false, got the whole number 1'],
    ['max_runs: 3', 'max_runs: a batch has no key `max_runs`; did you mean "maxruns"?'],
    ['account: x', 'account: a batch has no key `account`'],
    ['length: [1]', 'length: expected a number or a text, got a list'],
    ['runs: {a: 1}', 'runs: expected a list, got a map'],
    ['runs: [1]', 'runs[0]: expected a map, got the whole number 1'],
    [
      'runs: [{my-key: 1}]',
      'runs[0].my-key: `my-key` cannot be a variable of templates: a name has letters, digits and `_` only, and begins with a letter',
    ],
    [
      'runs: [{class: 1}]',
      'runs[0].class: `class` cannot be a variable of templates: `class` is a word of the Python language',
    ],
    [
      'runs: [{_x: 1}]',
      'runs[0]._x: `_x` cannot be a variable of templates: a name may not begin with `_`',
    ],
    [
      'runs: [{on: 1}]',
      'runs[0].on: `on` cannot be a variable of templates: a name must be a text',
    ],
    ['pre_run: {name: check}', 'pre_run: expected a list, got a map'],
    ['pre_run: [{}]', 'pre_run[0]: the required property `name` of a task is missing'],
    ['pre_run: [{name: exec}]', 'pre_run[0].name: there is no task type `exec`'],
    [
      'pre_run: [{name: exekute}]',
      'pre_run[0].name: there is no task type `exekute`; did you mean "execute"?',
    ],
    ['pre_run: [{name: execute}]', 'pre_run[0]: the task `execute` needs the argument `cmd`'],
    [
      'pre_run: [{name: execute, args: {cmd: ~}}]',
      'pre_run[0].args.cmd: the task `execute` needs the argument `cmd`',
    ],
    [
      'pre_run: [{name: execute, args: {cmd: 5}}]',
      'pre_run[0].args.cmd: expected a text, got the whole number 5',
    ],
    [
      'pre_run: [{name: execute, args: {cmd: x, fail: true}}]',
      'pre_run[0].args.fail: the task `execute` has no key `fail`',
    ],
    [
      'pre_run: [{name: execute, arg: {cmd: x}, args: {cmd: x}}]',
      'pre_run[0].arg: a task has no key `arg`; did you mean "args"?',
    ],
    [
      'pre_run: [{name: jobs, args: {limit: few, match: x}}]',
      'pre_run[0].args.limit: expected a whole number, got the text "few"',
    ],
    [
      'post_run: [{name: move, args: {dest: x, include: out}}]',
      'post_run[0].args.include: expected a list of texts, got the text "out"',
    ],
    [
      'post_batch: [{name: move, args: {dest: x}}]',
      'post_batch[0]: `move` needs a run, and post_batch has none',
    ],
    [
      'post_batch: [{name: remove}]',
      'post_batch[0]: `remove` without `directory` needs a run, and post_batch has none',
    ],
    [
      'pre_batch: [{name: execute, args: {cmd: run.sh}}]',
      'pre_batch[0].args.cmd: a text that begins with `run.` stands for an attribute of the run, and pre_batch has no run',
    ],
    [
      'pre_run: [{name: submit, value: x}]',
      'pre_run[0].value: expected a number, got the text "x"',
    ],
  ])('refuses %s', (line, message) => {
    expect(batchErrors(line)).toEqual([message]);
  });

  it('reports everything at once, with file, line and column in the message', () => {
    const text = `ensemble:\n  var: {}\n  batches:${BATCH}\n    maxrun: 2\n    job_file: 3\n`;

    expect(() => readUpstream(text, 'waves.yaml')).toThrow(
      '2 problems, the first: waves.yaml:2:3 ensemble.var: `ensemble` has no key `var`; did you mean "vars"?'.slice(
        2,
      ),
    );
    expect(refused(text)).toHaveLength(3);
  });

  it.each([
    ['length: 12:00:00', ['length base-60-number']],
    ['repeat: yes', ['ensemble.batches[0] repeat', 'repeat word-as-boolean']],
    ['nodes: 010', ['nodes octal-number']],
    ['runs: []', ['ensemble.batches[0] no-runs', 'runs duplicate-key']],
    ['pre_run: [{name: execute, args: {cmd: date}}]', ['pre_run[0] failure-ignored']],
    [
      'post_run: [{name: check, args: {cmd: test -f out, fail: true}}, {name: move, args: {dest: /a}}, {name: remove}]',
      [
        'post_run[1] failure-ignored',
        'post_run[2] failure-ignored',
        'post_run[2] move-then-remove',
      ],
    ],
    [
      'post_run: [{name: execute, args: {cmd: ./post.sh, log: 1}}]',
      [
        'post_run[0] failure-ignored',
        'post_run[0] post-run-after-failure',
        'post_run[0].args.log truth-of-text',
      ],
    ],
    [
      'pre_run: [{name: check, args: {cmd: run.height, cwd: /tmp}}]',
      ['pre_run[0].args.cmd run-reference', 'pre_run[0].args.cwd cwd-ignored'],
    ],
    [
      'pre_run: [{name: check, args: {cmd: run.sh}}]',
      ['pre_run[0].args.cmd run-reference-unknown'],
    ],
    [
      'pre_run: [{name: jobs, args: {limit: 3, match: wav}}]',
      ['pre_run[0].args.match job-name-prefix'],
    ],
    [
      'post_batch: [{name: jobs, args: {limit: 3, match: wav}}]',
      ['post_batch[0] task-outside-run', 'post_batch[0].args.match job-name-prefix'],
    ],
    ['runs: [{id: 7}]', ['runs duplicate-key', 'runs[0] automatic-name']],
  ])('warns of %s', (line, expected) => {
    const found = batchWarnings(line).filter((warning) => !warning.startsWith('repeat duplicate'));

    expect(found.toSorted()).toEqual(expected.toSorted());
  });

  it('warns of a batch without a cluster, unless vars or every run name one', () => {
    const batch = BATCH.replace('    cluster: short\n', '');
    const inRuns = batch.replace('height: 1.5', 'cluster: long');

    expect(lines(ensemble(batch).warnings)).toEqual(['4:5 ensemble.batches[0] cluster-missing']);
    expect(ensemble(inRuns).warnings).toEqual([]);
    expect(lines(ensemble(`${BATCH}${batch.replaceAll('waves', 'tides')}`).warnings)).toEqual([
      '13:5 ensemble.batches[1] cluster-missing',
      '13:5 ensemble.batches[1] leaked-value',
    ]);
  });

  it('warns of the first run of a batch that would read what another run left', () => {
    const runs = BATCH.replace('[{height: 1.5}]', '[{a: 1, b: 2}, {a: 2}, {b: 3}, {a: 1}]');
    const { warnings } = ensemble(`${runs}${BATCH.replaceAll('waves', 'tides')}`);

    expect(warnings.map(({ path, message }) => `${path}: ${message}`)).toEqual([
      'ensemble.batches[0].runs[1]: run waves-1 has no `b`; upstream keeps that of run waves-0',
      'ensemble.batches[0].runs[2]: run waves-2 has no `a`; upstream keeps that of run waves-1',
      'ensemble.batches[1].runs[0]: run tides-0 has no `a`; upstream keeps that of run waves-3',
      'ensemble.batches[1].runs[0]: run tides-0 has no `b`; upstream keeps that of run waves-2',
    ]);
  });

  it('warns of batches whose jobs or folders are taken for those of another', () => {
    const more = BATCH.replace('name: waves', 'name: waves2');

    expect(lines(ensemble(`${BATCH}${more}`).warnings)).toEqual([
      '13:5 ensemble.batches[1] job-name-prefix',
    ]);
    expect(lines(ensemble(`${BATCH}${BATCH}`).warnings)).toEqual([
      '13:5 ensemble.batches[1] batch-name-twice',
    ]);
  });

  it('warns of variables that batch keys hide', () => {
    const read = readUpstream(`ensemble:\n  vars: {repeat: 5}\n  batches:${BATCH}\n`, 'x.yaml');

    expect(lines(read.warnings)).toEqual(['4:5 ensemble.batches[0] hidden-variable']);
  });
});
