import { expect, it } from 'vitest';
import { runTool } from './external-tool.ts';
import { seedEverything } from './seeded-workspace.ts';
import { readManifest, readText, repositoryRoot } from './tree.ts';

type Named = readonly { readonly name: string }[];

interface KnipOutput {
  readonly issues: readonly ({ readonly file: string } & Readonly<
    Record<string, Named | string>
  >)[];
}

/** What knip finds in a tree, as `file kind: name`. */
async function findUnused(root: string): Promise<string[]> {
  const { stdout } = await runTool(root, 'knip', ['--no-progress', '--reporter', 'json']);
  const { issues } = JSON.parse(stdout) as KnipOutput;
  return issues
    .flatMap(({ file, ...kinds }) =>
      Object.entries(kinds).flatMap(([kind, found]) =>
        typeof found === 'string' ? [] : found.map(({ name }) => `${file} ${kind}: ${name}`),
      ),
    )
    .sort();
}

it('no file, export or dependency of this repository is unused', async () => {
  expect(await findUnused(repositoryRoot)).toEqual([]);
});

it('finds what is planted in a copy of this repository', async () => {
  const manifest = readManifest(repositoryRoot, 'core');
  const planted = { ...manifest, dependencies: { ...manifest.dependencies, pino: '^10.4.0' } };
  using workspace = seedEverything({
    'packages/core/package.json': JSON.stringify(planted, undefined, 2),
    'packages/core/src/planted-file.ts': 'export const planted = 1;\n',
    'packages/runner/src/planted-export.ts': 'export const used = 1;\nexport const unused = 2;\n',
    'packages/runner/src/index.ts': `${readText(repositoryRoot, 'packages/runner/src/index.ts')}\nimport { used } from './planted-export.ts';\nimport 'planted-dependency';\nused;\n`,
    'tools/checks/planted-tool.ts': 'export const planted = 1;\n',
  });

  const before = new Set(await findUnused(repositoryRoot));
  const found = (await findUnused(workspace.root)).filter((issue) => !before.has(issue));

  expect(found).toEqual([
    'packages/core/package.json dependencies: pino',
    'packages/core/src/planted-file.ts files: packages/core/src/planted-file.ts',
    'packages/runner/src/index.ts unlisted: planted-dependency',
    'packages/runner/src/planted-export.ts exports: unused',
    'tools/checks/planted-tool.ts files: tools/checks/planted-tool.ts',
  ]);
});
