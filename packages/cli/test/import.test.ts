import { cpSync, existsSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { Project } from './command-line.ts';

const FIXTURES = fileURLToPath(
  new URL('../../flows-ensemble/test/fixtures/upstream', import.meta.url),
);
const PACKAGES = fileURLToPath(new URL('../..', import.meta.url));

/** The fixtures in a folder of their own, with the plugin installed, placeholders filled in. */
function project(fill: Readonly<Record<string, string>> = {}): Project {
  const made = new Project({});
  cpSync(FIXTURES, made.folder, { recursive: true, verbatimSymlinks: true });
  mkdirSync(join(made.folder, 'node_modules'));
  mkdirSync(join(made.folder, 'node_modules/@orchestrate'));
  for (const name of ['core', 'steps', 'flows-ensemble']) {
    symlinkSync(join(PACKAGES, name), join(made.folder, 'node_modules/@orchestrate', name));
  }
  for (const file of [
    'glacier/ensemble/grid.yaml',
    'floes/train.tmpl.yaml',
    'floes/predict.tmpl.yaml',
  ]) {
    const text = readFileSync(join(made.folder, file), 'utf8');
    const filled = Object.entries(fill).reduce(
      (all, [name, value]) => all.replaceAll(name, value),
      text,
    );
    made.write(file, filled);
  }
  return made;
}

const FILL = {
  NAME: 'may',
  TEMPLATE: 'template',
  ARCHIVE: '/tmp/archive',
  DATASET: 'arctic',
  LOADER: 'floes',
  SEEDS: '{seed: 42}, {seed: 46}, {seed: 17}',
  MAXJOBS: '2',
  NTASKS: '4',
};

const GOOD = [
  'sanity.yml',
  'single.yaml',
  'two-batches.yaml',
  'sequence.yaml',
  'with-schema.yaml',
  'glacier/ensemble/grid.yaml',
  'floes/train.tmpl.yaml',
  'floes/predict.tmpl.yaml',
];

describe('import model-ensembler', { timeout: 120_000 }, () => {
  it.each(GOOD)('makes projects of %s that are valid', async (file) => {
    using folder = project(FILL);
    // Those of one user each are projects of their own.
    const home = file.includes('/') ? dirname(file).split('/')[0] : '.';
    const words = ['import', 'model-ensembler', file, '-o'];

    const plain = await folder.call(...words, `${home}/project.yaml`);
    const native = await folder.call(
      ...words,
      `${home}/native.yaml`,
      '--to-native',
      '--report',
      'native.md',
    );
    const check = (name: string) =>
      folder.start(['validate', '-c', `${home}/${name}`], { USER: 'modeller' }).ended;
    const checks = [await check('project.yaml'), await check('native.yaml')];

    expect([plain.stderr, plain.code]).toEqual(['', 0]);
    expect([native.stderr, native.code]).toEqual(['', 0]);
    expect(checks.map(({ code, stdout }) => [code, stdout])).toEqual([
      [0, expect.stringContaining('is valid')],
      [0, expect.stringContaining('is valid')],
    ]);
    expect(readFileSync(join(folder.folder, 'native.md'), 'utf8')).toContain('## To decide');
  });

  it.each([
    ['invalid/job-file-number.yaml', 'job_file: expected a text, got the whole number 42'],
    ['invalid/empty-batch.yaml', 'required properties are missing'],
    ['invalid/names-in-batch-config.yaml', 'cannot stand in batch_config'],
  ])('refuses %s with its problems at their places', async (file, message) => {
    using folder = project();

    const { code, stderr } = await folder.call('import', 'model-ensembler', file);

    expect(code).toBe(2);
    expect(stderr).toContain(`${file}:`);
    expect(stderr.replaceAll(/\s+/g, ' ')).toContain(message);
    expect(existsSync(join(folder.folder, 'project.yaml'))).toBe(false);
  });

  it('runs what it made, as it is and in the words of Orchestrate', async () => {
    using folder = project();
    await folder.call('import', 'model-ensembler', 'sequence.yaml');
    await folder.call('import', 'model-ensembler', 'sanity.yml', '--to-native', '-o', 'two.yaml');

    const plain = await folder.call('run', '--only', 'season.0-1');
    const native = await folder.call('run', '-c', 'two.yaml');
    const settings = readFileSync(join(folder.folder, 'season/season-1/settings.nml'), 'utf8');

    expect([plain.code, settings]).toEqual([0, expect.stringContaining('14')]);
    expect(existsSync(join(folder.folder, 'season/season-0/post_run.keep'))).toBe(true);
    expect(existsSync(join(folder.folder, 'season/season-2'))).toBe(false);
    expect(native.stderr).toMatch(/sanity\.job +6 +6/);
    expect(existsSync(join(folder.folder, 'sanity/sanity-5/post_run.keep'))).toBe(true);
  });

  it('overwrites nothing unless told to, and says what it found as JSON', async () => {
    using folder = project();
    folder.write('project.yaml', 'name: mine\n');

    const refused = await folder.call('import', 'model-ensembler', 'sanity.yml');
    const wasWritten = existsSync(join(folder.folder, 'sanity.import.md'));
    const forced = await folder.call(
      'import',
      'model-ensembler',
      'sanity.yml',
      '--force',
      '--json',
    );

    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain('CLI_FILE_EXISTS');
    expect(wasWritten).toBe(false);
    expect(forced.code).toBe(0);
    expect(JSON.parse(forced.stdout)).toMatchObject({
      findings: [{ kind: 'failure-ignored' }, { kind: 'post-run-after-failure' }],
    });
    expect(readFileSync(join(folder.folder, 'project.yaml'), 'utf8')).toContain('file: sanity.yml');
  });

  it('names the command that installs the plugin, and files that are not there', async () => {
    using folder = new Project({ 'old.yml': 'ensemble: {}\n' });

    const missing = await folder.call('import', 'model-ensembler', 'old.yml');
    const lost = await folder.call('import', 'model-ensembler', 'odl.yml');
    const outside = await folder.call('import', 'model-ensembler', '../old.yml');

    expect(missing.stderr).toContain('npm install @orchestrate/flows-ensemble');
    expect(lost.stderr).toContain('CLI_UNREADABLE');
    expect(outside.stderr).toContain('outside');
    expect([missing.code, lost.code, outside.code]).toEqual([2, 2, 2]);
  });
});
