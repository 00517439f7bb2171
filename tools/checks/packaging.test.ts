import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runTool } from './external-tool.ts';
import { listPackages, readManifest, readText, repositoryRoot } from './tree.ts';

interface SourceMap {
  readonly sources: readonly string[];
  readonly sourcesContent?: readonly (string | null)[];
}

interface PackOutput {
  readonly files: readonly { readonly path: string }[];
}

/** Paths that `npm pack` would put into a package's tarball. */
async function listPacked(folder: string): Promise<string[]> {
  const cwd = join(repositoryRoot, 'packages', folder);
  const { stdout } = await runTool(cwd, 'npm', ['pack', '--dry-run', '--json', '--offline']);
  const output = JSON.parse(stdout) as PackOutput[] | Record<string, PackOutput>;
  return (Object.values(output)[0]?.files ?? []).map(({ path }) => path).sort();
}

/** Every file that a manifest promises to whoever installs the package. */
function promisedFiles(folder: string): string[] {
  const { exports = {}, bin = {} } = readManifest(repositoryRoot, folder);
  const targets = Object.values(exports).flatMap((entry) =>
    typeof entry === 'string' ? [entry] : Object.values(entry),
  );
  return [...targets, ...Object.values(bin)].map((path) => path.replace(/^\.\//, ''));
}

it('finds the packages of this repository', () => {
  expect(listPackages(repositoryRoot).length).toBeGreaterThanOrEqual(7);
});

describe.each(listPackages(repositoryRoot))('package %s', (folder) => {
  it('packs everything its manifest promises, with licence and README, and nothing else', async () => {
    const packed = await listPacked(folder);

    expect(packed).toEqual(
      expect.arrayContaining([...promisedFiles(folder), 'LICENSE', 'README.md']),
    );
    expect(packed.filter((path) => /tsbuildinfo|\.test\.|^test\/|out-/.test(path))).toEqual([]);
  });

  it('has the source of every source map in the package or in the map itself', async () => {
    const packed = new Set(await listPacked(folder));
    const maps = [...packed].filter((path) => path.endsWith('.js.map'));

    const missing = maps.flatMap((path) => {
      const map = JSON.parse(readText(repositoryRoot, join('packages', folder, path))) as SourceMap;
      return map.sources.filter(
        (source, index) =>
          typeof map.sourcesContent?.[index] !== 'string' && !packed.has(join('dist', source)),
      );
    });
    expect(maps.length).toBeGreaterThan(0);
    expect(missing).toEqual([]);
  });

  it('is described like its siblings', () => {
    const manifest = readManifest(repositoryRoot, folder);

    expect(manifest).toMatchObject({
      name: `@orchestrate/${folder}`,
      version: '0.1.0',
      license: 'MIT',
      type: 'module',
      engines: { node: '>=24' },
      exports: {
        '.': {
          '@orchestrate/source': './src/index.ts',
          types: './dist/index.d.ts',
          default: './dist/index.js',
        },
      },
    });
    expect(readText(repositoryRoot, `packages/${folder}/LICENSE`)).toBe(
      readText(repositoryRoot, 'LICENSE'),
    );
    expect(existsSync(join(repositoryRoot, 'packages', folder, 'tsconfig.lib.json'))).toBe(true);
  });
});
