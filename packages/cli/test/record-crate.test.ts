import { type RunId, storageKeyProblem } from '@orchestrate/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { crateOf } from '../src/record/crate.ts';
import type { CrateParts } from '../src/record/crate-types.ts';
import type { OutputLine } from '../src/record/output-lines.ts';
import { MOST_LISTED, OutputTally } from '../src/record/output-tally.ts';
import { ParameterTally } from '../src/record/parameter-tally.ts';
import type { RunFacts } from '../src/record/run-facts.ts';
import { AttemptFold } from '../src/report/attempts.ts';
import { RunIndex } from '../src/report/run-tasks.ts';
import { CrateRules, type Metadata } from './record-crate-rules.ts';

const RUN = 'k3xk3xk3' as RunId;
const BEGAN = Date.UTC(2026, 4, 4, 10);

const VIEW: RunFacts['view'] = {
  run: RUN,
  name: 'melt',
  beganAt: BEGAN,
  through: 3,
  sets: [],
  total: 2,
  counts: { succeeded: 2 },
  liveJobs: 0,
  startedJobs: 0,
  waits: [],
  paused: [],
  refused: [],
  tasksPerSecond: 0,
  failures: [],
};

const FACTS: RunFacts = {
  line: { run: RUN, name: 'melt', beganAt: BEGAN, endedAt: BEGAN + 5000, state: 'succeeded' },
  head: {
    project: 'melt',
    run: RUN,
    state: 'succeeded',
    beganAt: BEGAN,
    lastAt: BEGAN + 5000,
    seconds: 5,
    ledSeconds: 5,
    tasks: 2,
    counts: { succeeded: 2 },
    leaders: [{ host: 'login 1', pid: 7, from: BEGAN, to: BEGAN + 5000, isOrderly: true }],
    restarts: 0,
    version: '1.2.3',
  },
  view: VIEW,
  index: new RunIndex({
    view: VIEW,
    plan: { limits: {}, sets: [] },
    tasks: [],
    attempts: [],
    lastAt: BEGAN,
  }),
  attempts: new AttemptFold(),
  projectDigest: 'ab'.repeat(32),
  graphDigest: 'cd'.repeat(32),
  project: { name: 'melt' },
  kept: {},
  software: {
    orchestrate: '1.2.3',
    node: '24.0.0',
    plugins: [
      { kind: 'storage', name: 'odd', package: './a plugin "of mine".ts' },
      { kind: 'backend', name: 'local', package: '@orchestrate/backend-local', version: '1.2.3' },
      { kind: 'storage', name: 'local', package: '@orchestrate/storage-local', version: '1.2.3' },
    ],
  },
  tasks: () => [],
  nameOf: String,
};

function lineOf(part: Partial<OutputLine>): OutputLine {
  return {
    task: 'sweep.solve/n=1',
    output: 'csv',
    address: 'archive:m/1.csv',
    bytes: 27,
    generation: '1',
    check: 'same',
    ...part,
  };
}

/** The metadata as a reader gets them: what JSON leaves out is not there. */
function readBack(part: Partial<CrateParts>, lines: readonly OutputLine[]): Metadata {
  const outputs = new OutputTally();
  for (const line of lines) outputs.add(line);
  const files = ['project.yaml', 'plan.json', 'outputs.ndjson', 'run.json', 'report.html'].map(
    (name) => ({ name, bytes: 10, sha256: 'ef'.repeat(32) }),
  );
  const parts = { facts: FACTS, files, outputs, parameters: [], recordedAt: BEGAN + 6000, ...part };
  return JSON.parse(JSON.stringify(crateOf(parts))) as Metadata;
}

function entity(metadata: Metadata, id: string) {
  return metadata['@graph'].find((one) => one['@id'] === id);
}

const anyText = fc.string({ unit: 'binary', minLength: 1, maxLength: 40 });
const anyKey = fc
  .array(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 }), {
    minLength: 1,
    maxLength: 4,
  })
  .map((parts) => parts.join('/'))
  .filter((key) => storageKeyProblem(key) === undefined && !/^[\\~]|^[a-z]:[/\\]/i.test(key));

