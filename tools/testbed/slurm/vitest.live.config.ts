import { defineConfig } from 'vitest/config';

/** Tests of the bed itself; `npm run test:live` runs them. */
export default defineConfig({
  resolve: { conditions: ['@orchestrate/source'] },
  test: {
    include: ['bed.live.test.ts'],
    exclude: ['**/node_modules/**'],
    passWithNoTests: false,
    // One cluster, which each test finds as the last one left it.
    fileParallelism: false,
    testTimeout: 180_000,
    hookTimeout: 180_000,
    reporters: ['default', ['json', { outputFile: 'out-test/live.json' }]],
  },
});
