import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runTool } from './external-tool.ts';
import { checkGraph, checkImports, checkManifests, type ProjectGraph } from './import-rules.ts';
import { seedSettings } from './seeded-workspace.ts';
import { listPackages, repositoryRoot } from './tree.ts';

async function graphOf(root: string): Promise<ProjectGraph> {
  const folder = mkdtempSync(join(tmpdir(), 'orchestrate-graph-'));
  try {
    const file = join(folder, 'graph.json');
    const { code, stderr } = await runTool(root, 'nx', ['graph', `--file=${file}`]);
    expect(code, stderr).toBe(0);
    return (JSON.parse(readFileSync(file, 'utf8')) as { graph: ProjectGraph }).graph;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

describe('imports in source', () => {
  it('follow the rules in this repository', () => {
    const { looked, findings } = checkImports(repositoryRoot);

    expect(findings).toEqual([]);
    expect(looked).toBeGreaterThan(40);
  });

  it.each([
    ['core/src/a.ts', "import '@orchestrate/engine';", 'core may not import engine'],
    ['core/src/a.ts', "import '@orchestrate/testkit';", 'core may not import testkit'],
    ['core/src/a.ts', "import 'node:fs';", 'core is pure and may not import node:fs'],
    ['core/src/a.ts', "export * from 'path';", 'core is pure and may not import path'],
    ['runner/src/a.ts', "await import('@orchestrate/engine');", 'runner may not import engine'],
    ['testkit/src/a.ts', "import '@orchestrate/runner';", 'testkit may not import runner'],
    ['engine/src/a.ts', "import '@orchestrate/cli';", 'engine may not import cli'],
    ['engine/src/a.ts', "import '@orchestrate/testkit';", 'engine may not import testkit'],
    [
      'engine/src/a.ts',
      "export type T = import('@orchestrate/storage-local').T;",
      'engine may not import storage-local',
    ],
    [
      'backend-local/src/a.ts',
      "import type { T } from '@orchestrate/storage-local';",
      'backend-local may not import storage-local',
    ],
    [
      'storage-local/src/a.ts',
      "require('@orchestrate/runner');",
      'storage-local may not import runner',
    ],
    [
      'cli/src/a.ts',
      "import '@orchestrate/backend-local';",
      'cli may load backend-local through import() only',
    ],
    ['cli/src/a.ts', "import '@orchestrate/none';", 'no such package: @orchestrate/none'],
    [
      'cli/src/a.ts',
      "import '@orchestrate/engine/src/index.ts';",
      'deep import, not in the exports of @orchestrate/engine: @orchestrate/engine/src/index.ts',
    ],
    [
      'cli/src/a.ts',
      "import '../../engine/src/index.ts';",
      'relative import leaves packages/cli/: ../../engine/src/index.ts',
    ],
    [
      'engine/src/a.ts',
      "import 'tsyringe';",
      'tsyringe may be imported in packages/engine/src/wiring/scope.ts only',
    ],
    [
      'cli/src/a.ts',
      "await import('reflect-metadata');",
      'reflect-metadata may be imported in packages/engine/src/wiring/scope.ts only',
    ],
  ])('are refused where a rule forbids them: %s %s', (file, text, message) => {
    using workspace = seedSettings({ [`packages/${file}`]: `${text}\nexport {};\n` });

    const { findings } = checkImports(workspace.root);

    expect(findings).toEqual([{ file: `packages/${file}`, message }]);
  });

  it('are refused where a test goes into a package past its door', () => {
    using workspace = seedSettings({ 'test/a.test.ts': "import '../packages/cli/src/bin.ts';\n" });

    expect(checkImports(workspace.root).findings).toEqual([
      {
        file: 'test/a.test.ts',
        message: 'relative import into a package: ../packages/cli/src/bin.ts',
      },
    ]);
  });

  it('are accepted where a rule allows them', () => {
    using workspace = seedSettings({
      'packages/backend-local/src/a.ts':
        "import '@orchestrate/core';\nimport '@orchestrate/runner';\n",
      'packages/backend-local/test/a.test.ts':
        "import '@orchestrate/testkit';\nimport '../src/a.ts';\n",
      'packages/cli/src/a.ts':
        "import '@orchestrate/engine';\nawait import('@orchestrate/storage-local');\n",
      'packages/engine/src/wiring/scope.ts': "import 'reflect-metadata';\nimport 'tsyringe';\n",
      'test/a.test.ts': "import '../examples/a.ts';\nimport '@orchestrate/cli';\n",
      'packages/engine/src/b.ts': "import 'node:fs';\nexport const a = import.meta.url;\n",
    });

    expect(checkImports(workspace.root).findings).toEqual([]);
  });
});

describe('the project graph', () => {
  it('follows the rules in this repository', async () => {
    const { looked, findings } = checkGraph(await graphOf(repositoryRoot));

    expect(findings).toEqual([]);
    expect(looked).toBe(listPackages(repositoryRoot).length);
    expect(looked).toBeGreaterThanOrEqual(7);
  });

  it('is refused when a manifest depends on a package it may not use', async () => {
    using workspace = seedSettings({
      'packages/storage-local/package.json': JSON.stringify({
        name: '@orchestrate/storage-local',
        version: '0.1.0',
        dependencies: { '@orchestrate/backend-local': '^0.1.0', '@orchestrate/core': '^0.1.0' },
      }),
    });

    const { findings } = checkGraph(await graphOf(workspace.root));

    expect(findings).toEqual([
      {
        file: 'packages/storage-local/package.json',
        message: 'storage-local may not depend on backend-local',
      },
    ]);
  });
});

describe('manifests', () => {
  it('ship no test package in this repository', () => {
    const { looked, findings } = checkManifests(repositoryRoot);

    expect(findings).toEqual([]);
    expect(looked).toBeGreaterThanOrEqual(7);
  });

  it('are refused when they ship a test package', () => {
    using workspace = seedSettings({
      'packages/engine/package.json': JSON.stringify({
        name: '@orchestrate/engine',
        version: '0.1.0',
        dependencies: { '@orchestrate/testkit': '^0.1.0' },
      }),
    });

    expect(checkManifests(workspace.root).findings).toEqual([
      {
        file: 'packages/engine/package.json',
        message: 'testkit is for tests: declare it in devDependencies',
      },
    ]);
  });
});
