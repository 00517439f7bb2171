import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type LintReport, runBiome, runOxlint } from './lint-report.ts';
import { type SeededWorkspace, type Seeds, seedSettings } from './seeded-workspace.ts';
import { listSources, repositoryRoot } from './tree.ts';

const statements = (count: number) => 'first();\n'.repeat(count);
const branches = (count: number) =>
  Array.from({ length: count }, (_, i) => `  if (n === ${i}) return ${i * 7};\n`).join('');

/** A file, what is wrong in it, and the rule that must say so. */
type Seed = readonly [file: string, text: string, rule: string];

const OXLINT: readonly Seed[] = [
  [
    'core/src/floating.ts',
    'async function first() {}\nfirst();\n',
    'typescript(no-floating-promises)',
  ],
  [
    'core/src/misused.ts',
    'export const a = (p: Promise<boolean>) => { if (p) return 1; return 2; };\n',
    'typescript(no-misused-promises)',
  ],
  ['core/src/any.ts', 'export const a = (b: any) => String(b);\n', 'typescript(no-explicit-any)'],
  [
    'core/src/exhaustive.ts',
    "export function a(b: 'x' | 'y') { switch (b) { case 'x': return 1; } return 2; }\n",
    'typescript(switch-exhaustiveness-check)',
  ],
  [
    'core/src/non-null.ts',
    'export const a = (b?: string) => b!.length;\n',
    'typescript(no-non-null-assertion)',
  ],
  ['core/src/thrown.ts', "export function a() { throw 'text'; }\n", 'typescript(only-throw-error)'],
  ['core/src/caught.ts', 'export function a() { try { a(); } catch {} }\n', 'eslint(no-empty)'],
  [
    'core/src/cause.ts',
    "export function a() { try { a(); } catch (error) { throw new Error('b'); } }\n",
    'eslint(preserve-caught-error)',
  ],
  ['core/src/comment.ts', '// @ts-ignore\nexport const a = 1;\n', 'typescript(ban-ts-comment)'],
  [
    'core/src/long-file.ts',
    `declare const first: () => void;\n${statements(400)}`,
    'eslint(max-lines)',
  ],
  [
    'core/src/long-function.ts',
    `declare const first: () => void;\nexport function a() {\n${statements(81)}}\n`,
    'eslint(max-lines-per-function)',
  ],
  [
    'core/src/complex.ts',
    `export function a(n: number) {\n${branches(16)}  return 0;\n}\n`,
    'eslint(complexity)',
  ],
  ['engine/src/environment.ts', "export const a = process.env['A'];\n", 'node(no-process-env)'],
  [
    'engine/src/named-environment.ts',
    "export { env } from 'node:process';\n",
    'eslint(no-restricted-imports)',
  ],
  [
    'engine/src/shell.ts',
    "import { exec } from 'node:child_process';\nexec('ls');\n",
    'eslint(no-restricted-imports)',
  ],
  ['engine/src/Name.ts', 'export const a = 1;\n', 'unicorn(filename-case)'],
  [
    'engine/test/skip.test.ts',
    "import { it } from 'vitest';\nit.skip('a', () => {});\n",
    'vitest(no-disabled-tests)',
  ],
  [
    'engine/test/only.test.ts',
    "import { it } from 'vitest';\nit.only('a', () => {});\n",
    'vitest(no-focused-tests)',
  ],
  [
    'engine/test/mock.test.ts',
    "import { vi } from 'vitest';\nvi.mock('./a.ts');\n",
    'vitest(no-restricted-vi-methods)',
  ],
  [
    'engine/test/spy.test.ts',
    "import { vi } from 'vitest';\nvi.spyOn(console, 'log');\n",
    'vitest(no-restricted-vi-methods)',
  ],
];

const BIOME: readonly Seed[] = [
  ['core/src/format.ts', 'export const a = "b"\n', 'format'],
  ['core/src/any.ts', 'export const a = (b: any) => String(b);\n', 'lint/suspicious/noExplicitAny'],
  ['core/src/unused.ts', "import { z } from 'zod';\n", 'lint/correctness/noUnusedImports'],
  [
    'core/src/undeclared.ts',
    "export * as p from 'pino';\n",
    'lint/correctness/noUndeclaredDependencies',
  ],
  ['core/src/barrel.ts', "export { NAME } from './index.ts';\n", 'lint/performance/noBarrelFile'],
  ['core/src/all.ts', "export * from './index.ts';\n", 'lint/performance/noReExportAll'],
  [
    'core/src/cycle-a.ts',
    "import './cycle-b.ts';\n\nexport const a = 1;\n",
    'lint/suspicious/noImportCycles',
  ],
  [
    'core/src/cycle-b.ts',
    "import './cycle-a.ts';\n\nexport const b = 1;\n",
    'lint/suspicious/noImportCycles',
  ],
  [
    'engine/src/protocol.ts',
    "import fs from 'fs';\n\nfs.readSync;\n",
    'lint/style/useNodejsImportProtocol',
  ],
];

function textByPath(seeds: readonly Seed[]): Seeds {
  return Object.fromEntries(seeds.map(([file, text]) => [`packages/${file}`, text]));
}

describe.each([
  ['oxlint', runOxlint, OXLINT],
  ['biome', runBiome, BIOME],
])('%s', (_, run, seeds) => {
  let workspace: SeededWorkspace;
  let seeded: LintReport;

  beforeAll(async () => {
    workspace = seedSettings(textByPath(seeds));
    seeded = await run(workspace.root);
  });

  afterAll(() => workspace[Symbol.dispose]());

  it.each(seeds)('refuses %s', (file, _text, rule) => {
    expect(seeded.complaints).toContain(`packages/${file} ${rule}`);
  });

  it('accepts files without a violation', () => {
    expect(seeded.complaints.filter((complaint) => complaint.includes('/src/index.ts '))).toEqual(
      [],
    );
  });

  it('finds nothing in this repository, having looked at every file', async () => {
    const { looked, complaints } = await run(repositoryRoot);

    expect(complaints).toEqual([]);
    expect(looked).toBeGreaterThanOrEqual(listSources(repositoryRoot).length);
  });
});
