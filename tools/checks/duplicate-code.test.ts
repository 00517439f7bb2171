import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { runTool } from './external-tool.ts';
import { seedSettings } from './seeded-workspace.ts';
import { isTestFile, listSources, repositoryRoot } from './tree.ts';

interface JscpdOutput {
  readonly statistics: {
    readonly total: { readonly sources: number; readonly percentage: number };
  };
  readonly duplicates: readonly {
    readonly firstFile: { readonly name: string };
    readonly secondFile: { readonly name: string };
  }[];
}

async function findDuplicates(root: string): Promise<JscpdOutput & { readonly code: number }> {
  const folder = mkdtempSync(join(tmpdir(), 'orchestrate-jscpd-'));
  try {
    const { code } = await runTool(root, 'jscpd', ['--reporters', 'json', '--output', folder]);
    const output = readFileSync(join(folder, 'jscpd-report.json'), 'utf8');
    return { ...(JSON.parse(output) as JscpdOutput), code };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** A function of the given number of statements, the same for every caller. */
function copiedFunction(statements: number): string {
  const body = Array.from(
    { length: statements },
    (_, i) => `  total += first[${i}] * second[${i + 1}];`,
  );
  return `export function copied(first: number[], second: number[]): number {\n  let total = 0;\n${body.join('\n')}\n  return total;\n}\n`;
}

it('less than one percent of this repository is copied', async () => {
  const { code, statistics } = await findDuplicates(repositoryRoot);

  const sources = listSources(repositoryRoot).filter(
    (file) => /^packages\/[^/]+\/src\//.test(file) && !isTestFile(file),
  );
  expect(statistics.total.percentage).toBeLessThan(1);
  expect(code).toBe(0);
  // Files too short to hold a copy are not counted.
  expect(statistics.total.sources).toBeGreaterThan(sources.length * 0.6);
});

it('refuses a function copied from one package to another', async () => {
  using workspace = seedSettings({
    'packages/backend-local/src/first.ts': copiedFunction(12),
    'packages/storage-local/src/second.ts': copiedFunction(12),
  });

  const { code, duplicates } = await findDuplicates(workspace.root);

  expect(code).not.toBe(0);
  expect(
    duplicates.flatMap(({ firstFile, secondFile }) => [firstFile.name, secondFile.name]).sort(),
  ).toEqual(['backend-local/src/first.ts', 'storage-local/src/second.ts']);
});
