import { execFileSync, spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const root = resolve(import.meta.dirname, '..');
const OURS = [
  'core',
  'engine',
  'cli',
  'runner',
  'backend-local',
  'staging',
  'storage-local',
  'zarr',
];

interface Manifest {
  readonly dependencies?: Readonly<Record<string, string>>;
}

let home = '';
let consumer = '';

function manifestIn(folder: string): Manifest {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest;
}

/** Folders of everything foreign that packages need, all of it installed here already. */
function foreignFolders(folders: readonly string[]): readonly string[] {
  const found = new Set<string>();
  const visit = (folder: string): void => {
    for (const name of Object.keys(manifestIn(folder).dependencies ?? {})) {
      const inside = join(folder, 'node_modules', name);
      const at = existsSync(inside) ? inside : join(root, 'node_modules', name);
      if (name.startsWith('@orchestrate/') || found.has(at)) continue;
      found.add(at);
      visit(at);
    }
  };
  for (const folder of folders) visit(folder);
  return [...found];
}

function npm(cwd: string, ...args: readonly string[]): string {
  const quiet = ['--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  return execFileSync('npm', [...args, ...quiet], { cwd, encoding: 'utf8' });
}

/** Builds the example as its author does, against the packages as they are published. */
function builtPlugin(): string {
  const author = join(home, 'author');
  cpSync(join(root, 'examples', 'third-party-plugin'), author, { recursive: true });
  symlinkSync(join(root, 'node_modules'), join(author, 'node_modules'));
  const compiler = join(root, 'node_modules', '.bin', 'tsc');
  execFileSync(compiler, ['-p', 'tsconfig.json'], { cwd: author, stdio: 'inherit' });
  rmSync(join(author, 'node_modules'));
  return author;
}

function orchestrate(...args: readonly string[]) {
  const bin = join(consumer, 'node_modules', '@orchestrate', 'cli', 'dist', 'bin.js');
  return spawnSync(process.execPath, [bin, ...args], { cwd: consumer, encoding: 'utf8' });
}

beforeAll(() => {
  const ours = OURS.map((name) => join(root, 'packages', name));
  for (const folder of ours)
    if (!existsSync(join(folder, 'dist', 'index.js')))
      throw new Error(`${folder} is not built: npm run build`);
  home = mkdtempSync(join(tmpdir(), 'third-party-plugin-'));
  consumer = join(home, 'consumer');
  const tarballs = join(home, 'tarballs');
  mkdirSync(consumer);
  mkdirSync(tarballs);
  const plugin = builtPlugin();
  const folders = [...ours, plugin, ...foreignFolders([...ours, plugin])];
  npm(root, 'pack', '--pack-destination', tarballs, ...folders);
  writeFileSync(join(consumer, 'package.json'), '{ "private": true }\n');
  npm(
    consumer,
    'install',
    '--offline',
    ...readdirSync(tarballs).map((name) => join(tarballs, name)),
  );
}, 180_000);

afterAll(() => {
  rmSync(home, { recursive: true, force: true });
});

const PROJECT = `name: polite
plugins: [orchestrate-plugin-nice]
backends:
  background: { use: nice, slots: 2, niceness: 7 }
flows:
  greet:
    use: repeat
    backend: background
    with: { command: [sh, -c, 'nice > said-{n}'], times: 5 }
`;

describe('a third-party plugin, installed from tarballs into an empty folder', () => {
  it('brings one core and nothing of ours that is not needed', () => {
    const scope = join(consumer, 'node_modules', '@orchestrate');

    expect(readdirSync(scope).sort()).toEqual([...OURS].sort());
    expect(existsSync(join(scope, 'cli', 'node_modules'))).toBe(false);
    expect(readdirSync(join(consumer, 'node_modules', 'orchestrate-plugin-nice')).sort()).toEqual([
      'README.md',
      'dist',
      'package.json',
    ]);
  });

  it('runs a project', () => {
    writeFileSync(join(consumer, 'project.yaml'), PROJECT);
    const { status, stderr } = orchestrate('run', '--config', 'project.yaml');

    expect(stderr.replaceAll(/^\{.*$/gm, '')).not.toMatch(/error [A-Z]+_/);
    expect(status).toBe(0);
    const own = Number(execFileSync('nice', { encoding: 'utf8' }));
    for (let n = 1; n <= 5; n += 1)
      expect(Number(readFileSync(join(consumer, `said-${n}`), 'utf8'))).toBe(own + 7);
  }, 60_000);

  it('has its options checked before anything runs, with the place in the file', () => {
    writeFileSync(join(consumer, 'wrong.yaml'), PROJECT.replace('niceness', 'nicenes'));
    const { status, stdout, stderr } = orchestrate('run', '--config', 'wrong.yaml');

    expect(status).toBe(2);
    expect(stdout + stderr).toMatch(/wrong\.yaml:4:\d+/);
    expect(stdout + stderr).toContain('niceness');
  }, 60_000);

  it('counts a failed task as a failed run', () => {
    writeFileSync(join(consumer, 'fails.yaml'), PROJECT.replace('nice > said-{n}', 'exit 3'));

    expect(orchestrate('run', '--config', 'fails.yaml').status).toBe(1);
  }, 60_000);
});

describe('the page for plugin authors', () => {
  const page = readFileSync(join(root, 'docs', 'how-to', 'write-a-plugin.md'), 'utf8');
  const folder = join(root, 'examples', 'third-party-plugin');
  const quotes = [...page.matchAll(/<!-- (\S+) -->\n```\w+\n([\s\S]*?)```/g)].map(
    ([, file = '', code = '']) => ({ file, code }),
  );

  it('quotes the example often enough to be worth checking', () => {
    expect(quotes.length).toBeGreaterThan(5);
  });

  it.each(quotes)('quotes $file as it is', ({ file, code }) => {
    expect(readFileSync(join(folder, file), 'utf8')).toContain(code);
  });
});
