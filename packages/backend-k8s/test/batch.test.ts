import { spawnSync } from 'node:child_process';
import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type JobSpec, jobKey, type RunId } from '@orchestrate/core';
import fc from 'fast-check';
import { describe, expect, it, onTestFinished } from 'vitest';
import { BatchFiles } from '../src/batch/batch-files.ts';
import { isBatchName, planBatches } from '../src/batch/batch-plan.ts';
import { exitOfCode, ResultsReader } from '../src/batch/batch-results.ts';
import { hasIndex, overOf } from '../src/batch/pod-over.ts';
import { OURS } from '../src/objects.ts';

const RULES = { pods: 4, seconds: 60, least: 3 };

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'k8s-batch-'));
  onTestFinished(() => rmSync(path, { recursive: true }));
  return path;
}

function job(number: number, more: Partial<JobSpec> = {}): JobSpec {
  return {
    key: jobKey('aaaaaaaa' as RunId, number),
    name: `task ${number}`,
    work: { kind: 'command', argv: ['true'] },
    directory: '/tmp',
    environment: {},
    resources: { timeSeconds: 5 },
    logPath: `/tmp/${number}.log`,
    ...more,
  };
}

const jobs = (count: number, more: Partial<JobSpec> = {}): JobSpec[] =>
  Array.from({ length: count }, (_, at) => job(at, more));

describe('jobs that may share pods', () => {
  it.each([
    ['are too few', jobs(2)],
    ['do not say how long they take', jobs(5, { resources: {} })],
    ['take long', jobs(5, { resources: { timeSeconds: 61 } })],
    [
      'are packs of functions',
      jobs(5, {
        work: { kind: 'functions', module: 'm', export: 'f', ordered: false, calls: [{ args: 1 }] },
      }),
    ],
    [
      'have long scripts',
      jobs(5, { work: { kind: 'shell', shell: 'sh', script: ' '.repeat(70_000) } }),
    ],
    ['differ in their environments', jobs(2).concat(jobs(2, { environment: { A: '1' } }))],
  ])('have Jobs of their own where they %s', (_why, given) => {
    expect(planBatches(given, RULES)).toEqual({ batches: [], single: given });
  });

  it('are all in a batch or alone, each once, and batches are of one kind', () => {
    const kinds = fc.array(fc.record({ memory: fc.nat({ max: 2 }), time: fc.nat({ max: 100 }) }));
    fc.assert(
      fc.property(kinds, (given) => {
        const all = given.map(({ memory, time }, at) =>
          job(at, { resources: { timeSeconds: time, memoryBytes: memory } }),
        );
        const { batches, single } = planBatches(all, RULES);
        const planned = [...single, ...batches.flatMap((batch) => batch.jobs)];
        expect(planned.map(({ key }) => key).sort()).toEqual(all.map(({ key }) => key).sort());
        for (const batch of batches) {
          expect(isBatchName(batch.name)).toBe(true);
          expect(batch.pods).toBeLessThanOrEqual(RULES.pods);
          expect(new Set(batch.jobs.map(({ resources }) => JSON.stringify(resources))).size).toBe(
            1,
          );
        }
      }),
    );
  });
});

/** Runs the script of each pod here, as a pod would, and answers exit codes by position. */
function carryOut(
  given: readonly JobSpec[],
  pods: number,
): { codes: Map<number, unknown>; files: BatchFiles; name: string } {
  const [batch] = planBatches(given, { ...RULES, pods, least: 1 }).batches;
  if (batch === undefined) throw new Error('expected a batch');
  const files = new BatchFiles(folder());
  files.write(batch, 1);
  const [program = '', ...args] = files.command(batch.name);
  const codes = new Map<number, unknown>();
  for (let pod = 0; pod < batch.pods; pod += 1) {
    spawnSync(program, args, { env: { ...process.env, JOB_COMPLETION_INDEX: String(pod) } });
    for (const [position, mark] of new ResultsReader(files.results(batch.name, pod)).read())
      codes.set(position, mark);
  }
  return { codes, files, name: batch.name };
}

