import { defineConfig } from 'vitest/config';
import shared from './vitest.config.ts';

/** Tests that need a container program; `npm run test:live` brings it up first. */
export default defineConfig({
  ...shared,
  test: {
    ...shared.test,
    include: ['test/**/*.live.test.ts'],
    exclude: ['**/node_modules/**'],
    passWithNoTests: false,
    // All share one bed, and count the containers in it.
    fileParallelism: false,
    reporters: ['default', ['json', { outputFile: 'out-test/live.json' }]],
  },
});
