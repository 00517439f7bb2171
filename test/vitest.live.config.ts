import { defineConfig } from 'vitest/config';
import shared from './vitest.config.ts';

/** Pages that need servers to be followed; `npm run test:live` brings them up first. */
export default defineConfig({
  ...shared,
  test: {
    ...shared.test,
    include: ['**/*.live.test.ts'],
    exclude: ['**/node_modules/**'],
    passWithNoTests: false,
    // All share one bed.
    fileParallelism: false,
    reporters: ['default', ['json', { outputFile: 'out-test/live.json' }]],
  },
});
