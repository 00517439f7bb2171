import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { PyDateTime } from '../src/python/value.ts';
import { memberContext } from '../src/upstream/member-context.ts';
import type { UpstreamEnsemble } from '../src/upstream/model.ts';
import { readUpstream } from '../src/upstream/read-upstream.ts';

const FIXTURES = join(import.meta.dirname, 'fixtures/upstream');
const place = mkdtempSync(join(tmpdir(), 'upstream-fixtures-'));
cpSync(FIXTURES, place, { recursive: true, verbatimSymlinks: true });
afterAll(() => rmSync(place, { recursive: true, force: true }));

const ORACLE = JSON.parse(readFileSync(join(FIXTURES, 'oracle.json'), 'utf8')) as {
  readonly ensembles: Readonly<Record<string, { readonly runs: object }>>;
};

function read(file: string): UpstreamEnsemble {
  return readUpstream(readFileSync(join(place, file), 'utf8'), file);
}

function start(script: string, args: readonly string[]): void {
  execFileSync(join(place, script), [...args, 'true']);
}

/** Each kind of warning and how often it came. */
function kinds({ warnings }: UpstreamEnsemble): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const { kind } of warnings) counts[kind] = (counts[kind] ?? 0) + 1;
  return counts;
}

describe('configurations in the form of model-ensembler', () => {
  it.each(Object.keys(ORACLE.ensembles))(
    'finds the runs that model-ensembler made of %s',
    (file) => {
      const { batches } = read(file);

      const folders = batches.flatMap((batch) =>
        batch.runs.map((_, index) => join(batch.basedir, `${batch.name}-${index}`)),
      );
      expect(folders.toSorted()).toEqual(
        Object.keys(ORACLE.ensembles[file]?.runs ?? {}).toSorted(),
      );
    },
  );

  it('warns of nothing that the small ones do not rely on', () => {
    expect(kinds(read('sanity.yml'))).toEqual({
      'failure-ignored': 6,
      'post-run-after-failure': 1,
    });
    expect(kinds(read('with-schema.yaml'))).toEqual({});
  });

  it.each([
    ['job-file-number.yaml', 'job_file: expected a text, got the whole number 42'],
    ['empty-batch.yaml', 'required properties are missing: `name`'],
    ['names-in-batch-config.yaml', '`name` cannot stand in batch_config'],
  ])('refuses %s', (file, message) => {
    expect(() => read(join('invalid', file))).toThrow(
      expect.objectContaining({
        code: 'UPSTREAM_INVALID',
        message: expect.stringContaining(message) as string,
      }),
    );
  });

  it('reads the grid of the glacier with everything it relies on', () => {
    start('glacier/start.sh', ['grid', 'template', join(place, 'archive')]);

    const ensemble = read('glacier/grid.yaml');
    const [batch] = ensemble.batches;

    expect(batch?.runs).toHaveLength(90);
    expect(batch?.runs[0]?.parameters.get('depth')).toBe(100);
    expect(batch?.repeat).toBe(true);
    expect(kinds(ensemble)).toEqual({ repeat: 1, 'failure-ignored': 2, 'move-then-remove': 1 });
  });

  it('reads what the wrapper of the floes fills in', () => {
    start('floes/start.sh', ['train', 'arctic', 'none', 'floes', '42,46,17']);

    const ensemble = read('floes/arctic.train.yaml');
    const batch = ensemble.batches[0]!;
    const extra = new Map([['shuffle', 'true']]);
    const run = memberContext(ensemble, batch, { index: 2, basedir: '/x', extra });

    expect(['seed', 'shuffle', 'ntasks', 'length'].map((name) => run.attribute(name))).toEqual([
      17n,
      'true',
      4n,
      '1-00:00:00',
    ]);
    expect(kinds(ensemble)).toEqual({ 'exponent-as-text': 1, 'failure-ignored': 1 });
  });

  it('keeps dates of the predictions as Python has them', () => {
    start('floes/start.sh', ['predict', 'may', 'arctic', 'floes', '1']);

    const ensemble = read('floes/may.predict.yaml');

    expect(ensemble.vars.get('started')).toBeInstanceOf(PyDateTime);
    expect(kinds(ensemble)).toEqual({
      'date-as-object': 1,
      'failure-ignored': 2,
      'word-as-boolean': 1,
    });
  });
});
