import { defineConfig, type ViteUserConfig } from 'vitest/config';

// Task runners ask for colours on behalf of a terminal; what commands print to a test must not depend on who runs it.
delete process.env['FORCE_COLOR'];

/** The export condition under which our packages are resolved to their TypeScript source. */
const source = ['@orchestrate/source'];

/**
 * Vitest settings of one project. Tests run from source, and every run leaves its counts in
 * `out-test/vitest.json`, from which the total of all projects is summed.
 */
export function projectTests(
  include: string[] = ['src/**/*.test.ts', 'test/**/*.test.ts'],
): ViteUserConfig {
  return defineConfig({
    resolve: { conditions: source },
    ssr: { resolve: { conditions: source } },
    test: {
      include,
      exclude: ['**/node_modules/**', '**/dist/**', '**/*.live.test.ts', '**/live.test.ts'],
      passWithNoTests: true,
      // Only a hang should end a test: the machine may be busy with other things.
      testTimeout: 60_000,
      // Trials of real processes on a machine that others use as well: in CI one that failed is tried again before it counts.
      retry: process.env['CI'] === undefined ? 0 : 2,
      hookTimeout: 60_000,
      reporters: ['default', ['json', { outputFile: 'out-test/vitest.json' }]],
    },
  });
}
