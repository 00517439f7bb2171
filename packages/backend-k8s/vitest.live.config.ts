import { defineConfig } from 'vitest/config';
import shared from './vitest.config.ts';

/** Tests that need a Kubernetes; `npm run test:live` brings one up first. */
export default defineConfig({
  ...shared,
  test: {
    ...shared.test,
    include: ['test/**/*.live.test.ts'],
    exclude: ['**/node_modules/**'],
    passWithNoTests: false,
    fileParallelism: false,
    reporters: ['default', ['json', { outputFile: 'out-test/live.json' }]],
  },
});