describe('what a pod runs', () => {
  it('hands over words, folders and logs as they are, whatever is in them', () => {
    const home = folder();
    const texts = fc.array(
      fc.string({ maxLength: 30 }).filter((text) => !text.includes('\0')),
      {
        minLength: 1,
        maxLength: 4,
      },
    );
    fc.assert(
      fc.property(texts, (words) => {
        const logPath = join(home, "a 'log' $HOME");
        const directory = join(home, "it's $(here)");
        mkdirSync(directory, { recursive: true });
        const work = { kind: 'command', argv: ['printf', '%s\\0', ...words] } as const;
        const { codes } = carryOut([job(0, { work, logPath, directory })], 1);
        expect(codes.get(0)).toEqual({ code: 0 });
        expect(readFileSync(logPath, 'utf8')).toBe(words.map((word) => `${word}\0`).join(''));
      }),
      { numRuns: 30 },
    );
  });

  it('goes on after a job that fails, ends one that takes too long, and passes over what was cancelled', () => {
    const home = folder();
    const script = (text: string, at: number): JobSpec =>
      job(at, {
        work: { kind: 'shell', shell: 'sh', script: text },
        logPath: join(home, `${at}.log`),
        resources: { timeSeconds: 1 },
      });
    const { codes } = carryOut([script('exit 3', 0), script('sleep 5', 1), script('echo x', 2)], 1);

    expect(codes.get(0)).toEqual({ code: 3 });
    expect(exitOfCode((codes.get(1) as { code: number }).code, { timeSeconds: 1 })).toMatchObject({
      outcome: 'timeout',
    });
    expect(codes.get(2)).toEqual({ code: 0 });
  });
});

describe('results', () => {
  it('are read as far as their lines are whole, and each once', () => {
    const file = join(folder(), 'results');
    const reader = new ResultsReader(file);
    expect(reader.read()).toEqual([]);
    writeFileSync(file, '0 s\n0 0\n1 s');
    expect(reader.read()).toEqual([
      [0, 'started'],
      [0, { code: 0 }],
    ]);
    appendFileSync(file, '\n1 137\n2 c\nnonsense\n');
    expect(reader.read()).toEqual([
      [1, 'started'],
      [1, { code: 137 }],
      [2, 'cancelled'],
    ]);
    expect(reader.read()).toEqual([]);
  });

  it.each([
    [0, {}, 'succeeded'],
    [1, {}, 'user-error'],
    [124, { timeSeconds: 5 }, 'timeout'],
    [143, { timeSeconds: 5 }, 'timeout'],
    [143, {}, 'user-error'],
    [137, { memoryBytes: 1e9 }, 'out-of-memory'],
    [137, {}, 'user-error'],
  ])('exit code %i with %j is %s', (code, resources, outcome) => {
    expect(exitOfCode(code, resources).outcome).toBe(outcome);
  });
});

describe('a pod of a batch', () => {
  const pod = (index: number, status: object) => ({
    metadata: { name: 'p', labels: { 'batch.kubernetes.io/job-completion-index': String(index) } },
    status,
  });
  const metadata = { name: 'b' };
  const asked = JSON.stringify({ outcome: 'cancelled', message: 'enough' });
  const stopped = {
    metadata: { ...metadata, annotations: { [OURS.cancel]: asked } },
    spec: { suspend: true },
  };

  it('that is not there and may only be unseen is not over', () => {
    const job = { metadata, status: { failedIndexes: '1' } };
    expect(overOf(1, { job, pods: [], isGone: () => false }, true)).toBeUndefined();
  });

  it.each([
    ['runs', { metadata }, [pod(1, { phase: 'Running' })], undefined],
    ['is not there yet', { metadata, status: { active: 3 } }, [], undefined],
    ['has done its work', { metadata }, [pod(1, { phase: 'Succeeded' })], 'lost'],
    [
      'has done its work and is gone',
      { metadata, status: { completedIndexes: '0-1' } },
      [],
      'lost',
    ],
    ['was deleted', { metadata, status: { failedIndexes: '1,3' } }, [], 'preempted'],
    ['was stopped with its Job', stopped, [], 'preempted'],
    ['waits for others to let its Job go on', { metadata, spec: { suspend: true } }, [], undefined],
    [
      'ran too long',
      { metadata },
      [pod(1, { phase: 'Failed', reason: 'DeadlineExceeded' })],
      'timeout',
    ],
    ['is another one', { metadata }, [pod(2, { phase: 'Failed' })], undefined],
    ['lost its Job', undefined, [], 'preempted'],
  ] as const)('that %s', (_what, jobObject, pods, outcome) => {
    expect(overOf(1, { job: jobObject, pods, isGone: () => true }, true)?.running.outcome).toBe(
      outcome,
    );
  });

  it.each([
    ['', 0, false],
    ['0', 0, true],
    ['1,3-5', 4, true],
    ['1,3-5', 2, false],
    [undefined, 1, false],
  ])('of %j has index %i: %s', (ranges, index, expected) => {
    expect(hasIndex(ranges, index)).toBe(expected);
  });
});