describe('the metadata of a record', () => {
  it('keep the rules of RO-Crate and of the profile, whatever tasks, outputs and parameters are called', () => {
    const anyLine = fc.record({
      task: anyText,
      output: anyText,
      key: anyKey,
      isFolder: fc.boolean(),
    });
    const anyParameters = fc.dictionary(anyText, fc.jsonValue(), { maxKeys: 4 });
    fc.assert(
      fc.property(fc.array(anyLine), fc.array(anyParameters), anyText, (found, given, license) => {
        const lines = found.map(({ key, isFolder, ...names }) =>
          lineOf({ ...names, address: `archive:${key}${isFolder ? '/' : ''}` }),
        );
        const parameters = new ParameterTally();
        for (const one of given) parameters.add('sweep', JSON.parse(JSON.stringify(one)));
        const metadata = readBack({ parameters: parameters.parameters, license }, lines);

        expect(new CrateRules(metadata).check()).toEqual([]);
      }),
    );
  });

  it('name a task that failed, and how', () => {
    const failure = { failure: 'timeout' as const, message: 'took longer than 5 min' };
    const failed = {
      task: 0,
      name: 'sweep.solve/n=1',
      set: 'sweep.solve',
      index: 0,
      state: 'failed' as const,
      attempts: 2,
      failure,
      logPaths: [],
    };
    const facts: RunFacts = {
      ...FACTS,
      view: { ...VIEW, failures: [failed] },
      head: { ...FACTS.head, state: 'failed', counts: { failed: 1, succeeded: 1 } },
    };
    const metadata = readBack({ facts }, []);

    expect(new CrateRules(metadata).check()).toEqual([]);
    expect(entity(metadata, '#run/k3xk3xk3')).toMatchObject({
      actionStatus: 'http://schema.org/FailedActionStatus',
      error: '1 task failed; first sweep.solve/n=1 (timeout): took longer than 5 min',
      endTime: '2026-05-04T10:00:05.000+00:00',
    });
  });

  it('point to an output by an absolute URI, with its size and digest', () => {
    const sha256 = '0f'.repeat(32);
    const metadata = readBack({}, [lineOf({ address: 'archive:m/a b#1.csv', sha256 })]);

    expect(entity(metadata, 'orchestrate:archive/m/a%20b%231.csv')).toEqual({
      '@id': 'orchestrate:archive/m/a%20b%231.csv',
      '@type': 'File',
      name: 'm/a b#1.csv',
      identifier: 'archive:m/a b#1.csv',
      description: 'Output csv of task sweep.solve/n=1.',
      encodingFormat: 'text/csv',
      contentSize: '27',
      sha256,
    });
  });

  it('name folders in the place of more outputs than can be listed', () => {
    const lines = Array.from({ length: MOST_LISTED + 1 }, (_, at) => [
      lineOf({ task: `f.a/${at}`, address: `archive:out/a/${at % 7}/${at}.csv`, bytes: 2 }),
      lineOf({ task: `f.b/${at}`, address: `archive:${at}.csv`, bytes: 1 }),
    ]).flat();
    const metadata = readBack({}, lines);

    expect(new CrateRules(metadata).check()).toEqual([]);
    expect(entity(metadata, 'orchestrate:archive/out/a/')).toMatchObject({
      '@type': 'Dataset',
      contentSize: '20002',
      description: 'Holds 10001 outputs of the run; outputs.ndjson names each.',
    });
    expect(entity(metadata, 'orchestrate:archive/')).toMatchObject({ contentSize: '10001' });
    expect(metadata['@graph'].length).toBeLessThan(40);
  });

  it.each([
    ['CC-BY-4.0', { '@id': 'https://spdx.org/licenses/CC-BY-4.0' }],
    ['https://example.org/terms', { '@id': 'https://example.org/terms' }],
    ['ask the group first', 'ask the group first'],
    [undefined, undefined],
  ])('say the licence %j as the project does, and invent none', (license, expected) => {
    const metadata = readBack(license === undefined ? {} : { license }, []);

    expect(entity(metadata, './')?.['license']).toEqual(expected);
    expect(new CrateRules(metadata).check()).toEqual([]);
  });
});

describe('the rules', () => {
  it('notice what is missing and what leads nowhere', () => {
    const metadata = readBack({}, [lineOf({})]);
    const without = (id: string): Metadata => ({
      ...metadata,
      '@graph': metadata['@graph'].filter((one) => one['@id'] !== id),
    });

    expect(new CrateRules(without('#language')).check()).toContain('#language is described');
    expect(new CrateRules(without('./')).check()).toContain('the root is a Dataset');
    expect(new CrateRules(without('orchestrate:archive/m/1.csv')).check()).toContain(
      'orchestrate:archive/m/1.csv is described',
    );
    expect(new CrateRules(without('#run/k3xk3xk3')).check()).toContain('there is one action');
  });
});
