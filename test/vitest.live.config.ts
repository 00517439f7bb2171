import { defineConfig } from 'vitest/config';
import shared from './vitest.config.ts';

/** Pages that need servers to be followed; `npm run test:live` brings them up first. */
export default defineConfig({
  ...shared,
  test: {
    ...shared.test,
    include: ['**/*.live.test.ts'],
    // Those of the cluster have a bed, and a run, of their own.
    exclude: ['**/node_modules/**', 'kubernetes/**'],
    passWithNoTests: false,
    // All share one bed.
    fileParallelism: false,
    reporters: ['default', ['json', { outputFile: 'out-test/live.json' }]],
  },
});
